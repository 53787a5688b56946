"""What feeds' patterns refuse, as migration 0008 brings it."""

import sqlalchemy as sa
from alembic import op

from shared.tables.columns import JsonOrNull


def upgrade() -> None:
    """Make room for it; nothing was refused before."""
    op.add_column("feeds", sa.Column("unwanted", JsonOrNull, nullable=True))
    op.add_column("polls", sa.Column("unwanted", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("polls", "unwanted")
    op.drop_column("feeds", "unwanted")
