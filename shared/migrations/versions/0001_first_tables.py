"""The first tables.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from shared.migrations.articles import articles_view
from shared.tables import BigId, Json, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, the one row that orders the log, and the readers' view."""
    op.create_table(
        "changes",
        sa.Column("seq", BigId, autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("article_id", BigId, nullable=False),
        sa.Column("story_id", BigId, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", BigId, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.CheckConstraint("id = 1", name="one_log_head"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "polls",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target_id", BigId, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("elapsed_ms", sa.Integer(), nullable=False),
        sa.Column("wire_bytes", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("siblings", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("polls_at", "polls", ["at"], unique=False)
    op.create_index("polls_target", "polls", ["kind", "target_id", "at"], unique=False)
    op.create_table(
        "publications",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site_url", sa.Text(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("attribution", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("terms IN ('full', 'excerpt', 'headline')", name="publication_terms"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target_id", BigId, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("set_aside_target", "set_aside", ["kind", "target_id"], unique=False)
    op.create_table(
        "stories",
        sa.Column("id", BigId, nullable=False),
        sa.Column("original_id", BigId, nullable=True),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("publications", sa.Integer(), nullable=False),
        sa.Column("ordered_at", Moment(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("stories_ordered", "stories", ["ordered_at", "id"], unique=False)
    op.create_table(
        "articles",
        sa.Column("id", BigId, nullable=False),
        sa.Column("publication_id", BigId, nullable=False),
        sa.Column("feed_id", BigId, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("canonical_url", sa.Text(), nullable=True),
        sa.Column("headline", sa.Text(), nullable=True),
        sa.Column("subheadline", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("body_html", sa.Text(), nullable=True),
        sa.Column("body_text", sa.Text(), nullable=True),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("byline", sa.Text(), nullable=True),
        sa.Column("authors", Json, nullable=False),
        sa.Column("dateline", sa.Text(), nullable=True),
        sa.Column("credit", sa.Text(), nullable=True),
        sa.Column("credit_evidence", sa.Text(), nullable=True),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("updated_at", Moment(), nullable=True),
        sa.Column("first_seen_at", Moment(), nullable=False),
        sa.Column("last_seen_at", Moment(), nullable=True),
        sa.Column("ordered_at", Moment(), nullable=False),
        sa.Column("embargoed_until", Moment(), nullable=True),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("keywords", Json, nullable=False),
        sa.Column("subjects", Json, nullable=False),
        sa.Column("genre", sa.Text(), nullable=True),
        sa.Column("images", Json, nullable=False),
        sa.Column("media", Json, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("copyright_notice", sa.Text(), nullable=True),
        sa.Column("usage_terms", sa.Text(), nullable=True),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("body_source", sa.Text(), nullable=False),
        sa.Column("page_state", sa.Text(), nullable=False),
        sa.Column("story_id", BigId, nullable=False),
        sa.Column("copy_role", sa.Text(), nullable=False),
        sa.Column("copy_of", BigId, nullable=True),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=True),
        sa.Column("parser", sa.Text(), nullable=False),
        sa.Column("provenance", Json, nullable=False),
        sa.Column("postings", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('usable', 'withheld', 'cancelled')", name="article_status"),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
        ),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["stories.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("articles_ordered", "articles", ["ordered_at", "id"], unique=False)
    op.create_index("articles_publication", "articles", ["publication_id", "ordered_at"], unique=False)
    op.create_index("articles_section", "articles", ["section", "ordered_at"], unique=False)
    op.create_index("articles_feed", "articles", ["feed_id", "ordered_at"], unique=False)
    op.create_index(
        "articles_credit",
        "articles",
        ["credit", "ordered_at"],
        unique=False,
        postgresql_where=sa.text("credit IS NOT NULL"),
        sqlite_where=sa.text("credit IS NOT NULL"),
    )
    op.create_index(
        "articles_unusable",
        "articles",
        ["status"],
        unique=False,
        postgresql_where=sa.text("status <> 'usable'"),
        sqlite_where=sa.text("status <> 'usable'"),
    )
    op.create_index("articles_story", "articles", ["story_id"], unique=False)
    op.create_table(
        "feeds",
        sa.Column("id", BigId, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("publication_id", BigId, nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("site_url", sa.Text(), nullable=True),
        sa.Column("folder", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("interval_s", sa.Integer(), nullable=True),
        sa.Column("polling_s", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("entry_digests", sa.Text(), nullable=False),
        sa.Column("parser", sa.Text(), nullable=True),
        sa.Column("trusts_ids", sa.Boolean(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("last_polled_at", Moment(), nullable=True),
        sa.Column("last_ok_at", Moment(), nullable=True),
        sa.Column("last_new_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("ready_at", Moment(), nullable=False),
        sa.Column("wanted_at", Moment(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("lease_no", BigId, nullable=False),
        sa.Column("leased_at", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_digest", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("error_kind", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'paused', 'gone', 'parked')", name="feed_state"),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("url"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "feeds_leased",
        "feeds",
        ["host"],
        unique=False,
        postgresql_where=sa.text("lease_token IS NOT NULL"),
        sqlite_where=sa.text("lease_token IS NOT NULL"),
    )
    op.create_index("feeds_publication", "feeds", ["publication_id"], unique=False)
    op.create_index("feeds_ready", "feeds", ["state", "ready_at"], unique=False)
    op.create_table(
        "article_keys",
        sa.Column("publication_id", BigId, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
        ),
        sa.PrimaryKeyConstraint("publication_id", "key"),
    )
    op.create_index("article_keys_article", "article_keys", ["article_id"], unique=False)
    op.create_table(
        "layers",
        sa.Column("article_id", BigId, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("feed_id", BigId, nullable=True),
        sa.Column("lease_no", BigId, nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("document_sha256", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("content", Json, nullable=False),
        sa.Column("left_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "source"),
    )
    op.create_index("layers_window", "layers", ["feed_id", "digest"], unique=False)
    op.create_table(
        "pages",
        sa.Column("article_id", BigId, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("ready_at", Moment(), nullable=False),
        sa.Column("wanted_at", Moment(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("lease_no", BigId, nullable=False),
        sa.Column("leased_at", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_digest", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("error_kind", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'done', 'failed', 'parked')", name="page_state"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id"),
    )
    op.create_index(
        "pages_leased",
        "pages",
        ["host"],
        unique=False,
        postgresql_where=sa.text("lease_token IS NOT NULL"),
        sqlite_where=sa.text("lease_token IS NOT NULL"),
    )
    op.create_index("pages_ready", "pages", ["state", "ready_at"], unique=False)
    op.create_table(
        "pairs",
        sa.Column("a", BigId, nullable=False),
        sa.Column("b", BigId, nullable=False),
        sa.Column("containment", sa.Double(), nullable=False),
        sa.CheckConstraint("a < b", name="pair_order"),
        sa.ForeignKeyConstraint(["a"], ["articles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["b"], ["articles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("a", "b"),
    )
    op.create_index("pairs_b", "pairs", ["b"], unique=False)
    op.create_table(
        "segments",
        sa.Column("publication_id", BigId, nullable=False),
        sa.Column("digest", BigId, nullable=False),
        sa.Column("article_id", BigId, nullable=False),
        sa.Column("headline", BigId, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"]),
        sa.PrimaryKeyConstraint("publication_id", "digest", "article_id"),
    )
    op.create_index("segments_article", "segments", ["article_id"], unique=False)
    op.create_table(
        "furniture",
        sa.Column("publication_id", BigId, nullable=False),
        sa.Column("digest", BigId, nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"]),
        sa.PrimaryKeyConstraint("publication_id", "digest"),
    )
    op.create_table(
        "postings",
        sa.Column("hash", BigId, nullable=False),
        sa.Column("article_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", "article_id"),
    )
    op.create_index("postings_article", "postings", ["article_id"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("article_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("kinds", Json, nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "number"),
    )
    op.execute("INSERT INTO log_head (id, seq) VALUES (1, 0)")
    op.execute(articles_view(op.get_bind().dialect.name, " a.postings,"))


def downgrade() -> None:
    """Remove everything."""
    op.execute("DROP VIEW readable_articles")
    op.drop_table("furniture")
    op.drop_index("segments_article", table_name="segments")
    op.drop_table("segments")
    op.drop_table("revisions")
    op.drop_index("postings_article", table_name="postings")
    op.drop_table("postings")
    op.drop_index("pairs_b", table_name="pairs")
    op.drop_table("pairs")
    op.drop_index("pages_ready", table_name="pages")
    op.drop_index(
        "pages_leased",
        table_name="pages",
        postgresql_where=sa.text("lease_token IS NOT NULL"),
        sqlite_where=sa.text("lease_token IS NOT NULL"),
    )
    op.drop_table("pages")
    op.drop_index("layers_window", table_name="layers")
    op.drop_table("layers")
    op.drop_index("article_keys_article", table_name="article_keys")
    op.drop_table("article_keys")
    op.drop_index("feeds_ready", table_name="feeds")
    op.drop_index("feeds_publication", table_name="feeds")
    op.drop_index(
        "feeds_leased",
        table_name="feeds",
        postgresql_where=sa.text("lease_token IS NOT NULL"),
        sqlite_where=sa.text("lease_token IS NOT NULL"),
    )
    op.drop_table("feeds")
    op.drop_index("articles_story", table_name="articles")
    op.drop_index(
        "articles_unusable",
        table_name="articles",
        postgresql_where=sa.text("status <> 'usable'"),
        sqlite_where=sa.text("status <> 'usable'"),
    )
    op.drop_index(
        "articles_credit",
        table_name="articles",
        postgresql_where=sa.text("credit IS NOT NULL"),
        sqlite_where=sa.text("credit IS NOT NULL"),
    )
    op.drop_index("articles_feed", table_name="articles")
    op.drop_index("articles_section", table_name="articles")
    op.drop_index("articles_publication", table_name="articles")
    op.drop_index("articles_ordered", table_name="articles")
    op.drop_table("articles")
    op.drop_index("stories_ordered", table_name="stories")
    op.drop_table("stories")
    op.drop_index("set_aside_target", table_name="set_aside")
    op.drop_table("set_aside")
    op.drop_table("publications")
    op.drop_index("polls_target", table_name="polls")
    op.drop_index("polls_at", table_name="polls")
    op.drop_table("polls")
    op.drop_table("log_head")
    op.drop_table("counters")
    op.drop_table("changes")
