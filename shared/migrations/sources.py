"""What subscriptions remember, as migration 0002 brings it."""

import sqlalchemy as sa
from alembic import op

from shared.tables import BigId, Moment


def upgrade() -> None:
    """Add the table of subscriptions, and to feeds until when push is proven."""
    op.add_column("feeds", sa.Column("pushed_until", Moment(), nullable=True))
    op.create_table(
        "subscriptions",
        sa.Column("feed_id", BigId, nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("ask_at", Moment(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("verified_at", Moment(), nullable=True),
        sa.Column("ends_at", Moment(), nullable=True),
        sa.Column("pushed_at", Moment(), nullable=True),
        sa.Column("pushes", sa.Integer(), nullable=False),
        sa.Column("forged", sa.Integer(), nullable=False),
        sa.Column("missed_at", Moment(), nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id"),
        sa.UniqueConstraint("key"),
    )


def downgrade() -> None:
    """Forget all subscriptions; the hubs stop when their leases end."""
    op.drop_table("subscriptions")
    op.drop_column("feeds", "pushed_until")
