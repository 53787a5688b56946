"""Each word of a new article written once less, as migration 0005 brings it.

An article's first revision leaves its words to the layer of its source while that says the same. Which text of the
fold's index an article has stands beside the articles, whose wide rows are so written once and not twice; and a text
knows its own postings, which need no second index then.
"""

from struct import pack

import sqlalchemy as sa
from alembic import op

from shared.migrations.articles import articles_view
from shared.migrations.rights import revisions_view
from shared.tables import BigId, Json

AT_ONCE = 500  # texts
POSTED = sa.text("text_key IS NOT NULL")
LAYER = "SELECT l.content FROM layers l WHERE l.article_id = {of}.article_id AND l.source = {of}.source"
REVISIONS = f"""(
    SELECT s.article_id, s.number, s.at, s.content_sha256, s.kinds, s.source,
        coalesce(s.content, ({LAYER.format(of="s")})) AS content
    FROM revisions s
) r"""  # noqa: S608 - our own words


def upgrade() -> None:
    """Let revisions leave their words to layers, and note beside the articles which texts they have."""
    _drop_views()
    op.create_table(
        "carriers",
        sa.Column("article_id", BigId, autoincrement=False, nullable=False),
        sa.Column("text_key", BigId, nullable=False),
        sa.PrimaryKeyConstraint("article_id"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO carriers SELECT id, text_key FROM articles WHERE text_key IN (SELECT key FROM fold_texts)")
    op.create_index("carriers_text", "carriers", ["text_key"])
    op.drop_index("articles_text", table_name="articles")
    op.drop_column("articles", "text_key")
    op.drop_column("articles", "postings")
    _let_content_be_null(True)
    _note_samples()
    _make_views("", REVISIONS)


def downgrade() -> None:
    """Write all words out again, and give the articles what stood beside them."""
    _drop_views()
    op.execute(f"UPDATE revisions SET content = ({LAYER.format(of='revisions')}) WHERE content IS NULL")  # noqa: S608
    _let_content_be_null(False)
    op.create_index("postings_text", "postings", ["text_key"])
    op.drop_column("fold_texts", "sample")
    op.add_column("articles", sa.Column("postings", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("articles", sa.Column("text_key", BigId, nullable=True))
    op.execute(
        "UPDATE articles SET text_key = c.text_key, postings = f.postings "
        "FROM carriers c JOIN fold_texts f ON f.key = c.text_key WHERE c.article_id = articles.id"
    )
    op.create_index("articles_text", "articles", ["text_key"], postgresql_where=POSTED, sqlite_where=POSTED)
    op.drop_table("carriers")
    _make_views(" a.postings,", "revisions r")


def _note_samples() -> None:
    """Let each text know its own postings, so that they need no second index to be found by it."""
    op.add_column("fold_texts", sa.Column("sample", sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    posted = sa.text("SELECT text_key, hash FROM postings WHERE text_key IN :keys").bindparams(
        sa.bindparam("keys", expanding=True)
    )
    note = sa.text("UPDATE fold_texts SET sample = :sample WHERE key = :key")
    keys = connection.scalars(sa.text("SELECT key FROM fold_texts")).all()
    for start in range(0, len(keys), AT_ONCE):
        samples: dict[int, list[int]] = {key: [] for key in keys[start : start + AT_ONCE]}
        for key, hash_ in connection.execute(posted, {"keys": list(samples)}):
            samples[key].append(hash_)
        packed = {key: pack(f"<{len(sample)}q", *sorted(sample)) for key, sample in samples.items()}
        connection.execute(note, [{"key": key, "sample": sample} for key, sample in packed.items()])
    with op.batch_alter_table("fold_texts") as texts:
        texts.alter_column("sample", existing_type=sa.LargeBinary(), nullable=False)
    op.drop_index("postings_text", table_name="postings")


def _let_content_be_null(may: bool) -> None:
    with op.batch_alter_table("revisions") as revisions:
        revisions.alter_column("content", existing_type=Json, nullable=may)


def _drop_views() -> None:
    op.execute("DROP VIEW readable_revisions")
    op.execute("DROP VIEW readable_articles")


def _make_views(postings: str, revisions: str) -> None:
    dialect = op.get_bind().dialect.name
    op.execute(articles_view(dialect, postings))
    op.execute(revisions_view(dialect, revisions))
