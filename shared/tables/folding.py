"""What the fold remembers: texts and their postings, pairs, the operator's pins, sentences that titles repeat."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.tables.columns import NARROW, BigId, Table


class Pair(Table):
    """Two articles that carry the same text: an edge of their story. `a` is the smaller id."""

    __tablename__ = "pairs"

    a: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    b: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    containment: Mapped[float]
    evidence: Mapped[str] = mapped_column(default="text", server_default="text")  # text, canonical, agency or reprint

    __table_args__ = (Index("pairs_b", "b"), CheckConstraint("a < b", name="pair_order"))


class FoldText(Table):
    """A text in the fold's index: articles whose text is the same without its furniture share it."""

    __tablename__ = "fold_texts"

    key: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)  # its digest
    postings: Mapped[int]
    sample: Mapped[bytes]  # the hashes of its postings, ascending, each in 8 bytes, the lowest first
    at: Mapped[datetime]  # the latest recorded time of an article that has it; past the window, it is purged

    __table_args__ = (Index("fold_texts_at", "at"),)


class Carrier(Table):
    """An article whose text is in the fold's index. Who deletes an article takes it out of that first."""

    __tablename__ = "carriers"

    article_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    text_key: Mapped[int] = mapped_column(BigId)

    __table_args__ = (Index("carriers_text", "text_key"), NARROW)


class Posting(Table):
    """One sampled shingle of a text: the index in which copies find each other."""

    __tablename__ = "postings"

    hash: Mapped[int] = mapped_column(BigId, primary_key=True)
    text_key: Mapped[int] = mapped_column(BigId, primary_key=True)

    __table_args__ = (NARROW,)


class Claim(Table):
    """What an article says it is: the digest of its address, of its canonical address, of its agency's item."""

    __tablename__ = "claims"

    claim: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("claims_article", "article_id"), NARROW)


class Pin(Table):
    """The operator's word on an article's story: it is with its anchor, and takes no computed pairs."""

    __tablename__ = "pins"

    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    anchor: Mapped[int] = mapped_column(BigId)  # an article's id; all that name one anchor are one story with it
    at: Mapped[datetime]
    reason: Mapped[str | None]

    __table_args__ = (Index("pins_anchor", "anchor"),)


class StoryMove(Table):
    """Where the articles of a story that is no more went."""

    __tablename__ = "story_moves"

    story_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    moved_to: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]

    __table_args__ = (Index("story_moves_to", "moved_to"),)


class Refolding(Table):
    """By which rules the window's articles are folded; where `at` is given, those before that place still are not."""

    __tablename__ = "refolding"

    id: Mapped[int] = mapped_column(primary_key=True)
    rules: Mapped[int]  # `shared.messages.FOLD`
    at: Mapped[datetime | None]  # the recorded time of the article that was folded again last, the newest being first
    article_id: Mapped[int | None] = mapped_column(BigId)  # its id

    __table_args__ = (CheckConstraint("id = 1", name="one_refolding"),)


class Copy(Table):
    """What a copy did to its story's original."""

    __tablename__ = "copies"

    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    cut: Mapped[float]  # share of the original's words, by sentences that the copy has not, 0 to 1
    added: Mapped[float]  # share of its own words, by sentences that the original has not, 0 to 1
    reheadlined: Mapped[bool]  # its headline is another


class Term(Table):
    """A telling name or word of an article: what related stories are found by.

    Who deletes an article deletes its terms.
    """

    __tablename__ = "terms"

    term: Mapped[int] = mapped_column(BigId, primary_key=True)  # its digest
    article_id: Mapped[int] = mapped_column(BigId, primary_key=True)

    __table_args__ = (Index("terms_article", "article_id"), NARROW)


class Segment(Table):
    """A sentence of an article, while too few of its publication's articles carry it to be furniture.

    It outlives its article, so that what a publication repeats is counted however short its articles are kept.
    """

    __tablename__ = "segments"

    publication_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    headline: Mapped[int] = mapped_column(BigId)  # the digest of the article's headline: reprints count once

    __table_args__ = (Index("segments_article", "article_id"), NARROW)


class Furniture(Table):
    """A sentence that a publication repeats from article to article: no part of any article's text in the fold."""

    __tablename__ = "furniture"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    digest: Mapped[int] = mapped_column(BigId, primary_key=True)
