"""What polling remembers, as migration 0002 brings it: habits, reasons and notices of feeds, and gaps."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.tables import BigId, Json, Moment

_COLUMNS: dict[str, Any] = {
    "floor_s": sa.Integer(),
    "ceiling_s": sa.Integer(),
    "habits": Json,
    "due_reason": sa.Text(),
    "alarm_at": Moment(),
    "notice": sa.Text(),
    "detour_url": sa.Text(),
}


def upgrade() -> None:
    """Add them; a feed that was polled before learns its habits anew."""
    for name, kind in _COLUMNS.items():
        op.add_column("feeds", sa.Column(name, kind, nullable=True))
    op.create_table(
        "gaps",
        sa.Column("id", BigId, nullable=False),
        sa.Column("feed_id", BigId, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("to_at", Moment(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("tried", Json, nullable=False),
        sa.CheckConstraint("state IN ('closing', 'closed', 'lost')", name="gap_state"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gaps_feed", "gaps", ["feed_id", "at"])
    op.create_index("gaps_state", "gaps", ["state"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("gaps")
    for name in reversed(_COLUMNS):
        op.drop_column("feeds", name)
