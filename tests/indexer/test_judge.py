"""What an entry means for the article it may be a state of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.indexer.articles.judge import (
    MOST_KEYS,
    Fresh,
    Known,
    Repeat,
    Revised,
    Source,
    Unchanged,
    judge,
    judge_all,
)
from services.indexer.articles.merge import PAGE, LayerState, content_sha256, merge
from shared.digests import entry_digest
from shared.messages import Entry
from shared.schema import Content

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
FIRST = Source("feed:1", 1, "wireroom@1", "sha1")
SECOND = Source("feed:1", 2, "wireroom@1", "sha2")
SIBLING = Source("feed:2", 1, "wireroom@1", "sha3")
TEXT = "The ferry ran aground off the northern pier at noon and nobody was hurt."


def entry(number: int = 1, *, cancelled: bool = False, keys: tuple[str, ...] | None = None, **said: Any) -> Entry:
    words = {} if cancelled else {"headline": f"Headline number {number}", "body_text": TEXT}
    return Entry(
        keys=keys or (f"id:{number}", f"url:https://paper.example/{number}"),
        digest=entry_digest(repr((number, said)).encode()),
        source_id=str(number),
        url=f"https://paper.example/{number}",
        content=Content(**(words | said)),
        cancelled=cancelled,
    )


def known(*entries: tuple[Entry, Source], id_: int = 1, **more: Any) -> Known:
    """Return an article as the store holds it once each entry came from its source."""
    layers = tuple(
        LayerState(source.name, source.lease_no, one.content, one.url, source.document_sha256)
        for one, source in entries
    )
    first, head = entries[0][0], merge(layers)
    values = {
        "id": id_,
        "headline": head.content.headline,
        "source_id": first.source_id,
        "published_at": head.content.published_at,
        "keys": frozenset(first.keys),
        "feed_id": 1,
        "story_id": 1,
        "revision": 1,
        "content_sha256": content_sha256(head.content),
        "parser": "wireroom@1",
        "page_state": "not_needed",
        "status": head.content.status.value,
        "first_seen_at": NOON,
        "layers": layers,
    }
    return Known(**(values | more))


def test_an_entry_that_nobody_knows_is_fresh() -> None:
    verdict = judge(entry(), None, FIRST, NOON)
    assert isinstance(verdict, Fresh)
    assert verdict.head == merge([verdict.layer])


def test_an_entry_as_it_was_changes_nothing() -> None:
    verdict = judge(entry(), known((entry(), SECOND)), SECOND, NOON)
    assert verdict == Unchanged(entry(), verdict.known, verdict.layer)  # type: ignore[union-attr]


def test_another_text_is_a_revision_that_says_so() -> None:
    verdict = judge(entry(body_text="It was saved."), known((entry(), FIRST)), SECOND, NOON)
    assert isinstance(verdict, Revised)
    assert (verdict.kinds, verdict.withdrawn, verdict.refold) == (("text",), False, True)


def test_other_markup_is_no_revision() -> None:
    old, new = entry(body_html="<p>a</p>"), entry(body_html="<p class='b'>a</p>")
    verdict = judge(new, known((old, FIRST)), SECOND, NOON)
    assert isinstance(verdict, Unchanged)


def test_what_changed_beside_the_words_is_written_without_a_revision() -> None:
    verdict = judge(entry(section="Sea"), known((entry(), FIRST)), SECOND, NOON)
    assert isinstance(verdict, Unchanged)
    assert verdict.head is not None
    assert verdict.head.content.section == "Sea"
    assert not verdict.refold


def test_another_date_of_publication_may_change_the_story() -> None:
    verdict = judge(entry(published_at=NOON), known((entry(), FIRST)), SECOND, NOON)
    assert isinstance(verdict, Unchanged)
    assert verdict.refold


def test_the_same_words_from_a_newer_parser_are_reparsed() -> None:
    verdict = judge(entry(), known((entry(), FIRST), parser="wireroom@0"), SECOND, NOON)
    assert isinstance(verdict, Revised)
    assert verdict.kinds == ()


def test_an_older_state_that_comes_late_does_not_replace_the_newer_one() -> None:
    new = entry(updated_at=NOON, body_text="It was saved.")
    old = entry(updated_at=NOON - timedelta(hours=1))
    verdict = judge(old, known((new, FIRST)), SECOND, NOON)
    assert verdict == Unchanged(old, verdict.known, None)  # type: ignore[union-attr]


def test_a_sibling_that_says_the_same_adds_its_layer_alone() -> None:
    verdict = judge(entry(), known((entry(), FIRST)), SIBLING, NOON)
    assert isinstance(verdict, Unchanged)
    assert verdict.layer is not None
    assert verdict.layer.source == "feed:2"


def test_the_head_is_the_same_whichever_feed_came_first() -> None:
    one, two = entry(section="Sea"), entry(section="Ships", updated_at=NOON)
    last = judge(two, known((one, FIRST)), SIBLING, NOON)
    first = judge(one, known((two, SIBLING)), FIRST, NOON)
    both = merge([*known((one, FIRST), (two, SIBLING)).layers])
    assert isinstance(last, Unchanged)
    assert isinstance(first, Unchanged)
    assert last.head is not None
    assert last.head.content == both.content
    assert first.head is None or first.head.content == both.content


def test_a_page_adds_the_text_that_the_feed_left_out() -> None:
    feed = entry(body_text=None, summary="The ferry ran aground.")
    page = Source(PAGE, 1, "wireroom@1", "sha4")
    verdict = judge(entry(), known((feed, FIRST)), page, NOON)
    assert isinstance(verdict, Revised)
    assert verdict.head.content.body_text == TEXT
    assert verdict.head.content.summary == "The ferry ran aground."


def test_a_tombstone_withdraws_and_keeps_the_words_for_the_operator() -> None:
    verdict = judge(entry(cancelled=True, status_reason="wrong ferry"), known((entry(), FIRST)), SECOND, NOON)
    assert isinstance(verdict, Revised)
    assert verdict.withdrawn
    assert verdict.head.content.status_reason == "wrong ferry"
    assert verdict.head.content.body_text == TEXT


def test_a_tombstone_seen_again_changes_nothing() -> None:
    gone = entry(status="cancelled", status_reason="wrong ferry")
    verdict = judge(entry(cancelled=True, status_reason="wrong ferry"), known((gone, FIRST)), SECOND, NOON)
    assert isinstance(verdict, Unchanged)


def test_a_tombstone_for_what_nobody_knows_is_no_article() -> None:
    assert judge_all((entry(cancelled=True),), {}, FIRST, NOON) == [Repeat(entry(cancelled=True))]


def test_two_entries_of_one_article_are_one_article() -> None:
    article = known((entry(), FIRST))
    by_key = {"id:1": article, "url:https://paper.example/1": article}
    again = entry(keys=("url:https://paper.example/1",))
    verdicts = judge_all((entry(), again), by_key, SECOND, NOON)
    assert [type(verdict) for verdict in verdicts] == [Unchanged, Repeat]


def test_two_new_entries_under_one_key_are_one_article() -> None:
    verdicts = judge_all((entry(), entry()), {}, FIRST, NOON)
    assert [type(verdict) for verdict in verdicts] == [Fresh, Repeat]


def test_a_date_that_is_not_believed_is_no_news() -> None:
    ahead = entry(published_at=NOON + timedelta(days=1))
    verdict = judge(ahead, None, FIRST, NOON)
    assert isinstance(verdict, Fresh)
    assert verdict.head.content.published_at is None


def test_an_article_is_known_by_a_few_keys_of_a_kind() -> None:
    few = known((entry(), FIRST))
    assert few.missing(("id:1", "id:2", "url:https://paper.example/2")) == ("id:2", "url:https://paper.example/2")
    many = known((entry(), FIRST), keys=frozenset(f"id:{number}" for number in range(MOST_KEYS)))
    assert many.missing(("id:99", "url:https://paper.example/1")) == ("url:https://paper.example/1",)
