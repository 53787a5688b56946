"""What rights, history and retention remember, as migration 0003 brings it."""

import sqlalchemy as sa
from alembic import op

from shared.tables import BigId, Moment

TURNS = sa.text("turns_at IS NOT NULL")
FLAGGED = sa.text("flagged_at IS NOT NULL")
_TEXTS = {"excerpt": ("body_html", "body_text"), "headline": ("body_html", "body_text", "summary")}

# what readers may see of an article's earlier states: nothing that was itself withheld or embargoed or has expired, and
# no more of its text than the terms allow; each state's own rights stand in its content, which is silent where usable
REVISIONS = """
CREATE VIEW readable_revisions AS
SELECT r.article_id, r.number, r.at, r.content_sha256, r.kinds, r.source,
    CASE p.terms WHEN 'full' THEN r.content WHEN 'excerpt' THEN {excerpt} ELSE {headline} END AS content
FROM {revisions}
    JOIN readable_articles a ON a.id = r.article_id
    JOIN publications p ON p.id = a.publication_id
WHERE coalesce({status}, 'usable') = 'usable'
    AND ({embargo} IS NULL OR {embargo} <= {now})
    AND ({expiry} IS NULL OR {expiry} > {now})
"""


def upgrade() -> None:
    """Add columns, keys and tombstones, and the view of revisions; an embargo that is over is yet to be logged."""
    for column in (
        sa.Column("turns_at", Moment(), nullable=True),
        sa.Column("purged_at", Moment(), nullable=True),
        sa.Column("flag", sa.Text(), nullable=True),
        sa.Column("flagged_at", Moment(), nullable=True),
    ):
        op.add_column("articles", column)
    op.execute("UPDATE articles SET turns_at = coalesce(embargoed_until, expires_at)")
    op.create_index("articles_turns", "articles", ["turns_at"], postgresql_where=TURNS, sqlite_where=TURNS)
    op.create_index("articles_flagged", "articles", ["flagged_at"], postgresql_where=FLAGGED, sqlite_where=FLAGGED)
    op.add_column("revisions", sa.Column("source", sa.Text(), nullable=True))
    op.create_table(
        "publication_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("publication_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("publication_keys_publication", "publication_keys", ["publication_id"])
    op.create_table(
        "tombstones",
        sa.Column("publication_id", BigId, nullable=False),
        sa.Column("key", BigId, nullable=False),
        sa.Column("headline", BigId, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("publication_id", "key"),
    )
    op.execute(revisions_view(op.get_bind().dialect.name, "revisions r"))


def downgrade() -> None:
    """Take them away again."""
    op.execute("DROP VIEW readable_revisions")
    op.drop_table("tombstones")
    op.drop_index("publication_keys_publication", table_name="publication_keys")
    op.drop_table("publication_keys")
    op.drop_column("revisions", "source")
    op.drop_index("articles_flagged", table_name="articles")
    op.drop_index("articles_turns", table_name="articles")
    for column in ("flagged_at", "flag", "purged_at", "turns_at"):
        op.drop_column("articles", column)


def revisions_view(dialect: str, revisions: str) -> str:
    """Return what makes the readers' view of `revisions`, the words for a source of rows `r`."""
    if dialect == "postgresql":
        cut = {terms: "r.content - ARRAY['" + "', '".join(names) + "']" for terms, names in _TEXTS.items()}
        return REVISIONS.format(
            **cut,
            revisions=revisions,
            status="r.content ->> 'status'",
            embargo="(r.content ->> 'embargoed_until')::timestamptz",
            expiry="(r.content ->> 'expires_at')::timestamptz",
            now="clock_timestamp()",
        )
    cut = {terms: "json_remove(r.content, '$." + "', '$.".join(names) + "')" for terms, names in _TEXTS.items()}
    return REVISIONS.format(
        **cut,
        revisions=revisions,
        status="json_extract(r.content, '$.status')",
        embargo="julianday(json_extract(r.content, '$.embargoed_until'))",
        expiry="julianday(json_extract(r.content, '$.expires_at'))",
        now="julianday('now')",
    )
