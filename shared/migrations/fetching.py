"""What fetching needs to remember: part of migration 0002."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.hosts import lane_of_host
from shared.tables import Moment

_COLUMNS: dict[str, tuple[Any, str | None]] = {
    "moved_seen": (sa.Integer(), "0"),
    "moved_since": (Moment(), None),
    "sealed": (sa.Text(), None),
    "sealed_shown": (sa.Text(), None),
    "distrust": (sa.Integer(), "0"),
    "audited_at": (Moment(), None),
    "document_bytes": (sa.Integer(), None),
}


def upgrade() -> None:
    """Add it, and let one lane be one registrable domain."""
    for name, (kind, default) in _COLUMNS.items():
        op.add_column("feeds", sa.Column(name, kind, nullable=default is None, server_default=default))
    op.add_column("pages", sa.Column("ordered_at", Moment(), nullable=True))
    op.create_index("pages_newest", "pages", ["state", "ordered_at"])
    op.add_column("polls", sa.Column("requests", sa.Integer(), nullable=False, server_default="1"))
    articles = "(SELECT articles.ordered_at FROM articles WHERE articles.id = pages.article_id)"
    op.execute(f"UPDATE pages SET ordered_at = {articles}")  # noqa: S608 - our own words
    connection = op.get_bind()
    for table in ("feeds", "pages"):
        hosts = connection.scalars(sa.text(f"SELECT DISTINCT host FROM {table}")).all()  # noqa: S608 - our own words
        for host in hosts:
            if (lane := lane_of_host(host)) != host:
                change = sa.text(f"UPDATE {table} SET host = :lane WHERE host = :host")  # noqa: S608 - our own words
                connection.execute(change, {"lane": lane, "host": host})


def downgrade() -> None:
    """Take it away; lanes stay what they are."""
    op.drop_column("polls", "requests")
    op.drop_index("pages_newest", "pages")
    op.drop_column("pages", "ordered_at")
    for name in reversed(_COLUMNS):
        op.drop_column("feeds", name)
