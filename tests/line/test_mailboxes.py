"""Mailboxes as feeds: what a mail server keeps becomes articles, once, and stays in the mailbox as it was."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bench.certificate import self_signed
from shared.http.passport import Passport, basic, fresh_keys, seal
from shared.messages import Outcome
from shared.tables import Article, Feed, Poll, SetAside
from tests.line.mailserver import PASSWORD, USER, MailServer, letter
from tests.line.steps import Line

Make = Callable[..., Line]


@pytest.fixture
def store(sqlite_store: Engine) -> Engine:
    """One store: what a mailbox brings is stored like anything else."""
    return sqlite_store


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "server.pem"
    path.write_bytes(self_signed("localhost"))
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[MailServer]:
    with MailServer(certificate) as running:
        yield running


@pytest.fixture
def make_mail_line(make_line: Make, server: MailServer, certificate: Path) -> Make:
    """What makes a line whose one feed is a mailbox, with its password sealed."""

    def make(url: str = server.url, user: str = f"{USER}:{PASSWORD}", **values: object) -> Line:
        open_key, seal_key = fresh_keys()
        trusted = {"fetch_allow": (server.place,), "fetch_authorities": certificate}
        line = make_line(**{"fetch_pages": False, "open_key": open_key} | trusted | values)
        line.add(url)
        sealed = seal(Passport(authorization=basic(user)), url, seal_key)
        line.write(lambda connection: connection.execute(Feed.__table__.update().values(sealed=sealed)) and None)
        return line

    return make


@pytest.fixture
def mail_line(make_mail_line: Make) -> Line:
    return make_mail_line()


def headlines(line: Line) -> list[str]:
    return sorted(row.headline for row in line.read(select(Article.headline)))


def outcomes(line: Line) -> list[str]:
    return [row.outcome for row in line.read(select(Poll.outcome).order_by(Poll.id))]


def test_messages_become_articles_once_and_stay_unseen(mail_line: Line, server: MailServer) -> None:
    server.deliver(letter(1), letter(2))
    mail_line.poll()
    assert (mail_line.feed().error, headlines(mail_line)) == (None, ["Mole is raised 1", "Mole is raised 2"])
    server.deliver(letter(3))
    mail_line.poll()
    assert headlines(mail_line) == ["Mole is raised 1", "Mole is raised 2", "Mole is raised 3"]
    with server.owner() as owner:
        owner.select("INBOX", readonly=True)
        assert owner.search(None, "UNSEEN") == ("OK", [b"1 2 3"])


def test_a_mailbox_that_is_as_it_was_is_not_even_listed(mail_line: Line, server: MailServer) -> None:
    server.deliver(letter(1))
    mail_line.poll()
    mail_line.poll()
    assert outcomes(mail_line) == [Outcome.OK, Outcome.NOT_MODIFIED]
    assert mail_line.feed().etag


def test_an_empty_mailbox_is_no_failure(mail_line: Line) -> None:
    mail_line.poll()
    assert (mail_line.feed().error, mail_line.count()) == (None, 0)


def test_a_message_that_is_deleted_has_left_the_window(mail_line: Line, server: MailServer) -> None:
    server.deliver(letter(1), letter(2))
    mail_line.poll()
    with server.owner() as owner:
        owner.select("INBOX")
        owner.store("1", "+FLAGS", r"(\Deleted)")
        owner.expunge()
    mail_line.poll()
    seen = dict(mail_line.read(select(Article.source_id, Article.last_seen_at)))
    assert seen["1@harbour.example"] is not None
    assert seen["2@harbour.example"] is None


def test_a_mailbox_whose_messages_are_numbered_anew_brings_nothing_twice(
    make_mail_line: Make, server: MailServer
) -> None:
    with server.owner() as owner:
        owner.create("Press")
    server.deliver(letter(1), letter(2), to="Press")
    line = make_mail_line(server.url.replace("INBOX", "Press"))
    line.poll()
    with server.owner() as owner:
        owner.delete("Press")
        owner.create("Press")
    server.deliver(letter(2), letter(1), letter(3), to="Press")
    line.poll()
    assert (line.feed().error, line.count()) == (None, 3)
    assert {row.revision for row in line.read(select(Article.revision))} == {1}


@pytest.mark.parametrize("name", ["Press releases", 'The "Harbour" & more', "Médias"])
def test_a_mailbox_may_have_any_name(make_mail_line: Make, server: MailServer, name: str) -> None:
    from urllib.parse import quote

    from services.fetcher.imaptalk import mailbox

    with server.owner() as owner:
        assert owner.create(mailbox(name))[0] == "OK"
        owner.append(mailbox(name), "", None, letter(1))
    line = make_mail_line(server.url.replace("INBOX", quote(name)))
    line.poll()
    assert (line.feed().error, line.count()) == (None, 1)


def test_more_than_fits_one_poll_comes_with_the_next(make_mail_line: Make, server: MailServer) -> None:
    line = make_mail_line(max_document_bytes=2000)
    server.deliver(*map(letter, range(12)))
    line.poll()
    assert 0 < line.count() < 12
    assert line.feed().etag is None
    for _ in range(4):
        line.poll()
    assert line.count() == 12
    assert line.feed().etag


def test_a_message_that_is_too_large_is_set_aside_alone(make_mail_line: Make, server: MailServer) -> None:
    line = make_mail_line(max_document_bytes=2000)
    server.deliver(letter(1), letter(2) + b"word " * 1000, letter(3))
    line.poll()
    line.poll()
    assert headlines(line) == ["Mole is raised 1", "Mole is raised 3"]
    assert "larger than a document may be" in line.read(select(SetAside.reason))[0].reason
    assert line.feed().error is None


def test_of_a_message_with_large_attachments_the_text_is_read(make_mail_line: Make, server: MailServer) -> None:
    line = make_mail_line(max_document_bytes=20_000)
    text, picture = (
        "Content-Type: text/plain\r\n\r\nThe mole was raised.\r\n",
        f"Content-Type: image/jpeg\r\n\r\n{'x' * 30_000}\r\n",
    )
    body = f'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n{text}--b\r\n{picture}--b--\r\n'
    server.deliver(letter(1), letter(2).split(b"\r\n\r\n")[0] + f"\r\n{body}".encode(), letter(3))
    for _ in range(3):
        line.poll()
    assert (line.feed().error, line.count(SetAside), line.count()) == (None, 0, 3)
    assert "The mole was raised." in [row.body_text for row in line.read(select(Article.body_text))]


@pytest.mark.parametrize(
    ("user", "mailbox", "kind"),
    [(f"{USER}:wrong", "INBOX", "login"), (f"{USER}:{PASSWORD}", "Elsewhere", "missing")],
)
def test_what_a_server_refuses_is_named(
    make_mail_line: Make, server: MailServer, user: str, mailbox: str, kind: str
) -> None:
    line = make_mail_line(server.url.replace("INBOX", mailbox), user)
    line.poll()
    assert (line.feed().error_kind, line.count()) == (kind, 0)
    assert "wrong" not in line.feed().error


def test_messages_of_named_senders_alone_are_taken(make_mail_line: Make, server: MailServer) -> None:
    line = make_mail_line(f"{server.url}?from=@harbour.example")
    feed = (
        b"Received: by mail\r\n\r\n<rss><channel><item><guid>9</guid><title>Mole sinks</title></item></channel></rss>"
    )
    server.deliver(letter(1), letter(2, sender="press@harbour.example.elsewhere.example"), feed)
    line.poll()
    server.deliver(letter(3))
    line.poll()
    line.poll()
    assert headlines(line) == ["Mole is raised 1", "Mole is raised 3"]
    assert [row.reason.partition(": ")[2] for row in line.read(select(SetAside.reason))] == [
        "The message does not say clearly who sent it."
    ]
    assert outcomes(line) == [Outcome.OK, Outcome.OK, Outcome.NOT_MODIFIED]


def test_nobody_is_asked_without_a_name(make_line: Make, server: MailServer, certificate: Path) -> None:
    line = make_line(fetch_pages=False, fetch_allow=(server.place,), fetch_authorities=certificate)
    line.add(server.url)
    line.poll()
    assert line.feed().error_kind == "login"
    assert "feeds access" in line.feed().error


def test_a_server_inside_our_network_is_not_reached_unless_allowed(make_mail_line: Make) -> None:
    line = make_mail_line(fetch_allow=())
    line.poll()
    assert line.feed().error_kind == "blocked"


def test_a_server_whose_certificate_is_not_believed_is_not_told_the_password(make_mail_line: Make) -> None:
    line = make_mail_line(fetch_authorities=None)
    line.poll()
    assert line.feed().error_kind == "tls"
    assert "It shows " in line.feed().error
