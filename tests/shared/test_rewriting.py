"""Addresses of pages that a rule makes of links: what it takes, what it refuses, and what time it takes."""

import time

import pytest

from services.parser.formats.rules import read_rules
from shared.errors import Blocked, UsageError
from shared.messages import PARSER, reader_of
from shared.rewriting import asked_at, keep_to_site
from shared.rules import Rules

LINK = "https://www.example.com/news/17-pier?ref=rss"


@pytest.mark.parametrize(
    ("rule", "made"),
    [
        ("/news/ /print/", "https://www.example.com/print/17-pier?ref=rss"),
        (r"^(https://www\.example\.com/news/[^?]*).*$ \1?print=1", "https://www.example.com/news/17-pier?print=1"),
        ("$ &all=1", f"{LINK}&all=1"),
        (r"\?.* ?view=\0", "https://www.example.com/news/17-pier?view=?ref=rss"),
        (r"^https://www\. https://print.", "https://print.example.com/news/17-pier?ref=rss"),
        (r"(/sport)?/news/(\d+).* \1/all/\2", "https://www.example.com/all/17"),
        ("/sport/ /print/", LINK),
        ("  e  ä\\n ", LINK.replace("e", "ä\\n", 1)),
    ],
)
def test_what_the_pattern_meets_first_is_replaced(rule: str, made: str) -> None:
    assert asked_at(read_rules({"rewrite": rule}), LINK) == made


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("/news/", "'/news/' is no rule for rewriting: write a pattern and what stands in its place, '/a/ /b/'."),
        ("(?=a) b", "'(?=a)' is no pattern of RE2: invalid perl operator: (?=."),
        ("(a)* \\1\\2", "\\2 stands for no group of '(a)*', which has 1."),
        ("a \\1", "\\1 stands for no group of 'a', which has none."),
        (
            r"^https?://www\.example\.com/(.*) https://example.org/\1",
            "example.org is another site than www.example.com: a page is asked for on its article's own site alone.",
        ),
    ],
)
def test_a_rule_that_cannot_do_is_refused_in_a_sentence(rule: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        read_rules({"rewrite": rule})
    assert str(error.value) == said


@pytest.mark.parametrize(
    "rule",
    [
        r"^https?://www\.example\.com/(.*) https://print.example.com/\1",
        r"^https://[^/]+/(.*) https://print.example.com/\1",
        r"^(https:\/\/example\.com[/].*) https://print.example.com/\1",
        r"^https://.*/(\d+) https://example.com/\1",
    ],
)
def test_a_rule_that_may_stay_on_its_site_is_taken(rule: str) -> None:
    assert read_rules({"rewrite": rule}) == Rules(rewrite=rule)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/news/17",
        "https://www.example.com@example.org/",
        "https://www.example.com.example.org/",
        "/news/17",
        "https://[www.example.com]/",
        "",
    ],
)
def test_a_page_is_asked_for_on_the_site_of_its_article(url: str) -> None:
    with pytest.raises(Blocked, match="on its article's own site alone"):
        keep_to_site(LINK, url, lambda _: False)


def test_a_page_on_the_web_leads_to_no_inner_place_of_its_own_site() -> None:
    inner = "http://desk.example.com:8080/"
    with pytest.raises(Blocked, match="which may only be asked for directly"):
        keep_to_site(LINK, inner, lambda url: url.startswith("http://desk"))
    keep_to_site(inner, f"{inner}print", lambda url: url.startswith("http://desk"))


def test_the_rule_names_no_other_reader() -> None:
    assert reader_of(Rules(rewrite="a b")) == reader_of(None) == PARSER
    assert reader_of(Rules(body=".story", rewrite="a b")) == reader_of(Rules(body=".story")) != PARSER


def test_a_hostile_link_takes_no_long_time() -> None:
    rules, began = read_rules({"rewrite": "((a+)+)+$ b"}), time.process_time()
    link = f"https://example.com/{'a' * 1900}!"
    assert asked_at(rules, link) == link
    assert time.process_time() - began < 1
