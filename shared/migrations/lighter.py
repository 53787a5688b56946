"""Less work for the database with each new article, as migration 0004 brings it; nothing is kept or found otherwise.

PostgreSQL indexes the words of all articles of a statement at once, so what is theirs is not read back from the table
and a language's configuration is looked up once; takes no diacritics from words that have none; and keeps heads and
their words as they are, since its compression costs more than all else of writing them and saves a sixth of a text.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from shared.migrations.search import STEMMED
from shared.tables import BigId

ADD = """
CREATE FUNCTION search_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_texts (article_id, config, words)
    SELECT a.id, used, search_words(used::regconfig, a.headline, a.subheadline, a.summary, a.body_text)
    FROM (SELECT language, search_config(language) AS used FROM added GROUP BY language) spoken
    JOIN added a ON a.language IS NOT DISTINCT FROM spoken.language;
    RETURN NULL;
END
$$"""
AT_ONCE = (
    "CREATE TRIGGER search_texts_insert AFTER INSERT ON articles REFERENCING NEW TABLE AS added "
    "FOR EACH STATEMENT EXECUTE FUNCTION search_add()"
)
EACH = "CREATE TRIGGER search_texts_insert AFTER INSERT ON articles FOR EACH ROW EXECUTE FUNCTION search_keep()"
# Words wait in a list until they are this many kB, then enter the index together. Most words of a store are in any
# thousand of its articles, so every time most of the index's last pages are written: four times less often than by
# default (4 MB), for some milliseconds of each search, which reads that list too.
PENDING_KB = 16_384
AS_THEY_ARE = (("articles", "body_html"), ("articles", "body_text"), ("search_texts", "words"))


def upgrade() -> None:
    """Let the database do less."""
    _terms(owned=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(ADD)
        op.execute("DROP TRIGGER search_texts_insert ON articles")
        op.execute(AT_ONCE)
        _map_ascii_words("")
        _store("EXTERNAL")
        op.execute(f"ALTER INDEX search_texts_words SET (gin_pending_list_limit = {PENDING_KB})")


def downgrade() -> None:
    """Let it do what it did."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX search_texts_words RESET (gin_pending_list_limit)")
        _store("EXTENDED")
        _map_ascii_words("unaccent, ")
        op.execute("DROP TRIGGER search_texts_insert ON articles")
        op.execute(EACH)
        op.execute("DROP FUNCTION search_add()")
    _terms(owned=True)


def _store(how: str) -> None:
    for table, column in AS_THEY_ARE:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE {how}")


def _map_ascii_words(before: str) -> None:
    """Let words of ASCII letters go through their stemmer with what stands `before` it, where other words do."""
    folding = text(
        "SELECT DISTINCT cfgname FROM pg_ts_config JOIN pg_ts_config_map ON mapcfg = pg_ts_config.oid "
        "JOIN pg_ts_dict ON mapdict = pg_ts_dict.oid WHERE dictname = 'unaccent' AND cfgname LIKE 'wireroom\\_%' "
        "AND pg_ts_config_is_visible(pg_ts_config.oid)"
    )
    for config in op.get_bind().scalars(folding).all():
        stemmer = STEMMED.get(config.removeprefix("wireroom_"))
        dictionaries = before + (f"{stemmer}_stem" if stemmer else "simple")
        op.execute(f"ALTER TEXT SEARCH CONFIGURATION {config} ALTER MAPPING FOR asciiword WITH {dictionaries}")


def _terms(*, owned: bool) -> None:
    """Let terms refer to their articles, or to nothing: to look each up costs PostgreSQL as much as its row."""
    if op.get_bind().dialect.name == "postgresql":
        name = "terms_article_id_fkey"
        if owned:
            op.execute("DELETE FROM terms WHERE article_id NOT IN (SELECT id FROM articles)")
            op.create_foreign_key(name, "terms", "articles", ["article_id"], ["id"], ondelete="CASCADE")
        else:
            op.drop_constraint(name, "terms", type_="foreignkey")
        return
    op.drop_index("terms_article", table_name="terms")
    op.rename_table("terms", "old_terms")
    references = [sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE")] if owned else []
    op.create_table(
        "terms",
        sa.Column("term", BigId, nullable=False),
        sa.Column("article_id", BigId, nullable=False),
        *references,
        sa.PrimaryKeyConstraint("term", "article_id"),
        sqlite_with_rowid=False,
    )
    kept = " WHERE article_id IN (SELECT id FROM articles)" if owned else ""
    op.execute(f"INSERT INTO terms SELECT term, article_id FROM old_terms{kept}")  # noqa: S608 - our own words
    op.drop_table("old_terms")
    op.create_index("terms_article", "terms", ["article_id"])
