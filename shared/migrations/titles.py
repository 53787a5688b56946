"""Whose each page is, as migration 0007 brings it: a site's turns are divided among its titles."""

import sqlalchemy as sa
from alembic import op

from shared.tables import BigId

ACTIVE = sa.text("state = 'active'")
_THEIRS = "(SELECT articles.publication_id FROM articles WHERE articles.id = pages.article_id)"


def upgrade() -> None:
    """Note it beside each."""
    op.add_column("pages", sa.Column("publication_id", BigId, nullable=False, server_default="0"))
    op.execute(f"UPDATE pages SET publication_id = {_THEIRS}")  # noqa: S608 - our own words
    columns = ["host", "publication_id", "ordered_at"]
    op.create_index("pages_titles", "pages", columns, postgresql_where=ACTIVE, sqlite_where=ACTIVE)


def downgrade() -> None:
    """Take it away."""
    op.drop_index("pages_titles", "pages")
    op.drop_column("pages", "publication_id")
