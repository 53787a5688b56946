"""Pure: the documents that the sample titles publish: feeds, article pages, index pages, the list of all feeds."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.command.samples.content import Piece, Title
from services.command.samples.edition import Edition, Entry, Tombstone
from services.command.samples.pictures import HEIGHT, WIDTH

RELATED = 4  # links to other pieces under an article

FEEDS = {
    "rss": ("feed.rss", "application/rss+xml"),
    "atom": ("feed.atom", "application/atom+xml"),
    "rdf": ("feed.rdf", "application/rdf+xml"),
}


@dataclass(frozen=True)
class Words:
    """What a page says around an article, in the title's language; `clock` is a strftime pattern."""

    by: str
    joined: str
    published: str
    updated: str
    share: str
    newsletter: str
    promise: str
    sign_up: str
    related: str
    home: str
    withdrawn: str
    invented: str
    clock: str


WORDS = {
    "en": Words(
        by="By",
        joined=" and ",
        published="Published",
        updated="Updated",
        share="Share this article",
        newsletter="The morning briefing",
        promise="The day’s news in your inbox before breakfast. No charge, and you can leave whenever you like.",
        sign_up="Sign up",
        related="More from",
        home="Front page",
        withdrawn="This article has been withdrawn",
        invented="A sample newspaper. Its places, people and events are invented.",
        clock="%d %B %Y, %H:%M",
    ),
    "de": Words(
        by="Von",
        joined=" und ",
        published="Veröffentlicht",
        updated="Aktualisiert",
        share="Artikel teilen",
        newsletter="Der Morgenbrief",
        promise="Die Nachrichten des Tages, noch vor dem Frühstück. Kostenlos und jederzeit abzubestellen.",
        sign_up="Anmelden",
        related="Mehr aus der Zeitung",
        home="Startseite",
        withdrawn="Dieser Artikel wurde zurückgezogen",
        invented="Eine Beispielzeitung. Orte, Personen und Ereignisse sind erfunden.",
        clock="%d.%m.%Y, %H.%M Uhr",
    ),
    "es": Words(
        by="Por",
        joined=" y ",
        published="Publicado",
        updated="Actualizado",
        share="Comparte este artículo",
        newsletter="El boletín de la mañana",
        promise="Las noticias del día en su correo antes del desayuno. Es gratis y puede darse de baja cuando quiera.",
        sign_up="Suscribirse",
        related="Más de",
        home="Portada",
        withdrawn="Este artículo ha sido retirado",
        invented="Un periódico de muestra. Sus lugares, personas y sucesos son inventados.",
        clock="%d/%m/%Y, %H:%M",
    ),
}


def feed(edition: Edition, base: str) -> str:
    """Return the title's feed in its own format; `base` is the outlet's address, without a final slash."""
    return _render(FEEDS[edition.title.format][0], edition.title, base, edition=edition)


def article_page(edition: Edition, entry: Entry, base: str) -> str:
    """Return the page of one article, with all that stands around an article on the web."""
    others = [other for other in edition.entries if other.piece.slug != entry.piece.slug][:RELATED]
    linked = linked_data(edition.title, entry, base)
    return _render("article.html", edition.title, base, edition=edition, entry=entry, others=others, linked=linked)


def withdrawn_page(title: Title, stone: Tombstone, base: str) -> str:
    """Return the page that stands where a withdrawn article stood; nothing of its text is left."""
    return _render("withdrawn.html", title, base, stone=stone)


def title_page(edition: Edition, base: str) -> str:
    """Return a title's front page."""
    return _render("title.html", edition.title, base, edition=edition)


def outlet_page(titles: tuple[Title, ...], base: str) -> str:
    """Return the page that lists all titles."""
    return TEMPLATES.get_template("outlet.html").render(titles=titles, base=base)


def opml(titles: tuple[Title, ...], base: str) -> str:
    """Return OPML 2.0 with a folder for each publication, since the folder is an operator's word for it."""
    return TEMPLATES.get_template("feeds.opml").render(titles=titles, base=base)


def linked_data(title: Title, entry: Entry, base: str) -> dict[str, Any]:
    """Return the article as schema.org NewsArticle."""
    piece = entry.piece
    people = [{"@type": "Person", "name": name} for name in piece.authors]
    desks = [{"@type": "Organization", "name": piece.agency}] if piece.agency else []
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": page_url(title, piece, base),
        "headline": piece.headline,
        "description": piece.summary,
        "datePublished": entry.published.isoformat(),
        "dateModified": entry.updated.isoformat(),
        "inLanguage": title.language,
        "articleSection": piece.section,
        "keywords": list(piece.keywords),
        "author": people + desks,
        "publisher": {"@type": "NewsMediaOrganization", "name": title.name, "url": f"{base}/{title.slug}/"},
        "isAccessibleForFree": True,
    }
    if piece.dateline:
        facts["dateline"] = piece.dateline
    if piece.picture:
        facts["image"] = {
            "@type": "ImageObject",
            "url": picture_url(piece, base),
            "caption": piece.picture.caption,
            "creditText": piece.picture.credit,
            "width": WIDTH,
            "height": HEIGHT,
        }
    return facts


def page_url(title: Title, piece: Piece, base: str) -> str:
    """Return the address of the piece's page."""
    return f"{base}/{title.slug}/{piece.slug}.html"


def feed_url(title: Title, base: str) -> str:
    """Return the address of the title's feed."""
    return f"{base}/{title.slug}/{FEEDS[title.format][0]}"


def picture_url(piece: Piece, base: str) -> str:
    """Return the address of the piece's picture, an empty string if it has none."""
    return f"{base}/img/{piece.picture.name}.svg" if piece.picture else ""


def identifier(title: Title, piece: Piece) -> str:
    """Return the publisher's own identifier (RFC 4151), the same at whatever address the outlet stands."""
    return f"tag:{title.slug}.example,2024:{piece.slug}"


def byline(title: Title, piece: Piece) -> str:
    """Return who wrote the piece, people first, then the agency."""
    return WORDS[title.language].joined.join((*piece.authors, *([piece.agency] if piece.agency else [])))


def _render(template: str, title: Title, base: str, **values: object) -> str:
    return TEMPLATES.get_template(template).render(title=title, base=base, words=WORDS[title.language], **values)


def _rfc5322(moment: datetime) -> str:
    return format_datetime(moment)


TEMPLATES = Environment(
    loader=PackageLoader("services.command.samples", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
TEMPLATES.globals.update(
    page_url=page_url,
    feed_url=feed_url,
    picture_url=picture_url,
    identifier=identifier,
    byline=byline,
    feeds=FEEDS,
    width=WIDTH,
    height=HEIGHT,
)
TEMPLATES.filters.update(rfc5322=_rfc5322)
