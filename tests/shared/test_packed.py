"""Documents that are gzip files: whole, damaged, and too large."""

import gzip

import pytest

from shared.errors import Malformed
from shared.packed import MOST_UNPACKED, unpacked, unpacked_if_whole

WORDS = b"words " * 50_000
TWO = gzip.compress(WORDS) + gzip.compress(b"and more")


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"words", b"words"),
        (b"", b""),
        (gzip.compress(b""), b""),
        (gzip.compress(WORDS), WORDS),
        (TWO, WORDS + b"and more"),
        (TWO + bytes(512), WORDS + b"and more"),
        (gzip.compress(b"x") * 10_000, b"x" * 10_000),
        (gzip.compress(bytes(range(256)) * 3000, 0), bytes(range(256)) * 3000),
        (gzip.compress(bytes(MOST_UNPACKED)), bytes(MOST_UNPACKED)),
    ],
    ids=["no gzip", "nothing", "empty", "one", "two", "padded", "many", "several pieces", "as much as may be"],
)
def test_what_a_gzip_file_holds_is_given_whole(data: bytes, plain: bytes) -> None:
    assert unpacked(data) == plain


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (TWO[:-3], "breaks off"),
        (gzip.compress(WORDS)[:9], "breaks off"),
        (b"\x1f\x8b and then words", "damaged"),
        (TWO + b"\x1f\x8b and then words", "damaged"),
        (gzip.compress(bytes(MOST_UNPACKED + 1)), f"more than {MOST_UNPACKED} bytes"),
        (gzip.compress(bytes(2**20)) * 11, f"more than {MOST_UNPACKED} bytes"),
    ],
    ids=["a member cut", "the head cut", "damaged", "a member damaged", "large", "large together"],
)
def test_what_is_no_whole_one_or_holds_too_much_is_none(data: bytes, sentence: str) -> None:
    with pytest.raises(Malformed, match=sentence):
        unpacked(data)
    assert unpacked_if_whole(data) is None
