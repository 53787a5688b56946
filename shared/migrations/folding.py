"""What the fold remembers, as migration 0003 brings it: shared postings, lasting counts, claims, pins, moves, terms."""

import sqlalchemy as sa
from alembic import op

from shared.tables import BigId, Moment


def upgrade() -> None:
    """Let equal texts share their postings, and make the other tables; texts that are posted keep their postings."""
    op.create_table(
        "fold_texts",
        sa.Column("key", BigId, autoincrement=False, nullable=False),
        sa.Column("postings", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("fold_texts_at", "fold_texts", ["at"])
    op.add_column("articles", sa.Column("text_key", BigId, nullable=True))
    # a digest cannot be told in SQL; an article's id is as good a key, and no digest is as small
    op.execute("INSERT INTO fold_texts SELECT id, postings, ordered_at FROM articles WHERE postings > 0")
    op.execute("UPDATE articles SET text_key = id WHERE postings > 0")
    given = sa.text("text_key IS NOT NULL")
    op.create_index("articles_text", "articles", ["text_key"], postgresql_where=given, sqlite_where=given)
    _postings("text_key", "SELECT hash, article_id FROM old_postings", owned=False)
    _segments(owned=False)
    op.add_column("pairs", sa.Column("evidence", sa.Text(), nullable=False, server_default="text"))
    op.create_table(
        "pins",
        _article(),
        sa.Column("anchor", BigId, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        _of_article(),
        sa.PrimaryKeyConstraint("article_id"),
    )
    op.create_index("pins_anchor", "pins", ["anchor"])
    op.create_table(
        "story_moves",
        sa.Column("story_id", BigId, autoincrement=False, nullable=False),
        sa.Column("moved_to", BigId, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("story_id"),
    )
    op.create_index("story_moves_to", "story_moves", ["moved_to"])
    op.create_table(
        "copies",
        _article(),
        sa.Column("cut", sa.Double(), nullable=False),
        sa.Column("added", sa.Double(), nullable=False),
        sa.Column("reheadlined", sa.Boolean(), nullable=False),
        _of_article(),
        sa.PrimaryKeyConstraint("article_id"),
    )
    for table, column in (("claims", "claim"), ("terms", "term")):
        op.create_table(
            table,
            sa.Column(column, BigId, nullable=False),
            _article(),
            _of_article(),
            sa.PrimaryKeyConstraint(column, "article_id"),
            sqlite_with_rowid=False,
        )
        op.create_index(f"{table}_article", table, ["article_id"])


def downgrade() -> None:
    """Give each article postings of its own again, and take the rest away."""
    for table in ("terms", "claims", "copies", "story_moves", "pins"):
        op.drop_table(table)
    op.drop_column("pairs", "evidence")
    _segments(owned=True)
    _postings("article_id", "SELECT p.hash, a.id FROM old_postings p JOIN articles a ON a.text_key = p.text_key")
    op.drop_index("articles_text", table_name="articles")
    op.drop_column("articles", "text_key")
    op.drop_table("fold_texts")


def _postings(owner: str, rows: str, *, owned: bool = True) -> None:
    """Make the postings anew under `owner`, filled by `rows`."""
    before = "text" if owned else "article"
    op.execute("CREATE TABLE old_postings AS SELECT * FROM postings")
    op.drop_index(f"postings_{before}", table_name="postings")
    op.drop_table("postings")
    parts: list[sa.Constraint] = [_of_article()] if owned else []
    op.create_table(
        "postings",
        sa.Column("hash", BigId, nullable=False),
        sa.Column(owner, BigId, nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("hash", owner),
        sqlite_with_rowid=owned,
    )
    op.execute(f"INSERT INTO postings {rows}")
    op.drop_table("old_postings")
    op.create_index("postings_article" if owned else "postings_text", "postings", [owner])


def _segments(*, owned: bool) -> None:
    """Let the counts of sentences go with their articles, or outlive them and refer to nothing."""
    orphans = "article_id NOT IN (SELECT id FROM articles)"
    if op.get_bind().dialect.name == "postgresql":
        names = ("segments_article_id_fkey", "segments_publication_id_fkey")
        if owned:
            op.execute(f"DELETE FROM segments WHERE {orphans}")  # noqa: S608 - our own words
            op.create_foreign_key(names[0], "segments", "articles", ["article_id"], ["id"], ondelete="CASCADE")
            op.create_foreign_key(names[1], "segments", "publications", ["publication_id"], ["id"])
        else:
            for name in names:
                op.drop_constraint(name, "segments", type_="foreignkey")
        return
    op.rename_table("segments", "old_segments")
    op.drop_index("segments_article", table_name="old_segments")
    op.create_table(
        "segments",
        sa.Column("publication_id", BigId, nullable=False),
        sa.Column("digest", BigId, nullable=False),
        _article(),
        sa.Column("headline", BigId, nullable=False),
        *([_of_article(), sa.ForeignKeyConstraint(["publication_id"], ["publications.id"])] if owned else []),
        sa.PrimaryKeyConstraint("publication_id", "digest", "article_id"),
        sqlite_with_rowid=owned,
    )
    kept = f" WHERE NOT {orphans}" if owned else ""
    columns = "publication_id, digest, article_id, headline"
    op.execute(f"INSERT INTO segments ({columns}) SELECT {columns} FROM old_segments{kept}")  # noqa: S608 - our own words
    op.drop_table("old_segments")
    op.create_index("segments_article", "segments", ["article_id"])


def _article() -> "sa.Column[int]":
    return sa.Column("article_id", BigId, nullable=False)


def _of_article() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE")
