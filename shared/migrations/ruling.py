"""Rules by which feeds are read, as migration 0007 brings them."""

import sqlalchemy as sa
from alembic import op

from shared.tables.columns import JsonOrNull


def upgrade() -> None:
    """Add them; no feed has any yet."""
    op.add_column("feeds", sa.Column("rules", JsonOrNull, nullable=True))
    op.add_column("feeds", sa.Column("unmet", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take them away; a feed that had any is read by its format again, and fails where it has none."""
    op.drop_column("feeds", "unmet")
    op.drop_column("feeds", "rules")
