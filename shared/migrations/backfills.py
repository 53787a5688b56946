"""How far feeds' pasts were asked for, as migration 0007 brings it."""

import sqlalchemy as sa
from alembic import op

from shared.tables import Json


def upgrade() -> None:
    """Add it; nobody has asked for any yet."""
    op.add_column("feeds", sa.Column("backfill", Json, nullable=True))


def downgrade() -> None:
    """Take it away; what was brought stays, and no lease leads into an archive any more."""
    op.execute("UPDATE feeds SET detour_url = NULL, lease_token = NULL WHERE detour_url IS NOT NULL")
    op.drop_column("feeds", "backfill")
