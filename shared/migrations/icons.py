"""The pictures of feeds, as migration 0008 brings them."""

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    """Make room for them; each feed's next document names its own."""
    op.add_column("feeds", sa.Column("icon", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("feeds", "icon")
