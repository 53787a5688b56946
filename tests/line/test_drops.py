"""Folders as feeds: files that an agency leaves here, on an FTP server or on an SFTP server become articles."""

import os
from collections.abc import Callable
from pathlib import Path

import paramiko
import pytest
from sqlalchemy import Engine, select

from shared.http.passport import Passport, basic, fresh_keys, seal
from shared.tables import Article, Feed, SetAside
from tests.line.drops import PASSWORD, USER, Ftp, Sftp, ninjs, nitf, put
from tests.line.steps import Line

Make = Callable[..., Line]


@pytest.fixture
def store(sqlite_store: Engine) -> Engine:
    """One store: what a folder brings is stored like anything else."""
    return sqlite_store


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A folder beneath the one that the operator allowed."""
    folder = tmp_path / "drops" / "agency"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def folder_line(make_line: Make, drop: Path) -> Line:
    """A line whose one feed is that folder."""
    line = make_line(fetch_pages=False, drop_dir=drop.parent)
    line.add(drop.as_uri())
    return line


def letter(subject: str) -> str:
    fields = f"From: Press <press@harbour.example>\nDate: Mon, 2 Mar 2026 09:00:00 +0000\nSubject: {subject}\n"
    said = "The harbour board said so on Monday. It gave no date."
    return f"{fields}Message-ID: <{len(subject)}@harbour.example>\n\n{said}\n"


def headlines(line: Line) -> list[str]:
    return sorted(row.headline for row in line.read(select(Article.headline)))


def test_files_become_articles_once(folder_line: Line, drop: Path) -> None:
    put(drop, "one.json", ninjs(1))
    put(drop, "two.xml", nitf(2))
    folder_line.poll()
    assert headlines(folder_line) == ["Ferry runs aground off the pier 1", "Mayor opens bridge 2"]
    put(drop, "three.json", ninjs(3))
    folder_line.poll()
    folder_line.poll()
    assert folder_line.count() == 3
    assert folder_line.feed().error is None


def test_a_file_that_was_written_anew_is_a_revision(folder_line: Line, drop: Path) -> None:
    put(drop, "one.json", ninjs(1))
    folder_line.poll()
    put(drop, "one.json", ninjs(1, "Ferry afloat again"), age_s=600)
    folder_line.poll()
    assert [tuple(row) for row in folder_line.read(select(Article.headline, Article.revision))] == [
        ("Ferry afloat again 1", 2)
    ]


def test_a_file_that_is_taken_away_has_left_the_window(folder_line: Line, drop: Path) -> None:
    put(drop, "one.json", ninjs(1))
    put(drop, "two.json", ninjs(2))
    folder_line.poll()
    (drop / "one.json").unlink()
    folder_line.poll()
    seen = dict(folder_line.read(select(Article.source_id, Article.last_seen_at)))
    assert seen["urn:agency:1"] is not None
    assert seen["urn:agency:2"] is None


def test_a_file_that_is_no_item_is_set_aside_alone_and_read_no_more(folder_line: Line, drop: Path) -> None:
    put(drop, "bad.xml", "<nitf><body>")
    put(drop, "page.xml", "<html><body>no item</body></html>")
    put(drop, "one.json", ninjs(1))
    folder_line.poll()
    put(drop, "two.json", ninjs(2))
    folder_line.poll()
    assert folder_line.count() == 2
    reasons = [row.reason for row in folder_line.read(select(SetAside.reason))]
    assert sorted(reason.partition(":")[0] for reason in reasons) == ["bad.xml", "page.xml"]


def test_what_is_being_written_and_what_is_no_text_is_passed_over(folder_line: Line, drop: Path) -> None:
    put(drop, "half.json.tmp", ninjs(1))
    put(drop, ".hidden.json", ninjs(2))
    put(drop, "picture.jpg", "x")
    put(drop, "now.json", ninjs(3), age_s=0)
    put(drop, "one.json", ninjs(4))
    folder_line.poll()
    assert headlines(folder_line) == ["Ferry runs aground off the pier 4"]


def test_more_files_than_fit_one_poll_come_with_the_next(make_line: Make, drop: Path) -> None:
    line = make_line(fetch_pages=False, drop_dir=drop.parent, max_document_bytes=2000)
    line.add(drop.as_uri())
    for number in range(12):
        put(drop, f"{number:02}.json", ninjs(number))
    line.poll()
    assert 0 < line.count() < 12
    for _ in range(4):
        line.poll()
    assert line.count() == 12


def test_mail_is_read_and_a_message_that_changes_its_flags_is_the_same(folder_line: Line, drop: Path) -> None:
    put(drop, "1767571200.M1P7.mail", letter("Mole is raised"))
    put(drop, "release.eml", letter("Ferry sails again"))
    folder_line.poll()
    assert headlines(folder_line) == ["Ferry sails again", "Mole is raised"]
    (drop / "1767571200.M1P7.mail").rename(drop / "1767571200.M1P7.mail:2,S")
    folder_line.poll()
    assert headlines(folder_line) == ["Ferry sails again", "Mole is raised"]
    assert folder_line.feed().error is None


def test_a_folder_for_named_senders_takes_their_messages_and_nothing_else(
    make_line: Make, drop: Path, tmp_path: Path
) -> None:
    line = make_line(fetch_pages=False, drop_dir=drop.parent)
    line.add(f"{drop.as_uri()}?from=press@harbour.example")
    put(drop, "one.eml", letter("Mole is raised"))
    put(drop, "two.eml", letter("Mole sinks").replace("press@", "boss@"))
    put(drop, "three.json", ninjs(1))
    line.poll()
    assert headlines(line) == ["Mole is raised"]
    assert [row.reason for row in line.read(select(SetAside.reason))] == [
        "three.json: The file is no message, and those of named senders alone are taken."
    ]


@pytest.mark.parametrize("way", ["beside", "dots", "link", "none"])
def test_no_folder_but_those_allowed_is_read(make_line: Make, drop: Path, tmp_path: Path, way: str) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    put(secret, "one.json", ninjs(1))
    (drop / "link").symlink_to(secret)
    address = {
        "beside": secret.as_uri(),
        "dots": f"{drop.as_uri()}/../../secret",
        "link": f"{drop.as_uri()}/link",
        "none": drop.as_uri(),
    }[way]
    line = make_line(fetch_pages=False, drop_dir=None if way == "none" else drop.parent)
    line.add(address)
    line.poll()
    assert line.count() == 0
    assert line.feed().error_kind == "blocked"


def test_links_and_pipes_in_a_folder_are_not_followed(folder_line: Line, drop: Path, tmp_path: Path) -> None:
    (drop / "one.json").symlink_to(put(tmp_path, "outside.json", ninjs(1)))
    os.mkfifo(drop / "two.json")
    folder_line.poll()
    assert (folder_line.count(), folder_line.feed().error) == (0, None)


@pytest.mark.parametrize("mlsd", [True, False])
def test_an_ftp_drop_is_read(make_line: Make, drop: Path, mlsd: bool) -> None:
    put(drop, "one.json", ninjs(1))
    (drop / "older").mkdir()
    with Ftp(drop, mlsd=mlsd) as server:
        line = make_line(fetch_pages=False, fetch_allow=(server.place,))
        line.add(f"ftp://{USER}:{PASSWORD}@{server.place}/")
        line.poll()
        put(drop, "two.xml", nitf(2))
        line.poll()
        line.poll()
    assert line.feed().error is None
    assert headlines(line) == ["Ferry runs aground off the pier 1", "Mayor opens bridge 2"]


def test_an_ftp_server_that_does_not_let_us_in_is_named(make_line: Make, drop: Path) -> None:
    with Ftp(drop) as server:
        line = make_line(fetch_pages=False, fetch_allow=(server.place,))
        line.add(f"ftp://{USER}:wrong@{server.place}/")
        line.poll()
    assert line.feed().error_kind == "login"
    assert "wrong" not in line.feed().error


@pytest.mark.parametrize("scheme", ["ftp", "sftp"])
def test_a_drop_inside_our_network_is_not_reached_unless_allowed(make_line: Make, drop: Path, scheme: str) -> None:
    with Ftp(drop) as server:
        line = make_line(fetch_pages=False)
        line.add(f"{scheme}://{USER}:{PASSWORD}@{server.place}/")
        line.poll()
    assert line.feed().error_kind == "blocked"


def test_an_sftp_drop_is_read_with_sealed_credentials(make_line: Make, drop: Path, tmp_path: Path) -> None:
    put(drop, "one.json", ninjs(1))
    open_key, seal_key = fresh_keys()
    with Sftp(drop) as server:
        hosts = server.known_hosts(tmp_path / "known_hosts")
        url = f"sftp://{server.place}/"
        line = make_line(fetch_pages=False, fetch_allow=(server.place,), sftp_known_hosts=hosts, open_key=open_key)
        line.add(url)
        sealed = seal(Passport(authorization=basic(f"{USER}:{PASSWORD}")), url, seal_key)
        line.write(lambda connection: connection.execute(Feed.__table__.update().values(sealed=sealed)) and None)
        line.poll()
        put(drop, "two.xml", nitf(2))
        line.poll()
        line.poll()
    assert line.feed().error is None
    assert headlines(line) == ["Ferry runs aground off the pier 1", "Mayor opens bridge 2"]


@pytest.mark.parametrize("known", [False, True])
def test_an_sftp_server_with_another_key_is_not_told_the_password(
    make_line: Make, drop: Path, tmp_path: Path, known: bool
) -> None:
    with Sftp(drop) as server:
        hosts = server.known_hosts(tmp_path / "known_hosts", paramiko.ECDSAKey.generate()) if known else None
        line = make_line(fetch_pages=False, fetch_allow=(server.place,), sftp_known_hosts=hosts)
        line.add(f"sftp://{USER}:{PASSWORD}@{server.place}/")
        line.poll()
    assert line.feed().error_kind == "login"
    assert "SHA256:" in line.feed().error
