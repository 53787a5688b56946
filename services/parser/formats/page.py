"""An article's page: its text by trafilatura, its facts by JSON-LD, OpenGraph and meta elements, in that order. Pure."""

import re

import trafilatura
from lxml import etree, html

from services.parser.fields.credit import find_credit
from services.parser.fields.dates import parse_date
from services.parser.fields.html import Body, clean_html, read_body
from services.parser.fields.images import read_images, read_media
from services.parser.fields.language import declared_language, detected_language, direction
from services.parser.fields.people import read_people
from services.parser.fields.text import HEADLINE_CHARS, SUMMARY_CHARS, collapse, count_words, line, normal
from services.parser.fields.urls import absolute, canonical
from services.parser.formats.encoding import decode
from services.parser.formats.pagemeta import Meta, people_of, pictures_of, read_meta, text_of
from services.parser.item import Attached, Person
from shared.digests import entry_digest
from shared.errors import Malformed, NotAFeed
from shared.messages import Entry
from shared.schema import Access, Content, Image

MAX_DEPTH = 256  # libxml2's limit, beyond which it drops what follows; real pages nest less than 100 deep
LEAST_WORDS = 40  # a text of fewer words is a teaser, a wall or a mistake
_WALL_WORDS = 150  # a wall says what it is in fewer words
_HTML = re.compile(r"<(?:!doctype|html|head|body|title|div|p|meta|article)\b", re.IGNORECASE)
_WALL = re.compile(
    r"before you continue|just a moment|checking your browser|verify(?:ing)? (?:that )?you are (?:a "
    r")?human|are you a robot|enable javascript and cookies|access denied|"
    r"attention required|unusual traffic|we value your privacy|your privacy (?:choices|matters)|we and our "
    r"(?:\d+ )?partners (?:store|process)|cookie consent|"
    r"sign in to (?:continue|your account)|log in to (?:continue|your account)|please log ?in|subscribe to "
    r"(?:continue|read)|create (?:a free|your) account to|"
    r"zustimmen und weiter|mit werbung weiterlesen|accepter et continuer|request (?:unsuccessful|blocked)|"
    r"ddos protection|captcha",
    re.IGNORECASE,
)
_TITLE_END = re.compile(r"\s+[|\u2013\u2014»·•-]\s+[^|\u2013\u2014»·•]{2,40}$")
_PRIVATE = {"p": "p", "head": "h2", "quote": "blockquote", "list": "ul", "item": "li", "table": "table", "row": "tr", "cell": "td", "hi": "em", "del": "s", "code": "code", "lb": "br", "ref": "a", "graphic": "img"}  # fmt: skip


def read_page(data: bytes, url: str, media_type: str | None) -> Entry:
    """Return the article on the page that came from `url`.

    :raises NotAFeed: the bytes are no HTML.
    :raises Malformed: the page nests too deeply, is a wall, or holds no article.
    """
    text = _html_text(data, media_type)
    root = _tree(text)
    meta = read_meta(root, url)
    base = absolute(next((element.get("href") for element in root.iter("base")), None), url) or url
    pictures = tuple(_figures(root, base))
    body = _body(root, text, url, base, meta)
    _refuse_walls(body, meta)
    return Entry(
        keys=(f"url:{canonical(url)}",),
        digest=entry_digest(data),
        url=absolute(url, None),
        content=_content(meta, body, pictures, root, base, url),
    )


def _html_text(data: bytes, media_type: str | None) -> str:
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04")) or data[:2000].count(0) > 20:
        raise NotAFeed("The page is a file of another kind, not HTML.")
    text = decode(data, media_type).replace("\x00", "")
    if not _HTML.search(text[:20_000]):
        raise NotAFeed("The page is not HTML.")
    return text


def _tree(text: str) -> html.HtmlElement:
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise Malformed("The page holds no element that could be read.") from error
    if any("depth" in (entry.message or "") for entry in parser.error_log):
        raise Malformed(f"The page nests elements more than {MAX_DEPTH} deep.")
    return root


def _body(root: html.HtmlElement, text: str, url: str, base: str, meta: Meta) -> Body:
    """Return the main text: trafilatura's, or what JSON-LD gives where that is clearly more."""
    found = trafilatura.bare_extraction(
        text, url=url, include_comments=False, include_tables=True, include_formatting=True, include_links=True
    )
    body = Body("", ())
    if found is not None and not isinstance(found, dict) and found.body is not None:
        body = read_body(clean_html(_as_html(found.body), base))
    given = text_of(meta.nodes[0].get("articleBody")) if meta.nodes else None
    if given and count_words(given) > max(LEAST_WORDS, 1.5 * count_words(body.text)):
        return _given_body(given, base)
    return body


def _given_body(given: str, base: str) -> Body:
    if "<p" in given or "<br" in given:
        return read_body(clean_html(given, base))
    paragraphs = [line for part in re.split(r"\s*\n\s*\n?\s*", given) if (line := collapse(part))]
    return read_body(clean_html("".join(f"<p>{_escaped(line)}</p>" for line in paragraphs), base))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _as_html(body: etree._Element) -> str:
    """Return trafilatura's own elements as those of HTML."""
    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        tag = element.tag
        if tag == "ref" and element.get("target"):
            element.set("href", element.get("target", ""))
        if tag == "head":
            rend = element.get("rend", "h2")
            element.tag = rend if re.fullmatch(r"h[1-6]", rend) else "h2"
        elif tag == "hi":
            element.tag = {"#b": "strong", "#i": "em", "#u": "u", "#sub": "sub", "#sup": "sup"}.get(
                element.get("rend", ""), "em"
            )
        elif tag == "list" and element.get("rend") == "ol":
            element.tag = "ol"
        else:
            element.tag = _PRIVATE.get(tag, "div" if tag in {"body", "main"} else tag)
    return etree.tostring(body, encoding="unicode", method="html", with_tail=False)


def _refuse_walls(body: Body, meta: Meta) -> None:
    words = count_words(body.text)
    title = meta.title or ""
    if (_WALL.search(title) and words < 3 * _WALL_WORDS) or (words < _WALL_WORDS and _WALL.search(body.text)):
        raise Malformed("The page is a consent, log-in or challenge page, not an article.")
    if words < LEAST_WORDS:
        raise Malformed(f"The page holds no article: {words} words of text were found.")


def _content(
    meta: Meta, body: Body, pictures: tuple[Image, ...], root: html.HtmlElement, base: str, url: str
) -> Content:
    headline_from, headline = _headline(meta, root)
    people_from, people = _people(meta, root)
    byline, authors = read_people(people)
    published_from, published = _date(meta, root, _PUBLISHED_LD, _PUBLISHED_TAGS)
    updated_from, updated = _date(meta, root, _UPDATED_LD, _UPDATED_TAGS)
    summary_from, summary = _first(meta, ("description",), ("og:description", "description", "twitter:description"))
    rights = line(meta.said("copyrightNotice")[1] or meta.tag("copyright", "dcterms.rights", "dc.rights")[1], 500)
    source = (
        meta.said("sourceOrganization", "creditText", "copyrightHolder")[1]
        or meta.tag("source", "dc.source", "article:source")[1]
    )
    credit = find_credit(
        body.paragraphs,
        byline=byline,
        source=line(source, 100),
        rights=rights,
        creators=tuple(one.name for one in people),
    )
    language = declared_language(meta.said("inLanguage")[1]) or declared_language(meta.language) or declared_language(meta.tag("og:locale", "language", "content-language", "dc.language")[1])  # fmt: skip
    said = absolute(meta.canonical, base)
    values: dict[str, object] = {
        "canonical_url": canonical(said) if said else canonical(url),
        "headline": headline,
        "subheadline": line(meta.said("alternativeHeadline")[1]),
        "summary": line(summary, SUMMARY_CHARS),
        "body_html": body.html,
        "body_text": body.text,
        "language": language or detected_language(body.text),
        "byline": byline,
        "authors": authors,
        "dateline": credit.dateline or line(meta.said("dateline")[1], 100),
        "credit": credit.agency,
        "credit_evidence": credit.evidence,
        "published_at": published,
        "updated_at": updated,
        "section": line(
            _first(meta, ("articleSection",), ("article:section", "section", "sailthru.section", "parsely-section"))[1],
            200,
        ),
        "keywords": _keywords(meta),
        "images": _images(meta, body, pictures, base),
        "media": read_media(_videos(meta), base),
        "copyright_notice": rights,
        "access": _access(meta),
    }
    values["direction"] = direction(values["language"] if isinstance(values["language"], str) else None, body.text)
    values = {name: value for name, value in values.items() if value not in (None, ())}
    sources = {
        "headline": headline_from, "authors": people_from, "published_at": published_from, "updated_at": updated_from, "summary": summary_from,
        "body_text": "page", "canonical_url": "rel=canonical" if said else None,
    }  # fmt: skip
    raw = {
        "published_raw": _raw(meta, _PUBLISHED_LD, _PUBLISHED_TAGS),
        "updated_raw": _raw(meta, _UPDATED_LD, _UPDATED_TAGS),
    }
    provenance = {
        name: f"page {origin}" if origin != "page" else origin
        for name, origin in sources.items()
        if origin and name in values
    }
    return Content(**values, provenance=provenance | {name: text[:200] for name, text in raw.items() if text})  # type: ignore[arg-type]


_PUBLISHED_LD, _UPDATED_LD = ("datePublished", "dateCreated", "uploadDate"), ("dateModified",)
_PUBLISHED_TAGS = ("article:published_time", "og:article:published_time", "article:published", "datepublished", "date", "dc.date.issued", "dc.date", "dcterms.created", "dcterms.date", "pubdate", "publish-date", "publishdate", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "last_published_date", "publication_date")  # fmt: skip
_UPDATED_TAGS = ("article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified", "dcterms.modified", "last-modified", "lastmod", "cxenseparse:recs:lastmodified")  # fmt: skip


def _first(meta: Meta, said: tuple[str, ...], tags: tuple[str, ...]) -> tuple[str | None, str | None]:
    name, text = meta.said(*said)
    if text:
        return f"json-ld {name}", text
    name, text = meta.tag(*tags)
    return (f"meta {name}", text) if text else (None, None)


def _raw(meta: Meta, said: tuple[str, ...], tags: tuple[str, ...]) -> str | None:
    return _first(meta, said, tags)[1]


def _date(
    meta: Meta, root: html.HtmlElement, said: tuple[str, ...], tags: tuple[str, ...]
) -> tuple[str | None, object]:
    """Return the first moment that can be read, and where it stood."""
    for node in meta.nodes:
        for name in said:
            if (text := text_of(node.get(name))) and (moment := parse_date(text)):
                return f"json-ld {name}", moment
    for name in tags:
        for text in meta.tags.get(name, ()):
            if moment := parse_date(text):
                return f"meta {name}", moment
    prop = "datePublished" if said is _PUBLISHED_LD else "dateModified"
    for element in root.xpath(f"//*[@itemprop='{prop}' or @property='{prop}']")[:5]:
        if moment := parse_date(element.get("datetime") or element.get("content") or ""):
            return f"itemprop {prop}", moment
    if said is _PUBLISHED_LD:
        for element in root.xpath("//article//time[@datetime] | //main//time[@datetime] | //time[@datetime]")[:1]:
            if moment := parse_date(element.get("datetime")):
                return "time element", moment
    return None, None


def _headline(meta: Meta, root: html.HtmlElement) -> tuple[str | None, str | None]:
    """Return the headline that most places agree on; what stands on the page itself is as good as what is said of it."""
    name, said = meta.said("headline")
    shown = [line(element.text_content(), HEADLINE_CHARS) for element in root.iter("h1")]
    tag_name, tag = meta.tag("og:title", "twitter:title", "parsely-title", "dc.title", "title", "sailthru.title")
    tag = _without_site(line(tag), meta)
    said = line(said)
    levelled = {normal(text) for text in shown if text}
    if said and (normal(said) in levelled or not tag or normal(tag) == normal(said)):
        return f"json-ld {name}", said
    if tag and normal(tag) in levelled:
        return f"meta {tag_name}", tag
    if said:
        return f"json-ld {name}", said
    if tag:
        return f"meta {tag_name}", tag
    if len([text for text in shown if text]) == 1:
        return "h1", next(text for text in shown if text)
    return "title element", _without_site(line(meta.title), meta)


def _without_site(title: str | None, meta: Meta) -> str | None:
    """Return a title without the site's name at its end."""
    if not title:
        return None
    site = meta.tag("og:site_name", "application-name")[1]
    if site and (found := re.search(rf"\s*[|\u2013\u2014»·•:-]\s*{re.escape(site.strip())}\s*$", title, re.IGNORECASE)):
        return title[: found.start()].strip() or title
    return _TITLE_END.sub("", title) if "|" in title else title


def _people(meta: Meta, root: html.HtmlElement) -> tuple[str | None, tuple[Person, ...]]:
    for node in meta.nodes:
        if people := people_of(node.get("author")):
            return "json-ld author", people
    for name in (
        "author",
        "article:author",
        "dc.creator",
        "dcterms.creator",
        "parsely-author",
        "sailthru.author",
        "byl",
        "authors",
    ):
        if values := [value for value in meta.tags.get(name, ()) if not value.startswith(("http", "/"))]:
            return f"meta {name}", tuple(Person(value) for value in values)
    for path in ("//*[@itemprop='author']//*[@itemprop='name']", "//*[@itemprop='author']", "//a[@rel='author']", "//*[contains(@class, 'byline__name') or contains(@class, 'author-name')]"):  # fmt: skip
        if names := [text for element in root.xpath(path)[:5] if (text := line(element.text_content(), 100))]:
            return path.strip("/"), tuple(Person(name) for name in dict.fromkeys(names))
    return None, ()


def _keywords(meta: Meta) -> tuple[str, ...]:
    values: list[str] = []
    for node in meta.nodes:
        said = node.get("keywords")
        values += [text for one in (said if isinstance(said, list) else [said]) if (text := text_of(one))]
    values = (
        values
        or [*meta.tags.get("article:tag", ()), *meta.tags.get("news_keywords", ())]
        or list(meta.tags.get("keywords", ()))
    )
    parts = [part for value in values for part in (value.split(",") if len(values) < 3 else [value])]
    found = {name.casefold(): name for part in parts if (name := line(part, 100)) and ":" not in name[:12]}
    return tuple(found.values())[:50]


def _figures(root: html.HtmlElement, base: str) -> list[Image]:
    """Return the pictures of the page's figures, with their captions."""
    found = []
    for figure in root.iter("figure"):
        picture = next((element for element in figure.iter("img")), None)
        if picture is None:
            continue
        url = next(
            (
                url
                for name in ("src", "data-src", "data-lazy-src", "data-original")
                if (url := absolute(picture.get(name), base))
            ),
            None,
        )
        url = url or absolute(
            (picture.get("srcset") or picture.get("data-srcset") or "").split(" ")[0].rstrip(","), base
        )
        caption = next((line(element.text_content(), 2000) for element in figure.iter("figcaption")), None)
        if url:
            found.append(Image(url=url, caption=caption, alt=line(picture.get("alt"))))
    return found


def _images(meta: Meta, body: Body, pictures: tuple[Image, ...], base: str) -> tuple[Image, ...]:
    attached = [one for node in meta.nodes for one in pictures_of(node.get("image")) if one.url]
    attached += [Attached(url, "image") for url in meta.tags.get("og:image", ())[:1]]
    return read_images(attached, (*pictures, *body.images), base)


def _videos(meta: Meta) -> list[Attached]:
    nodes = [
        one
        for node in meta.nodes
        for one in (node["video"] if isinstance(node.get("video"), list) else [node.get("video")])
        if isinstance(one, dict)
    ]
    return [
        Attached(url, "video", caption=text_of(one.get("name")))
        for one in nodes[:10]
        if (url := text_of(one.get("contentUrl")))
    ]


def _access(meta: Meta) -> Access | None:
    """Return what a reader needs, as JSON-LD or the content tier says."""
    free = meta.said("isAccessibleForFree")[1]
    said = next((node["isAccessibleForFree"] for node in meta.nodes if "isAccessibleForFree" in node), None)
    if said is False or (free or "").lower() == "false":
        return Access.SUBSCRIBER
    tier = (meta.tag("article:content_tier")[1] or "").lower()
    if tier in {"metered", "free"}:
        return Access(tier)
    if tier == "locked":
        return Access.SUBSCRIBER
    return Access.FREE if said is True or (free or "").lower() == "true" else None
