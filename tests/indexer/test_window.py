"""What lies before the fold's window leaves its indexes, and changes no story."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.indexer.fold.terms import terms
from services.indexer.stories.window import forget
from shared.tables import Carrier, Claim, FoldText, Posting, Term
from tests.indexer.desk import Desk, clock, prose

INDEXES = (Posting, FoldText, Carrier, Claim, Term)


def sizes(desk: Desk) -> list[int]:
    return [desk.read(select(func.count()).select_from(table))[0][0] for table in INDEXES]


@pytest.mark.parametrize("days", [20, 10])
def test_only_what_no_new_article_can_pair_with_is_forgotten(desk: Desk, days: int) -> None:
    then = clock(desk) - timedelta(days=days)
    ids = {desk.add(title, prose("harbour"), at=then, url=f"https://{title}.example/1") for title in ("a", "b")}
    before = sizes(desk)
    assert all(before)
    forgotten = forget(desk.engine, desk.settings, batches=5)
    assert sizes(desk) == ([0] * len(INDEXES) if days > desk.settings.fold_window_days else before)
    assert bool(forgotten) == (days > desk.settings.fold_window_days)
    assert desk.stories() == {frozenset(ids)}


def test_a_text_that_a_newer_article_has_stays(desk: Desk) -> None:
    moment = clock(desk)
    desk.add("a", prose("harbour"), at=moment - timedelta(days=20))
    desk.add("b", prose("harbour"), at=moment)
    before = sizes(desk)[:3]
    forget(desk.engine, desk.settings, batches=5)
    assert sizes(desk)[:3] == before


def test_terms_are_names_and_telling_words_of_the_headline() -> None:
    text = "Police in Lower Halden said that Ada Quill drove the bus. The bus was empty. Quill was unhurt."
    same = terms("Halden bus driver unhurt", text)
    assert same == terms("Halden bus driver unhurt", text)
    assert len(set(same) & set(terms("", "Friends of Ada Quill met in Lower Halden."))) >= 4
    assert terms("", "the words of this text are all small") == ()
