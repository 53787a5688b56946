"""How a feed is asked for by the operator's word, as migration 0007 brings it: its own time-out."""

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    """Add it; no feed has one of its own yet."""
    op.add_column("feeds", sa.Column("timeout_s", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it away; every feed is waited for as long as any."""
    op.drop_column("feeds", "timeout_s")
