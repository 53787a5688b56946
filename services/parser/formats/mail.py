"""Mail (RFC 5322, RFC 2045 to 2047, RFC 2231): one message is one article, or brings an agency's items. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from html import escape, unescape
from itertools import islice

from services.parser.fields.mailings import embargo_in
from services.parser.fields.text import key_of
from services.parser.formats.encoding import decode
from services.parser.formats.mailtext import Text, read_html, read_plain
from services.parser.item import Item, Person, Slot, Window
from shared.digests import entry_digest, sha256
from shared.errors import Failed, Malformed, NotAFeed, PermanentError, contain
from shared.hosts import is_folder
from shared.messages import FeedFacts
from shared.senders import admits, senders_of

HEAD_BYTES = 256 * 1024  # of a message's fields; relays and signatures add some 20 KiB
FIELD_CHARS, CONTENT_CHARS = 2000, 600  # of a field, and of one of a part's, which is taken apart time and again
MOST_BOUNDARIES, MOST_SEPARATORS = 20, 2000  # each line is compared with every boundary that is open
LINES, LINE_BYTES = 2000, 8  # a message has so many lines, or so many bytes in each of them
MOST_ITEMS = 100
EXCERPT_CHARS = 60_000
_FIELD = re.compile(rb"([!-9;-~]+):")
_TOLD = frozenset({b"date", b"message-id", b"received", b"mime-version", b"subject", b"return-path"})
_SENT_AS_ITEMS = (".xml", ".json", ".nitf", ".newsml", ".ninjs")
_BOUNDARY = re.compile(rb"boundary\s*(?:\([^\n]*)?(?:\*\d*\*?)?\s*(?:\([^\n]*)?=", re.IGNORECASE)
_BRACKETED = re.compile(r"<([^<>\s]+)>")
_TAG = re.compile(r"^\s*\[([^\[\]]{1,80})\]\s*(?=\S)")
_OF = re.compile(r"\s+(?:from|at|of|via|von|bei|de|chez|da|\||-|–|—)\s+|,\s+", re.IGNORECASE)

_ENDS = re.compile(r"</(?:p|h\d|li|div|td|blockquote)>|<br\b[^>]*>")
_TAGS = re.compile(r"<[^>]*>")
OPENING_CHARS, OPENING_LINES = 4000, 3  # of a text in which a sender says that it is under an embargo

Read = Callable[[bytes, str], Window]


class _Bounded(EmailPolicy):
    """How messages are read: fields cut to what is read of them, those in 8 bits decoded as any text is."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        value = value[: CONTENT_CHARS if name.lower().startswith("content-") else FIELD_CHARS]
        return name, value if value.isascii() else decode(value.encode("ascii", "surrogateescape"))


_POLICY = _Bounded()


def is_mail(data: bytes) -> bool:
    """Return whether a document begins as a message does: with fields, among them who sent it and what mail has."""
    names: set[bytes] = set()
    at = data.find(b"\n") + 1 if data.startswith((b"From ", b">From ")) else 0
    while at < min(HEAD_BYTES, len(data)) and not (b"from" in names and names & _TOLD):
        end = data.find(b"\n", at)
        line = data[at : end if end >= 0 else len(data)]
        found = _FIELD.match(line)
        if not line.strip() or (found is None and (not names or line[:1] not in b" \t")):
            return False
        names |= {found[1].lower()} if found else set()
        at += len(line) + 1
    return b"from" in names and not names.isdisjoint(_TOLD)


def taken_from(url: str) -> tuple[str, ...]:
    """Return whose messages alone are taken of the folder or mailbox that `url` lies in; none: everybody's."""
    return senders_of(url) if is_folder(url) else ()


def read_window(data: bytes, url: str, read: Read, *, cut: bool = False) -> Window:
    """Return the article that a message is, or the items that an agency attached to it, as `read` reads them.

    Where `url` names whose messages are taken, that of another holds nothing. Of one that is `cut`, the last part is
    not looked at.

    :raises Malformed: it breaks a limit, does not say clearly whose it is, or says nothing.
    """
    window = contain(lambda: _window(data, url, read, cut=cut))
    if not isinstance(window, Failed):
        return window
    if isinstance(window.error, PermanentError | MemoryError):
        raise window.error
    raise Malformed(f"The message cannot be taken apart: {window}.") from window.error


def _window(data: bytes, url: str, read: Read, *, cut: bool) -> Window:
    message = _message(data)
    fields = _fields(message)
    senders = _senders(message)
    if (named := taken_from(url)) and not admits(named, _whose(senders)):
        return Window(FeedFacts(), (), passed_over=1)
    if cut:
        _leave_the_last(message)
    title, people = _title_and_people(fields, senders)
    if items := _attached(message, url, read):
        return Window(FeedFacts(title=title), tuple(items))
    item = _item(message, fields, title, people)
    known_by = item.source_id or f"digest:{sha256(repr((item.headline, item.published, item.content)))}"
    excerpt = data[:EXCERPT_CHARS].decode("utf-8", "replace")
    slot = Slot(
        digest=entry_digest(data),
        source_id=known_by,
        link=item.link,
        title=item.headline,
        dated=item.published,
        read=lambda: item,
        excerpt=lambda: excerpt,
    )
    return Window(FeedFacts(title=title), (slot,), language=item.language)


def _message(data: bytes) -> EmailMessage:
    """Return the message, unless it is written so that taking it apart does not end.

    :raises Malformed: it is.
    """
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if data.find(b"\n\n") > HEAD_BYTES:
        raise Malformed(f"The message has more than {HEAD_BYTES // 1024} KiB of fields.")
    if len(_BOUNDARY.findall(data)) > MOST_BOUNDARIES or data.count(b"\n--") > MOST_SEPARATORS:
        raise Malformed("The message has more parts than any has, or nests them deeper.")
    if data.count(b"\n") > LINES + len(data) // LINE_BYTES:
        raise Malformed("The message has more lines than words.")
    message = message_from_bytes(data, EmailMessage, policy=_POLICY)
    assert isinstance(message, EmailMessage)
    return message


def _leave_the_last(message: EmailMessage) -> None:
    """Empty the last part of a message, which goes on where its begin ends.

    :raises Malformed: its text is in that, or comes after it.
    """
    last = [message, *_parts(message)][-1]
    if message.get_body(("html", "plain")) in {last, None}:
        raise Malformed("The message is larger than a document may be, and its text does not come first.")
    last.clear()


def _fields(message: EmailMessage) -> dict[str, str]:
    """Return what the fields say, by their names in lower case; of several the first, which the last relay wrote."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), " ".join(value.split()))
    return found


def _words(text: str | None) -> str | None:
    """Return a field's words, encoded ones decoded (RFC 2047)."""
    read = contain(lambda: str(_POLICY.header_factory("subject", text))) if text else None
    return None if isinstance(read, Failed) else read or None


def _senders(message: EmailMessage) -> Sequence[Address]:
    """Return whom the message says to be from: nobody where that cannot be read, or stands there twice."""
    written = [value for name, value in message.raw_items() if name.lower() == "from"]
    read = contain(lambda: tuple(_POLICY.header_factory("from", written[0]).addresses)) if len(written) == 1 else ()
    return () if isinstance(read, Failed) else read


def _whose(senders: Sequence[Address]) -> str:
    """Return the address of the one who sent a message.

    :raises Malformed: it names several, or none.
    """
    if len(senders) != 1 or not senders[0].domain:
        raise Malformed("The message does not say clearly who sent it.")
    return senders[0].addr_spec


def _title_and_people(fields: dict[str, str], senders: Sequence[Address]) -> tuple[str | None, tuple[Person, ...]]:
    """Return the title's name, which is its list's (RFC 2919) or its sender's, and the names of who wrote it."""
    names = [name for one in senders if (name := one.display_name.strip(" \"'")) and "@" not in name]
    phrase = (_words(fields.get("list-id")) or "").partition("<")[0].strip(" \"'")
    title = phrase or (names[0] if names else None)
    if not phrase:
        return title, tuple(map(Person, names))
    persons = [name for name in names if key_of(name) != key_of(phrase)]
    return title, tuple(Person(_without_title(name, phrase)) for name in persons)


def _without_title(name: str, title: str) -> str:
    """Return a name without the title that it is of.

    >>> _without_title("Ada Lindqvist from The Harbour", "The Harbour")
    'Ada Lindqvist'
    """
    found = _OF.search(name)
    return name[: found.start()] if found and key_of(name[found.end() :]) == key_of(title) else name


def _item(message: EmailMessage, fields: dict[str, str], title: str | None, people: tuple[Person, ...]) -> Item:
    """Return the message as it is written.

    :raises Malformed: it holds neither words nor a subject.
    """
    headline = _headline(_words(fields.get("subject")), title)
    text = _text(message, tuple(_BRACKETED.findall(fields.get("list-unsubscribe", ""))), headline or "")
    if not (text.html or headline):
        raise Malformed("The message holds no text.")
    archived = _BRACKETED.search(fields.get("archived-at", ""))  # RFC 5064
    names = {"headline": "Subject", "published_at": "Date", "authors": "From", "keywords": "Keywords"}
    identifier = _BRACKETED.search(fields.get("message-id", ""))
    language = fields.get("content-language", "").partition(",")[0].strip() or text.language
    return Item(
        source_id=identifier[1] if identifier else None,
        link=archived[1] if archived and archived[1].startswith(("https://", "http://")) else text.link,
        headline=escape(headline, quote=False) if headline else None,
        content=text.html or None,
        published=fields.get("date"),
        people=people,
        publisher=title,
        language=language,
        embargo=_embargo(headline, text.html),
        categories=tuple(filter(None, (one.strip() for one in (_words(fields.get("keywords")) or "").split(",")))),
        whole=True,
        names=names | {"body": text.kind, "canonical_url": "Archived-At" if archived else "link"},
    )


def _embargo(headline: str | None, text: str) -> str | None:
    """Return what a subject or the first lines of a text say of an embargo; None: nothing."""
    lines = (_TAGS.sub(" ", one).strip() for one in _ENDS.split(text[:OPENING_CHARS]))
    said = (embargo_in(unescape(one)) for one in (headline or "", *islice(filter(None, lines), OPENING_LINES)))
    return next((one for one in said if one is not None), None)


def _headline(subject: str | None, title: str | None) -> str | None:
    """Return a subject without the name of its list, which many put before it in brackets."""
    tag = _TAG.match(subject) if subject else None
    if subject and tag and key_of(tag[1]) in key_of(title or ""):
        return subject[tag.end() :]
    return subject


def _text(message: EmailMessage, leave: tuple[str, ...], headline: str) -> Text:
    part = message.get_body(("html", "plain"))
    if part is None:
        return Text("")
    said = decode(_bytes_of(part), f"text/plain; charset={part.get_content_charset('')}")
    if part.get_content_subtype() == "html":
        return read_html(said, leave, headline)
    flowed, delsp = (str(part.get_param(name, "")).lower() for name in ("format", "delsp"))
    return read_plain(said, leave, headline, flowed=flowed == "flowed", delsp=delsp == "yes")


def _bytes_of(part: MIMEPart) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _attached(message: EmailMessage, url: str, read: Read) -> list[Slot]:
    """Return the items of an agency that are attached; files of other kinds are none."""
    slots: list[Slot] = []
    for part in _parts(message):
        name = (part.get_filename() or "").lower()
        kind = part.get_content_type()
        if not (name.endswith(_SENT_AS_ITEMS) or kind.endswith(("/xml", "+xml", "/json", "+json"))):
            continue
        found = contain(lambda part=part: read(_bytes_of(part), url).slots)  # type: ignore[misc]
        if not isinstance(found, Failed):
            slots += found
        elif not isinstance(found.error, NotAFeed):
            raise found.error
    return slots[:MOST_ITEMS]


def _parts(message: MIMEPart) -> Iterator[MIMEPart]:
    """Yield the parts that hold no others; a message within the message is another's."""
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.iter_parts():
            yield from _parts(part)
    else:
        yield message
