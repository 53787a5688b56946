"""Articles' pages whose text is where a rule of the feed's own says."""

from typing import Any

import pytest

from services.parser.formats.pages.article import read_page
from services.parser.formats.rules import read_rules
from shared.errors import Malformed
from shared.messages import Entry

URL = "https://harbour.example/news/1"
SENTENCE = "The council opened the new pier on Thursday after two years of work. "
PAGE = f"""<html><head><title>New pier opens</title></head><body><h1>New pier opens</h1>
<div class="story"><p>{SENTENCE * 3}</p><div class="box"><p>Subscribe to our port letter.</p></div>
<div class="story"><p>{"It will take ferries from March. " * 4}</p></div><img src="/pier.jpg"></div>
<div class="other"><p>{"Another text that the page shows beside it. " * 30}</p></div></body></html>"""


def read(page: str = PAGE, **given: Any) -> Entry:
    return read_page(page.encode(), URL, None, rules=read_rules(given))


def test_the_text_is_what_the_rule_says_without_what_another_takes_out() -> None:
    content = read(body="div.story", drop=[".box"]).content
    assert content.body_text is not None
    assert content.body_text.startswith("The council opened")
    assert content.body_text.count("It will take ferries") == 4
    assert "port letter" not in content.body_text
    assert "Another text" not in content.body_text
    assert content.provenance["body_text"] == "page rule div.story"


def test_what_is_taken_out_is_no_part_of_a_text_that_was_found_without_a_rule() -> None:
    assert "Another text" in (read().content.body_text or "")
    assert "Another text" not in (read(drop=[".other"]).content.body_text or "")


def test_a_rule_that_meets_nothing_is_told_and_the_text_found_as_ever() -> None:
    content = read(body="div.article-body").content
    assert content.body_text == read().content.body_text
    assert content.provenance["body_text"] == "page text, as the rule for the body, 'div.article-body', meets nothing"


def test_a_short_text_is_one_where_a_rule_says_so() -> None:
    brief = "<html><body><div class=story><p>The pier is closed today.</p></div></body></html>"
    assert read(brief, body=".story").content.body_text == "The pier is closed today."
    with pytest.raises(Malformed):
        read(brief)


def test_a_wall_stays_one() -> None:
    wall = "<html><body><div class=story><p>Please log in to continue reading.</p></div></body></html>"
    with pytest.raises(Malformed, match="log-in"):
        read(wall, body=".story")


def test_the_page_itself_is_never_taken_out() -> None:
    assert read(drop=["html"]).content.body_text is not None
