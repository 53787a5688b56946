"""The directory of the keys that the fetcher signs with, as the reader answers for it."""

import base64
import hashlib
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine

from services.reader.app import create_app
from services.reader.directory import read
from shared.errors import UsageError
from shared.http.directory import make
from shared.http.signing import MEDIA_TYPE, PATH, Signer, fresh_key, read_key
from shared.settings import Settings
from tests.reader.conftest import Serving

ANSWER = make([Signer(read_key(fresh_key()), "https://news.example")])


def test_without_one_there_is_none(reader: httpx.Client) -> None:
    assert reader.get(PATH).status_code == 404


@pytest.fixture
def signing(reader: httpx.Client, serving: Serving) -> Iterator[httpx.Client]:
    """The same reader where it is given an answer."""
    serving.app.state.directory = read(ANSWER.write())
    yield reader
    serving.app.state.directory = None


def test_the_keys_are_answered_with_their_signatures(signing: httpx.Client) -> None:
    answer = signing.get(PATH)
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, MEDIA_TYPE, ANSWER.body)
    assert answer.headers["signature-input"] == ANSWER.signature_input
    assert answer.headers["signature"] == ANSWER.signature
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["content-digest"] == f"sha-256=:{digest}:"
    assert answer.headers["cache-control"] == "public, max-age=86400"


def test_a_reader_that_is_given_something_else_says_so(store: Engine) -> None:
    with pytest.raises(UsageError, match="feeds keys --signing"):
        create_app(Settings(signing_answer="nonsense"), store, None)
