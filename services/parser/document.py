"""From a fetched document to everything that it brings: facts and bytes in, one result out.

    detect the format ▶ split into entries ▶ judge identities over all of them ▶ read the new ones

Pure: no network, no clock but the document's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.parser import article, identity
from services.parser.formats.detect import read_listing
from services.parser.formats.pages.article import read_page
from services.parser.formats.pages.ruled import unmet
from services.parser.formats.walls import is_wall
from services.parser.item import Slot, Window
from services.parser.listed import read_list
from services.parser.sieve import Sieve, sieve_of
from shared.digests import sha256
from shared.errors import Failed, Malformed, NotAFeed, PermanentError, Unmet, contain
from shared.messages import (
    PARSER,
    Document,
    Entry,
    Facts,
    Kind,
    Outcome,
    Rejected,
    Result,
    Unwanted,
    Validators,
    knows_under,
    reader_of,
    split_digests,
)

MAX_EXCERPTS = 20  # the bytes of so many bad entries travel; of the others only the reason
_SENTENCE_CHARS = 300
_HEAD_BYTES = 100
_KINDS: dict[type[PermanentError], str] = {NotAFeed: "not_a_feed", Unmet: "rule"}
_BLANK = b" \t\r\n\x00"


@dataclass(frozen=True, slots=True)
class Read:
    """What became of the entries that were looked at."""

    entries: tuple[Entry, ...]
    rejected: tuple[Rejected, ...]
    unwanted: tuple[Unwanted, ...] = ()


def read_document(document: Document, data: bytes, max_entries: int) -> Result:
    """Return what one fetched document brings; a document that will never do is a result too, and says why."""
    if not data[:_HEAD_BYTES].strip(_BLANK) and not data.strip(_BLANK):  # so that hardly any document is copied
        return refused(document, "The answer was empty.", "empty", Outcome.TRANSIENT)
    try:
        if document.target.kind is Kind.PAGE:
            return _page_result(document, data)
        if document.target.follows:
            return read_list(document, data)
        return _feed_result(document, data, max_entries)
    except PermanentError as error:
        return refused(document, str(error), _KINDS.get(type(error), "malformed"))


def refused(document: Document, sentence: str, kind: str, outcome: Outcome = Outcome.REFUSED) -> Result:
    """Return the result of a document that cannot be used: the validators of the last good poll stay."""
    facts = document.facts.model_copy(
        update={"outcome": outcome, "error": sentence[:_SENTENCE_CHARS], "error_kind": kind, "validators": None}
    )
    return Result(facts=facts, final_url=document.final_url, trusts_ids=document.target.trusts_ids, parser=PARSER)


def _feed_result(document: Document, data: bytes, max_entries: int) -> Result:
    rules = document.target.rules
    window = read_listing(data, document.final_url, document.media_type, rules)
    window = replace(window, served_language=document.language) if document.language else window
    identities = identity.judge(window.slots, document.target.trusts_ids)
    known = set(split_digests(document.target.known))
    if known and not window.slots and rules and rules.listed:
        raise Unmet(
            f"The rule for items, {rules.items!r}, leads to an empty list, where there were {len(known)} before."
        )
    new = [
        at
        for at, slot in enumerate(window.slots)
        if slot.digest not in known and identities.known[at].repeat_of is None
    ]
    taken, left = new[:max_entries], set(new[max_entries:])
    read = read_entries(window, identities, taken, sieve_of(rules), document.lease_ends)
    digests = [slot.digest for at, slot in enumerate(window.slots) if at not in left]
    digests += split_digests(window.kept)
    if document.partial:  # what is not in it is still listed
        digests = _with_known(digests, document.target.known, max_entries)
    return Result(
        facts=_earned(document, window.closed, bool(left or window.left_out)),
        final_url=document.final_url,
        feed=window.feed,
        window="".join(digests),
        entries=read.entries,
        rejected=read.rejected,
        unwanted=read.unwanted,
        repeats=sum(one.repeat_of is not None for one in identities.known),
        left_out=len(left) + window.left_out,
        trusts_ids=identities.trusts_ids,
        document_sha256=sha256(data),
        parser=reader_of(rules),
        unmet=window.unmet,
        passed_over=window.passed_over,
        known_under=knows_under(rules),
    )


def _with_known(digests: list[str], known: str, most: int) -> list[str]:
    """Return the window of a feed that sent only its new entries; an audit, which sees all of it, sets it right."""
    return list(dict.fromkeys([*digests, *split_digests(known)]))[: max(most, len(digests))]


def read_entries(
    window: Window,
    identities: identity.Identities,
    places: Iterable[int],
    sieve: Sieve | None = None,
    now: datetime | None = None,
) -> Read:
    """Return the entries at `places` that `sieve` lets through; one that cannot be read is set aside alone."""
    entries: list[Entry] = []
    unwanted: list[Unwanted] = []
    rejected: list[Rejected] = []
    for at in places:
        slot, known = window.slots[at], identities.known[at]
        entry = contain(lambda slot=slot, keys=known.keys: _entry(slot, keys, window, sieve, now))  # type: ignore[misc]
        if isinstance(entry, Unwanted):
            unwanted.append(entry)
        elif not isinstance(entry, Failed):
            entries.append(entry)
        elif isinstance(entry.error, MemoryError):
            raise entry.error
        else:
            excerpt = slot.excerpt() if len(rejected) < MAX_EXCERPTS else ""
            rejected.append(Rejected(reason=_reason(entry), excerpt=_storable(excerpt)))
    return Read(tuple(entries), tuple(rejected), tuple(unwanted))


def _entry(
    slot: Slot, keys: tuple[str, ...], window: Window, sieve: Sieve | None, now: datetime | None
) -> Entry | Unwanted:
    item = slot.read()
    source_id = article.source_id_of(item.source_id)
    if slot.cancelled:
        return Entry(keys=keys, digest=slot.digest, source_id=source_id, content=article.killed(item), cancelled=True)
    content = sieve.sift(item, window, now) if sieve else article.read_content(item, window)
    if isinstance(content, Unwanted):
        return content
    cancelled = content.status == "cancelled"
    wanted = item.link is not None and content.body_text is None and not (cancelled or item.whole)
    return Entry(
        keys=keys,
        digest=slot.digest,
        source_id=source_id,
        url=item.link,
        content=content,
        page_wanted=wanted,
        cancelled=cancelled,
    )


def _reason(failed: Failed) -> str:
    return str(failed.error)[:_SENTENCE_CHARS] if isinstance(failed.error, PermanentError) else str(failed)


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _earned(document: Document, closed: bool, cut: bool) -> Facts:
    """Return the facts with the validators that this document earned.

    ETag and Last-Modified are earned by a whole document only; the body's digest by any that was read, since equal
    bytes give equal articles; and none by one whose entries were not all read, so that the next poll brings it again.
    """
    validators = document.facts.validators or Validators()
    if cut:
        validators = Validators()
    elif not (closed and document.complete):
        validators = Validators(body_digest=validators.body_digest)
    elif document.partial:
        validators = Validators(etag=validators.etag, last_modified=validators.last_modified)
    return document.facts.model_copy(update={"outcome": Outcome.OK, "validators": validators})


def _page_result(document: Document, data: bytes) -> Result:
    """Return the one article that a page holds.

    :raises Malformed: the page holds none, or breaks a limit.
    """
    if not document.complete:
        raise Malformed("The page was not transferred whole.")
    if is_wall(document.target.url, document.final_url):
        raise Malformed("The page is a consent, log-in or challenge page, not an article.")
    rules = document.target.rules
    link = document.target.link
    entry = read_page(data, document.final_url, document.media_type, document.language, rules, link)
    return Result(
        facts=_earned(document, closed=True, cut=False),
        final_url=document.final_url,
        entries=(entry,),
        trusts_ids=document.target.trusts_ids,
        document_sha256=sha256(data),
        parser=reader_of(rules),
        unmet=unmet(rules, entry.content),
    )
