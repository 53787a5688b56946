"""Mail: one message is one article; what comes with it is left out, and what is made to hurt costs itself alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.parser import limits
from services.parser.document import read_document
from services.parser.formats.mail import is_mail
from services.parser.look import form_of, look
from shared.bundle import MAIL_CUT, TYPE, Bundle, Part, file_digest, pack
from shared.messages import Entry, Result
from tests.line.drops import ninjs, nitf
from tests.parser.documents import document, entries_of

URL = "file:///drops/mail"
FIELDS = {
    "Message-ID": "<7@harbour.example>",
    "From": "Ada Lindqvist <ada@harbour.example>",
    "Subject": "The mole is raised",
    "Date": "Tue, 3 Mar 2026 10:00:00 +0000",
}
WORDS = "The mole was raised by a metre before the winter."


def mail(body: str = f"<p>{WORDS}</p>", kind: str = "text/html; charset=utf-8", **fields: str) -> bytes:
    """Return a message; `fields` replace or, when empty, leave out its own."""
    said = FIELDS | {"MIME-Version": "1.0", "Content-Type": kind}
    said |= {name.replace("_", "-"): value for name, value in fields.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in said.items() if value).encode() + f"\r\n{body}".encode()


def parts(*parts: tuple[str, str], kind: str = "mixed") -> bytes:
    """Return a message of several parts, each with its type and what it holds."""
    body = "".join(f"--b\r\nContent-Type: {one}\r\n\r\n{held}\r\n" for one, held in parts)
    return mail(body + "--b--\r\n", f'multipart/{kind}; boundary="b"')


def article(data: bytes) -> Entry:
    (entry,) = entries_of(data, URL, None)
    return entry


def text(data: bytes) -> str | None:
    return article(data).content.body_text


def polled(*messages: bytes, url: str = URL, known: str = "") -> Result:
    """Return what a poll brings of a mailbox with new messages."""
    path, mark, query = url.partition("?")
    digests = [file_digest(str(at), 1, 1) for at in range(len(messages))]
    found = tuple(
        Part(f"{path}/{at}{mark}{query}", body, None, digest)
        for at, (body, digest) in enumerate(zip(messages, digests, strict=True))
    )
    return read_document(document(url=url, media_type=TYPE, known=known), pack(Bundle(found)), 100)


@pytest.mark.parametrize(
    ("fields", "body", "status", "until"),
    [
        ({"Subject": "EMBARGOED UNTIL 2126-03-03 00:01 GMT: the mole"}, WORDS, "usable", "2126-03-03 00:01"),
        ({}, f"<p><b>Embargo: 3 March 2126, 00:01 GMT</b></p><p>{WORDS}</p>", "usable", "2126-03-03 00:01"),
        ({}, f"<p>Press release</p><p>Sperrfrist: Dienstag</p><p>{WORDS}</p>", "withheld", None),
        ({}, f"<p>Not for publication before noon</p><p>{WORDS}</p>", "withheld", None),
        ({"Subject": "Embargo on oil is tightened"}, f"<p>{WORDS}</p>", "usable", None),
    ],
)
def test_a_release_under_an_embargo_is_withheld(
    fields: dict[str, str], body: str, status: str, until: str | None
) -> None:
    content = article(mail(body, **fields)).content
    said = content.embargoed_until.strftime("%Y-%m-%d %H:%M") if content.embargoed_until else None
    assert (said, content.status) == (until, status)  # what is usable is so from then on


def test_a_message_is_named_what_it_is() -> None:
    assert form_of(mail(), None) == "a mail message"


def test_a_text_however_short_is_whole_and_no_page_is_fetched_for_it() -> None:
    entry = article(mail("<p>Pier closed.</p>", Archived_At="<https://harbour.example/a/7>"))
    assert (entry.content.body_text, entry.url) == ("Pier closed.", "https://harbour.example/a/7")
    assert not entry.page_wanted
    assert not article(mail("", Archived_At="<https://harbour.example/a/7>")).page_wanted


def test_an_address_is_no_name() -> None:
    content = article(mail(From='"ada@harbour.example" <ada@harbour.example>')).content
    assert (content.byline, content.authors) == (None, ())
    assert look(mail(From="ada@harbour.example"), URL, None).feed.title is None


def test_a_list_is_the_title_and_who_writes_for_it_the_author() -> None:
    seen = look(
        mail(List_Id='"The Harbour" <h.example>', From="Ada Lindqvist via The Harbour <h@h.example>"), URL, None
    )
    assert seen.feed.title == "The Harbour"
    assert [author.name for author in seen.entries[0].content.authors] == ["Ada Lindqvist"]


def test_the_marked_up_text_is_taken_before_the_plain_one() -> None:
    both = parts(("text/plain", "Plain."), ("text/html", f"<p>{WORDS}</p>"), kind="alternative")
    assert text(both) == WORDS


def test_lines_that_flow_are_joined_and_fixed_ones_are_not() -> None:
    flowed = "The mole was \r\nraised.\r\nThe ferry sailed.\r\n>> quoted \r\n>> words\r\n"
    assert (
        text(mail(flowed, "text/plain; format=flowed")) == "The mole was raised.\n\nThe ferry sailed.\n\nquoted words"
    )
    joined = "堤防は \r\n高くなった。\r\n"
    assert text(mail(joined, "text/plain; charset=utf-8; format=flowed; delsp=yes")) == "堤防は高くなった。"


def test_an_encoding_that_is_said_wrongly_or_not_at_all_is_told_by_the_text() -> None:
    assert text(mail("<p>Café au lait</p>", "text/html; charset=us-ascii")) == "Café au lait"
    assert text(mail("<p>Café</p>", "text/html; charset=x-nobody-knows")) == "Café"
    assert article(mail(Subject="Café")).content.headline == "Café"
    latin = mail(Subject="Caf@").replace(b"Caf@", "Café".encode("latin-1"))
    assert article(latin).content.headline == "Café"


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">Read on</div>',
        '<span style="max-height:0px;overflow:hidden">Read on</span>',
        "<p hidden>Read on</p>",
        '<img src="https://t.example/o.gif" width="1" height="1">',
        '<img src="https://t.example/o.gif" style="width:1px;height:1px">',
        '<img src="cid:logo@harbour.example">',
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
        '<p><a href="https://harbour.example/p/the-mole-is-raised?r=7">View this email in your browser</a></p>',
    ],
)
def test_what_is_not_shown_and_what_only_leads_elsewhere_is_no_text(hidden: str) -> None:
    content = article(mail(f"{hidden}<p>{WORDS}</p>")).content
    assert (content.body_text, content.images) == (WORDS, ())
    assert "<img" not in (content.body_html or "")


@pytest.mark.parametrize(
    "foot",
    [
        "<p>You receive this as you signed up.</p><p><a href='https://h.example/u'>Unsubscribe</a></p><p>Pier 7</p>",
        "<p>Sie erhalten diese Mail als Abonnent. <a href='https://h.example/x'>Abbestellen</a></p><p>© Harbour</p>",
        "<p><a href='https://h.example/leave?t=7'>Genug</a></p><img src='https://h.example/face.png' width='24'>",
    ],
)
def test_a_foot_is_no_text(foot: str) -> None:
    data = mail(f"<p>{WORDS}</p>{foot}", List_Unsubscribe="<https://h.example/leave?t=7>")
    content = article(data).content
    assert (content.body_text, content.images) == (WORDS, ())


def test_a_text_that_speaks_of_leaving_a_list_stays() -> None:
    long = f"<p>Readers unsubscribe in great numbers.</p><p>{WORDS * 30}</p>"
    assert "metre" in (text(mail(long)) or "")


def test_a_link_that_is_a_readers_own_is_no_articles_address() -> None:
    way = "<p><a href='https://click.example/v/8a7f6e5d4c3b2a198a7f6e5d'>View in your browser</a></p><p>Words.</p>"
    assert article(mail(way)).url is None


def test_layout_is_no_table() -> None:
    inside = f"<table><tr><td><p>{WORDS}</p></td></tr><tr><td>The end.</td></tr></table>"
    content = article(mail(f"<table><tr><td>{inside}</td></tr></table>")).content
    assert content.body_text == f"{WORDS}\n\nThe end."
    assert "<t" not in (content.body_html or "")


def test_attached_items_of_an_agency_are_articles_in_place_of_what_covers_them() -> None:
    data = parts(
        ("text/plain", "Please find attached."),
        ('application/json; name="one.json"', ninjs(1)),
        ('text/xml; name="two.xml"', nitf(2)),
        ('application/xml; name="styles.xml"', "<styles/>"),
    )
    found = entries_of(data, URL, None)
    assert [entry.source_id for entry in found] == ["urn:agency:1", "nitf-2"]


def test_an_attached_item_that_breaks_off_sets_its_message_aside() -> None:
    broken = parts(("text/plain", "See below."), ('text/xml; name="a.xml"', "<nitf><body>"))
    result = polled(broken, mail(Message_ID="<8@harbour.example>"))
    assert len(result.entries) == len(result.rejected) == 1


def test_a_message_within_a_message_is_anothers() -> None:
    inner = mail("<p>Inner.</p>").decode()
    assert text(parts(("text/plain", "Outer."), ("message/rfc822", inner))) == "Outer."


def test_without_an_identifier_a_message_is_known_by_what_it_says() -> None:
    one, other = (mail(body, Message_ID="", Received="by mx") for body in ("<p>One</p>", "<p>Two</p>"))
    again = mail("<p>One</p>", Message_ID="", Received="by another")
    keys = [article(data).keys for data in (one, other, again)]
    assert keys[0] == keys[2] != keys[1]
    assert article(one).source_id is None


@pytest.mark.parametrize(
    ("sender", "taken"),
    [
        ("Press <press@agency.example>", True),
        ("PRESS@Agency.Example", True),
        ('"press@agency.example" <evil@elsewhere.example>', False),
        ("press@agency.example.elsewhere.example", False),
        ("evil@elsewhere.example (press@agency.example)", False),
    ],
)
def test_messages_of_others_than_those_named_bring_nothing_and_count_as_read(sender: str, taken: bool) -> None:
    result = polled(mail(From=sender), url=f"{URL}?from=press@agency.example")
    assert (len(result.entries), len(result.rejected)) == (int(taken), 0)
    assert len(result.window or "") == 12


@pytest.mark.parametrize(
    "data",
    [
        mail(From="press@agency.example, evil@elsewhere.example"),
        mail(From="").replace(b"Subject", b"From: press@agency.example\r\nFrom: evil@elsewhere.example\r\nSubject", 1),
        mail(From="press@agency.example" + "(" * 1500),
    ],
    ids=["two addresses", "two fields", "unreadable"],
)
def test_a_message_that_does_not_say_whose_it_is_is_set_aside(data: bytes) -> None:
    result = polled(data, url=f"{URL}?from=press@agency.example")
    assert [one.reason for one in result.rejected] == ["0: The message does not say clearly who sent it."]


TEXT, ITEM = ("text/plain", WORDS), ("application/json", ninjs(1))


@pytest.mark.parametrize(
    ("held", "brings"),
    [
        ([TEXT, ("image/jpeg", "x" * 100)], WORDS),
        ([TEXT, ITEM], WORDS),
        ([TEXT, ITEM, ("image/jpeg", "x" * 100)], "The ferry 1 left the harbour at noon."),
        ([("image/jpeg", "x" * 100), TEXT], None),
        ([("text/plain", WORDS)], None),
    ],
    ids=["a picture", "an item", "an item before it", "the text", "nothing but the text"],
)
def test_of_a_message_that_is_cut_the_last_part_is_left_out(held: list[tuple[str, str]], brings: str | None) -> None:
    data = parts(*held)[: -len("--b--") - 20]
    found = Bundle((Part(f"{URL}/1", data, MAIL_CUT, file_digest("1", 1, 1)),))
    result = read_document(document(url=URL, media_type=TYPE), pack(found), 100)
    assert [entry.content.body_text for entry in result.entries] == ([brings] if brings else [])
    assert [one.reason.partition(": ")[2] for one in result.rejected] == (
        [] if brings else ["The message is larger than a document may be, and its text does not come first."]
    )


def nested(depth: int) -> bytes:
    """Return a message whose parts hold parts."""
    head = "".join(f"Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n" for at in range(depth))
    return f"From: a@a.example\nDate: x\n{head}".encode()


@pytest.mark.parametrize(
    "data",
    [
        mail(Subject="=?utf-8?q?a?= " * 100_000),
        mail(Subject="=?utf-8?b?" * 100_000),
        mail(From="(" * 200_000),
        mail(From="a@a.example," * 50_000),
        mail(kind="text/html;" + "a=1;" * 50_000),
        mail(kind='multipart/mixed; boundary="' + "b" * 100_000),
        mail("<div>" * 50_000),
        nested(19) + b"\n" * 100_000 + b"word " * 200_000,
        nested(5_000),
        mail("--b\n\n" * 200_000, "multipart/mixed; boundary=b"),
        b"From: a\nDate: b\n" + b"Content-Type: message/rfc822\n\n" * 100_000,
        b"From: a\nDate: b\n" + b"x:y\n" * 1_000_000,
        b"From: a\nDate: b\n\n" + b"\n" * 2_000_000,
        mail("=41=" * 1_000_000, Content_Transfer_Encoding="quoted-printable"),
        mail("!!!!" * 1_000_000, Content_Transfer_Encoding="base64"),
        mail("begin 644 a\n" + "M" * 1_000_000, Content_Transfer_Encoding="x-uuencode"),
    ],
    ids=lambda data: "",
)
def test_a_message_made_to_hurt_costs_little_and_harms_no_other(data: bytes) -> None:
    with limits.cpu_seconds(20):
        result = polled(data, mail("<p>Good.</p>", Message_ID="<8@harbour.example>"))
    assert result.facts.error is None
    assert len(result.entries) + len(result.rejected) == 2
    assert "Good." in [entry.content.body_text for entry in result.entries]


PIECES = [
    b"Content-Type: multipart/mixed; boundary=b\n", b"--b\n", b"--b--\n", b"\n", b"\n\n", b"Content-Type: text/html\n",
    b"Subject: =?utf-8?q?=C3?=\n", b"From: <\n", b"Message-ID: <<<<\n", b"List-Id: \"\n", b"Date: \x00\n", b"\xff\xfe",
    b"Content-Transfer-Encoding: base64\n", b"<p>words</p>", b"boundary*0*=utf-8''%00\n", b" folded\n", b"(",
    b"Content-Type: message/rfc822\n", b"Content-Type: text/plain; format=flowed; charset*=''x\n", b"-- \n", b"> a \n",
]  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map(b"".join))
def test_whatever_follows_a_messages_beginning_gives_an_answer_or_a_reason(rest: bytes) -> None:
    result = polled(b"From: a@a.example\nDate: x\n" + rest)
    assert result.facts.error is None
    assert len(result.entries) + len(result.rejected) == 1


@pytest.mark.parametrize(
    "data", [b"Warning: x\n<rss>", b"From: a\n", b"Date: a\n\nFrom: b", b"", b"From me", b"\xff\xd8"]
)
def test_what_is_no_message_is_not_taken_for_one(data: bytes) -> None:
    assert not is_mail(data)
