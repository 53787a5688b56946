"""Rows and questions of many values, the same on both databases whatever the values are."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text

from shared.among import among, among_given, as_array, pairs_given
from shared.database import reading, writing
from shared.rows import insert_rows, update_rows
from shared.tables import FoldText, Gap, Posting, Publication, Term

WORDS = ['a"b', "a\\b", "{x,y}", "NULL", "", " edge ", "two\nlines", "東京", "a,b", "'", '\\"', "null"]
HIGH, LOW = 2**63 - 1, -(2**63)
BORN = datetime(2024, 3, 1, 12, 30, 1, 250_000, tzinfo=timezone(timedelta(hours=-7)))
COLUMNS = ("id", "key", "name", "site_url", "terms", "created_at")


def add(store: Engine, names: list[str]) -> None:
    rows = [(number, f"key {number}", name, None, "full", BORN) for number, name in enumerate(names, 1)]
    with writing(store) as connection:
        insert_rows(connection, Publication, COLUMNS, rows)


def test_values_come_back_as_they_were_given(store: Engine) -> None:
    add(store, WORDS)
    with reading(store) as connection:
        rows = connection.execute(
            select(Publication.name, Publication.site_url, Publication.created_at).order_by(Publication.id)
        ).all()
    assert [row.name for row in rows] == WORDS
    assert {row.site_url for row in rows} == {None}
    assert {row.created_at for row in rows} == {BORN.astimezone(UTC)}


def test_updates_reach_their_rows_alone_and_may_empty_a_value(store: Engine) -> None:
    add(store, WORDS)
    with writing(store) as connection:
        update_rows(
            connection, Publication, ("site_url", "retention_days", "id"), [("http://x", 3, 1), (None, None, 2)]
        )
    with reading(store) as connection:
        rows = connection.execute(select(Publication.site_url, Publication.retention_days).order_by(Publication.id))
        assert [tuple(row) for row in rows][:3] == [("http://x", 3), (None, None), (None, None)]


def test_the_largest_numbers_are_kept_and_found(store: Engine) -> None:
    with writing(store) as connection:
        insert_rows(connection, Posting, ("hash", "text_key"), [(HIGH, LOW), (LOW, HIGH), (0, -1)])
    with reading(store) as connection:
        assert set(connection.scalars(select(Posting.hash).where(among(Posting.hash, [HIGH, LOW, 5])))) == {HIGH, LOW}
        kept = select(Posting.text_key).where(among_given(Posting.hash, "hashes"))
        assert list(connection.scalars(kept, {"hashes": [0]})) == [-1]
        assert list(connection.scalars(kept, {"hashes": []})) == []


def test_bytes_are_kept_as_they_are(store: Engine) -> None:
    samples = [b"", bytes(range(256)), b'\\x00","}']
    with writing(store) as connection:
        insert_rows(
            connection, FoldText, ("key", "postings", "sample", "at"), [(n, 0, b, BORN) for n, b in enumerate(samples)]
        )
    with reading(store) as connection:
        assert list(connection.scalars(select(FoldText.sample).order_by(FoldText.key))) == samples


def test_words_are_found_whatever_signs_they_hold(store: Engine) -> None:
    add(store, WORDS)
    named = select(Publication.name).where(among_given(Publication.name, "names"))
    with reading(store) as connection:
        assert sorted(connection.scalars(named, {"names": [*WORDS, "absent"]})) == sorted(WORDS)
        assert list(connection.scalars(select(Publication.name).where(among(Publication.name, ['a"b'])))) == ['a"b']


def test_pairs_are_found_as_pairs(store: Engine) -> None:
    add(store, WORDS)
    named = select(Publication.name).where(pairs_given(Publication.id, Publication.name, "named")).order_by("id")
    numbers = select(Posting.hash).where(pairs_given(Posting.hash, Posting.text_key, "pairs"))
    with writing(store) as connection:
        insert_rows(connection, Posting, ("hash", "text_key"), [(1, HIGH), (2, LOW)])
        assert list(connection.scalars(numbers, {"pairs": [(1, HIGH), (2, HIGH), (1, LOW)]})) == [1]
        assert list(connection.scalars(numbers, {"pairs": []})) == []
        ids = list(connection.scalars(select(Publication.id).order_by(Publication.id)))
        kept = list(connection.scalars(select(Publication.name).order_by(Publication.id)))
        assert list(connection.scalars(named, {"named": list(zip(ids, kept, strict=True))})) == kept
        assert list(connection.scalars(named, {"named": list(zip(ids[1:], kept, strict=False))})) == []


@pytest.mark.parametrize("table", [Gap, Term])
def test_no_rows_are_no_statement(store: Engine, table: type) -> None:
    with writing(store) as connection:
        insert_rows(connection, table, ("id",), [])
        update_rows(connection, table, ("id", "id"), [])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")))))
def test_postgresql_reads_arrays_of_any_words(postgres_store: Engine, words: list[str | None]) -> None:
    query = "SELECT value FROM unnest(CAST(:given AS text[])) WITH ORDINALITY AS one (value, at) ORDER BY at"
    with reading(postgres_store) as connection:
        assert list(connection.scalars(text(query), {"given": as_array(words)})) == words
