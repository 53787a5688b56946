"""Lists of feeds that are followed, as migration 0007 brings them."""

import sqlalchemy as sa
from alembic import op

from shared.tables import BigId


def upgrade() -> None:
    """Make room for them; none is followed yet."""
    op.add_column("feeds", sa.Column("follows", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("feeds", sa.Column("list_id", BigId, nullable=True))


def downgrade() -> None:
    """Pause the lists, which are no feeds; those that they brought stay."""
    reason = "a list of feeds, which is not followed"
    op.execute(f"UPDATE feeds SET state = 'paused', state_reason = '{reason}', lease_token = NULL WHERE follows")  # noqa: S608 - our own words
    op.drop_column("feeds", "list_id")
    op.drop_column("feeds", "follows")
