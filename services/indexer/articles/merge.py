"""An article as a function of its layers, whatever the order they came in. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from services.indexer.articles.rights import strictest
from services.indexer.articles.wording import notices, steady
from shared.digests import sha256
from shared.schema import BodySource, Content, Status

AHEAD = timedelta(minutes=10)  # a date further ahead of the clock is not believed
PAGE = "page"  # the source of a page's layer; a feed's is "feed:<id>"
LONG_AGO = datetime.min.replace(tzinfo=UTC)
_BODY = frozenset({"body_html", "body_text"})
_FEED_FIRST = frozenset({"headline", "summary", "published_at", "updated_at"})  # the list's own, whoever gave the body
_UNSAID = {name: field.default for name, field in Content.model_fields.items() if name != "provenance"}


@dataclass(frozen=True)
class LayerState:
    """What one source last said of an article, and when it was asked."""

    source: str
    lease_no: int  # orders what the same source said
    content: Content
    url: str | None = None
    document_sha256: str | None = None
    digest: str | None = None  # of the bytes that it was read from

    @cached_property
    def said(self) -> str:
        """What the source said, as the text that a JSON column takes."""
        return self.content.model_dump_json(exclude_defaults=True)


@dataclass(frozen=True)
class Head:
    """What an article is by all its layers."""

    content: Content
    url: str | None
    body_source: BodySource
    document_sha256: str | None


def fold_material(head: Head) -> tuple[object, ...]:
    """Return what an article's story depends on."""
    content = head.content
    text = content.body_text or content.summary
    standing = (content.status, content.embargoed_until, content.expires_at, content.published_at)
    source = (content.credit, content.dateline, head.body_source)
    return (text, content.headline, *standing, content.canonical_url, head.url, *source)


def newer(old: LayerState | None, new: LayerState) -> bool:
    """Return whether `new` replaces `old`: by the publisher's time first, then by the order of leases."""
    if old is None:
        return True
    then, now = old.content.updated_at, new.content.updated_at
    if then and now and then != now:
        return now > then
    return new.lease_no >= old.lease_no


def merge(layers: Sequence[LayerState]) -> Head:
    """Return the article that `layers` make together.

    Feeds speak before the page, the newest state first; each field is the first that anyone gives. The body is the
    longest that anyone gives, with the pictures that stand beside it. One source that cancels or withholds is enough.
    """
    ordered = sorted(layers, key=_precedence)
    bodied = [layer for layer in ordered if layer.content.body_text]
    body = max(bodied, key=lambda layer: len(layer.content.body_text or ""), default=None)
    told = [*([body] if body else []), *ordered]  # what stands beside a text belongs to it
    fields: dict[str, Any] = {}
    provenance: dict[str, str] = {}
    for name, unsaid in _UNSAID.items():
        speakers = ordered if name in _FEED_FIRST else told[:1] if name in _BODY else told
        for layer in speakers:
            said = getattr(layer.content, name)
            if said != unsaid and said != "":
                fields[name] = said
                provenance[name] = f"{layer.source}:{layer.content.provenance.get(name, 'given')}"
                break
    fields["status"], fields["status_reason"] = _status(ordered)
    fields["embargoed_until"], fields["expires_at"] = strictest(layer.content for layer in ordered)
    kept = {
        name: value for layer in reversed(ordered) for name, value in layer.content.provenance.items() if "_raw" in name
    }
    content = Content.model_construct(**fields, provenance=kept | provenance)  # the layers' values, checked before
    return Head(
        content=content,
        url=next((layer.url for layer in ordered if layer.url), None),
        body_source=_body_source(body),
        document_sha256=(body or ordered[0]).document_sha256,
    )


def _body_source(body: LayerState | None) -> BodySource:
    if body is None:
        return BodySource.NONE
    if body.content.provenance.get("body_text", "").startswith("agency "):
        return BodySource.AGENCY
    return BodySource.PAGE if body.source == PAGE else BodySource.FEED


def _precedence(layer: LayerState) -> tuple[bool, float, str]:
    said = layer.content.updated_at or layer.content.published_at or LONG_AGO
    return (layer.source == PAGE, -said.timestamp() if said is not LONG_AGO else 0.0, layer.source)


def _status(layers: Sequence[LayerState]) -> tuple[Status, str | None]:
    for status in (Status.CANCELLED, Status.WITHHELD):
        for layer in layers:
            if layer.content.status is status:
                return status, layer.content.status_reason
    return Status.USABLE, None


def believed(content: Content, now: datetime) -> Content:
    """Return `content` without dates that lie more than ten minutes ahead of `now`; they stay in `provenance`."""
    wrong = {
        name: value
        for name in ("published_at", "updated_at")
        if (value := getattr(content, name)) is not None and value > now + AHEAD
    }
    if not wrong:
        return content
    kept = {f"{name}_raw": f"not believed: {value.isoformat()}" for name, value in wrong.items()}
    return content.model_copy(update={**dict.fromkeys(wrong), "provenance": {**content.provenance, **kept}})


def cancelled(content: Content, reason: str | None) -> Content:
    """Return `content` as its publisher withdrew it."""
    return content.model_copy(
        update={"status": Status.CANCELLED, "status_reason": reason or "withdrawn by its publisher"}
    )


def content_sha256(content: Content) -> str:
    """Return the digest of what a reader would notice: words, pictures and status; no markup, no tracking, no times."""
    return sha256("\x1f".join(text for parts in essence(content).values() for text in parts))


def essence(content: Content) -> Mapping[str, tuple[str, ...]]:
    """Return what a revision is made of, by kind."""
    return {
        "headline": (_plain(content.headline), _plain(content.subheadline)),
        "text": (_plain(content.body_text or content.summary),),
        "picture": tuple(image.url.split("?")[0] for image in content.images),
        "byline": tuple(author.name for author in content.authors),
        "status": (content.status.value, *(m.isoformat() for m in (content.embargoed_until, content.expires_at) if m)),
    }


def kinds_of_change(old: Content, new: Content) -> list[str]:
    """Return what differs between two states: headline, text, picture, byline, status; and correction, if it is one."""
    before, after = essence(old), essence(new)
    kinds = [kind for kind in before if before[kind] != after[kind]]
    corrected = any(notices(said) - notices(was) for was, said in _announced(old, new)) if kinds else False
    return [*kinds, "correction"] if corrected else kinds


def _announced(old: Content, new: Content) -> tuple[tuple[str | None, str | None], ...]:
    return (old.headline, new.headline), (old.body_text or old.summary, new.body_text or new.summary)


@lru_cache(maxsize=1024)  # a text is looked at several times while it is judged and written; a few MB
def _plain(text: str | None) -> str:
    return " ".join(steady(text or "").split())
