"""Feeds that are asked by HTTP/2, as migration 0008 brings them."""

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    """Make room for the operator's word; no feed wants it yet."""
    op.add_column("feeds", sa.Column("http2", sa.Boolean(), nullable=False, server_default=sa.text("false")))


def downgrade() -> None:
    """Take it away; every feed is asked by HTTP/1.1."""
    op.drop_column("feeds", "http2")
