"""The full-text index of the articles' heads, which the database keeps by itself, as migration 0003 brings it.

Triggers on `articles` keep it in the transaction that writes a head: what is found is never older than the store, and a
text that is emptied or deleted leaves the index with it. What makes `articles` anew on SQLite makes the triggers anew.
"""

from functools import reduce

from alembic import op
from sqlalchemy import text

from shared.spacing import UNSPACED

COLUMNS = ("headline", "subheadline", "summary", "body_text")
MOST_CHARS = 100_000  # of a text are indexed by PostgreSQL, whose positions end at 16,383 words
# Beside these PostgreSQL's parser looks for addresses, files, tags and compounds, some in quadratic time; here they
# part words. Replaced one after the other they cost a tenth of what `translate` does.
JOINERS = "-._/@<"
STEMMED = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

PARTED = reduce(lambda inner, sign: f"replace({inner}, '{sign}', ' ')", JOINERS, f"left(given, {MOST_CHARS})")
PLAIN = f"""
CREATE FUNCTION search_plain(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(regexp_replace({PARTED}, '({UNSPACED})', ' \\1 ', 'g'), '')
$$"""
CONFIG = """
CREATE FUNCTION search_config(language text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    named name := 'wireroom_' || substring(lower(language) from '^[a-z]{2,3}(?![a-z])');  -- once, not for each row
BEGIN
    RETURN coalesce(max(cfgname::text), 'wireroom_simple') FROM pg_ts_config WHERE cfgname = named;
END
$$"""
WORDS = """
CREATE FUNCTION search_words(config regconfig, headline text, subheadline text, summary text, body_text text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(to_tsvector(config, search_plain(headline)), 'A')
        || setweight(to_tsvector(config, search_plain(subheadline)), 'B')
        || setweight(to_tsvector(config, search_plain(summary)), 'C')
        || to_tsvector(config, search_plain(body_text))
$$"""
KEEP = """
CREATE FUNCTION search_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    used text := search_config(NEW.language);
BEGIN
    INSERT INTO search_texts (article_id, config, words)
    VALUES (
        NEW.id, used, search_words(used::regconfig, NEW.headline, NEW.subheadline, NEW.summary, NEW.body_text)
    )
    ON CONFLICT (article_id) DO UPDATE SET config = excluded.config, words = excluded.words;
    RETURN NULL;
END
$$"""


def upgrade() -> None:
    """Make the index and what keeps it, and fill it."""
    if op.get_bind().dialect.name == "postgresql":
        _make_in_postgresql()
    else:
        _make_in_sqlite()


def downgrade() -> None:
    """Take them away; the extension unaccent stays, others may have come to use it."""
    if op.get_bind().dialect.name == "postgresql":
        for name in ("insert", "update"):
            op.execute(f"DROP TRIGGER search_texts_{name} ON articles")
        op.execute("DROP TABLE search_texts")
        for function in ("keep()", "words(regconfig, text, text, text, text)", "config(text)", "plain(text)"):
            op.execute(f"DROP FUNCTION search_{function}")
        configs = "SELECT cfgname FROM pg_ts_config WHERE cfgname LIKE 'wireroom\\_%' AND pg_ts_config_is_visible(oid)"
        for name in op.get_bind().scalars(text(configs)).all():
            op.execute(f"DROP TEXT SEARCH CONFIGURATION {name}")
        return
    for name in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER search_texts_{name}")
    op.execute("DROP TABLE search_texts")


def _make_in_postgresql() -> None:
    _make_configurations()
    for function in (PLAIN, CONFIG, WORDS, KEEP):
        op.execute(function)
    op.execute(
        "CREATE TABLE search_texts (article_id bigint PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE, "
        "config text NOT NULL, words tsvector NOT NULL)"
    )
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in (*COLUMNS, "language"))
    op.execute(
        "CREATE TRIGGER search_texts_insert AFTER INSERT ON articles FOR EACH ROW EXECUTE FUNCTION search_keep()"
    )
    op.execute(
        f"CREATE TRIGGER search_texts_update AFTER UPDATE OF {', '.join(COLUMNS)}, language ON articles "
        f"FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION search_keep()"
    )
    words = f"search_words(c::regconfig, {', '.join(COLUMNS)})"
    op.execute(f"INSERT INTO search_texts SELECT id, c, {words} FROM articles, search_config(language) c")  # noqa: S608
    # after the articles: built at once it takes a tenth of the time
    op.execute("CREATE INDEX search_texts_words ON search_texts USING gin (words)")


def _make_configurations() -> None:
    """Make a configuration a language, without diacritics where the extension unaccent can be had."""
    connection = op.get_bind()
    available = connection.scalar(
        text(
            "SELECT true FROM pg_available_extensions WHERE name = 'unaccent' AND installed_version IS NULL "
            "AND has_database_privilege(current_database(), 'CREATE') "
            "AND has_schema_privilege(current_schema(), 'CREATE')"
        )
    )
    if available:
        op.execute("CREATE EXTENSION unaccent")
    seen = "SELECT true FROM pg_ts_dict WHERE dictname = 'unaccent' AND pg_ts_dict_is_visible(oid)"
    folding = "unaccent, " if connection.scalar(text(seen)) else ""
    known = set(connection.scalars(text("SELECT cfgname FROM pg_ts_config")))  # newer servers know more languages
    for language, config in {"simple": "simple", **STEMMED}.items():
        if config not in known:
            continue
        op.execute(f"CREATE TEXT SEARCH CONFIGURATION wireroom_{language} (COPY = pg_catalog.{config})")
        dictionary = "simple" if config == "simple" else f"{config}_stem"
        op.execute(
            f"ALTER TEXT SEARCH CONFIGURATION wireroom_{language} ALTER MAPPING FOR asciiword, word, numword "
            f"WITH {folding}{dictionary}"
        )


def _make_in_sqlite() -> None:
    op.execute(
        f"CREATE VIRTUAL TABLE search_texts USING fts5({', '.join(COLUMNS)}, content='', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    # a level is merged when it has sixteen parts, not four: a third less to write for each article
    op.execute("INSERT INTO search_texts (search_texts, rank) VALUES ('automerge', 16)")
    op.execute("INSERT INTO search_texts (search_texts, rank) VALUES ('crisismerge', 64)")
    names = ", ".join(COLUMNS)
    put = f"INSERT INTO search_texts (rowid, {names}) VALUES (NEW.id, {_spaced('NEW')})"  # noqa: S608
    take = f"INSERT INTO search_texts (search_texts, rowid, {names}) VALUES ('delete', OLD.id, {_spaced('OLD')})"  # noqa: S608
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in COLUMNS)
    op.execute(f"CREATE TRIGGER search_texts_insert AFTER INSERT ON articles BEGIN {put}; END")
    op.execute(f"CREATE TRIGGER search_texts_delete AFTER DELETE ON articles BEGIN {take}; END")
    when = f"AFTER UPDATE OF {names} ON articles WHEN {differs}"
    op.execute(f"CREATE TRIGGER search_texts_update {when} BEGIN {take}; {put}; END")
    op.execute(f"INSERT INTO search_texts (rowid, {names}) SELECT id, {_spaced('articles')} FROM articles")  # noqa: S608


def _spaced(row: str) -> str:
    """Return the columns of `row` as they are indexed; GLOB would take longer to find what Python takes apart."""
    return ", ".join(f"spaced({row}.{name})" for name in COLUMNS)
