"""The page of one of a feed's articles: does it hold a text, or is it for subscribers alone?"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.parser.formats.pages import ruled
from services.parser.formats.pages.article import read_page
from shared.errors import FetchError, PermanentError
from shared.hosts import lane_of
from shared.http.client import Client
from shared.messages import Entry
from shared.rewriting import asked_at, keep_to_site, unmet_by
from shared.rules import Rules
from shared.schema import Access


@dataclass(frozen=True)
class Page:
    """What was seen of an article's page."""

    url: str
    access: Access = Access.UNKNOWN
    words: int = 0  # of its text
    why: str | None = None  # it holds no article, in a sentence
    unmet: str | None = None  # the rule for its text, or its address, met nothing


def candidate(entries: Sequence[Entry], feed_url: str) -> str | None:
    """Return the first page that the feed lists at its own site; no other is asked for a report. Pure."""
    return next((one.url for one in entries if one.url and lane_of(one.url) == lane_of(feed_url)), None)


def look_at(client: Client, link: str, rules: Rules | None = None) -> Page:
    """Return what is seen of the page of the article at `link`."""
    url = asked_at(rules, link)
    try:
        keep_to_site(link, url, client.is_inner)
        answer = client.get(url)
        if answer.status != 200:
            return Page(url, why=f"The server answered {answer.status}.")
        kind, known_as = answer.headers.get("content-type"), link if url != link else None
        article = read_page(answer.body, answer.url, kind, rules=rules, link=known_as).content
    except (FetchError, PermanentError) as error:
        return Page(url, why=str(error))
    unmet = ruled.unmet(rules, article) or unmet_by(rules, link)
    return Page(url, article.access, len((article.body_text or "").split()), unmet=unmet)
