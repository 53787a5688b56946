"""Whose each page is and how fast, as migration 0007 brings it: a site's turns are divided among its titles."""

import sqlalchemy as sa
from alembic import op

from shared.tables import BigId, Moment

ACTIVE = sa.text("state = 'active'")
PACED = sa.text("page_at IS NOT NULL")
_THEIRS = "(SELECT articles.publication_id FROM articles WHERE articles.id = pages.article_id)"


def upgrade() -> None:
    """Note it beside each."""
    op.add_column("pages", sa.Column("publication_id", BigId, nullable=False, server_default="0"))
    op.execute(f"UPDATE pages SET publication_id = {_THEIRS}")  # noqa: S608 - our own words
    columns = ["host", "publication_id", "ordered_at"]
    op.create_index("pages_titles", "pages", columns, postgresql_where=ACTIVE, sqlite_where=ACTIVE)
    op.add_column("publications", sa.Column("page_pace_s", sa.Integer, nullable=True))
    op.add_column("publications", sa.Column("page_at", Moment, nullable=True))
    op.create_index("publications_paced", "publications", ["page_at"], postgresql_where=PACED, sqlite_where=PACED)


def downgrade() -> None:
    """Take it away."""
    op.drop_index("publications_paced", "publications")
    op.drop_column("publications", "page_at")
    op.drop_column("publications", "page_pace_s")
    op.drop_index("pages_titles", "pages")
    op.drop_column("pages", "publication_id")
