"""The three messages travel as JSON and come back as they were."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.digests import entry_digest, sha256
from shared.messages import (
    DIGEST_CHARS,
    Batch,
    Document,
    Documents,
    Entry,
    Facts,
    FeedFacts,
    FetchJob,
    Kind,
    Outcome,
    Rejected,
    Result,
    Target,
    Validators,
    expired,
    split_digests,
)
from shared.schema import Author, Content, Image, Media, Status, Subject

NOON = datetime(2024, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
TARGET = Target(
    kind=Kind.FEED,
    id=7,
    token="a" * 32,
    url="https://paper.example/feed?a=1&b=ü",
    host="paper.example",
    validators=Validators(etag='W/"1"', last_modified="Fri, 01 Mar 2024 12:00:00 GMT", body_digest=sha256(b"")),
    known="".join(entry_digest(bytes([number])) for number in range(3)),
    trusts_ids=False,
)
FACTS = Facts(
    kind=Kind.FEED,
    id=7,
    token="a" * 32,
    outcome=Outcome.OK,
    status=200,
    validators=Validators(etag='"2"'),
    wire_bytes=1234,
    elapsed_ms=56,
    max_age_s=600,
    moved_to="https://paper.example/new",
)
CONTENT = Content(
    headline="Ferry “sinks” 🛳",
    body_text="One.\n\nTwo.",
    language="en-GB",
    authors=(Author(name="A. Writer", url="https://paper.example/a"),),
    published_at=NOON,
    subjects=(Subject(scheme="medtop", code="20000002"),),
    images=(Image(url="https://paper.example/1.jpg", width=640),),
    media=(Media(url="https://paper.example/1.mp3", duration_s=1.5),),
    status=Status.WITHHELD,
    provenance={"headline": "title"},
)
ENTRY = Entry(keys=("id:1", "url:https://paper.example/1"), digest=entry_digest(b"1"), content=CONTENT)
DOCUMENT = Document(
    lease_ends=NOON, facts=FACTS, target=TARGET, final_url=TARGET.url, media_type="text/xml", body_key="doc:1"
)
MESSAGES = [
    FetchJob(lease_ends=NOON, targets=(TARGET, TARGET.model_copy(update={"id": 8}))),
    Documents(documents=(DOCUMENT, DOCUMENT)),
    Batch(
        results=(
            Result(
                facts=FACTS,
                feed=FeedFacts(title="The Paper", ttl_s=3600),
                window=TARGET.known,
                entries=(ENTRY,),
                rejected=(Rejected(reason="It has no end.", excerpt="<item>"),),
                repeats=1,
                parser="wireroom@1",
            ),
            Result(facts=FACTS.model_copy(update={"outcome": Outcome.NOT_MODIFIED})),
        )
    ),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_as_it_was(message: Any) -> None:
    assert type(message).model_validate_json(message.model_dump_json()) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_without_what_need_not_be_said(message: Any) -> None:
    assert type(message).model_validate_json(message.model_dump_json(exclude_defaults=True)) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_is_frozen(message: Any) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        message.version = 2


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_of_another_version_is_none(message: Any) -> None:
    other = message.model_dump(mode="json") | {"version": 2}
    with pytest.raises(ValidationError, match="version"):
        type(message).model_validate(other)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_with_a_field_that_nobody_knows_is_none(message: Any) -> None:
    with pytest.raises(ValidationError, match="extra"):
        type(message).model_validate(message.model_dump(mode="json") | {"countdown": 5})


def test_a_moment_without_a_zone_is_none() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        FetchJob(lease_ends=NOON.replace(tzinfo=None), targets=())


def test_a_message_weighs_its_feeds_and_pages() -> None:
    assert [message.weight for message in MESSAGES] == [2, 2, 2]


def test_a_documents_bytes_count_beside_its_message() -> None:
    assert [message.carried_bytes for message in MESSAGES] == [0, 2 * 1234, 0]


def test_a_moment_is_written_in_utc() -> None:
    assert '"published_at":"2024-03-01T12:00:00.123456Z"' in MESSAGES[2].model_dump_json()


def test_a_lease_ends_at_its_end() -> None:
    assert not expired(NOON, NOON - timedelta(microseconds=1))
    assert expired(NOON, NOON)


@given(st.lists(st.binary(max_size=100), max_size=50))
def test_joined_digests_come_apart_again(entries: list[bytes]) -> None:
    digests = [entry_digest(entry) for entry in entries]
    assert {len(digest) for digest in digests} <= {DIGEST_CHARS}
    assert split_digests("".join(digests)) == digests


def test_equal_bytes_have_equal_digests_and_others_have_others() -> None:
    assert entry_digest(b"a") == entry_digest(b"a")
    assert len({entry_digest(str(number).encode()) for number in range(10_000)}) == 10_000


def test_the_digest_of_text_is_that_of_its_utf8() -> None:
    assert sha256("ü") == sha256("ü".encode())
