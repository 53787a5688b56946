"""Hooks, as migration 0007 brings them."""

import sqlalchemy as sa
from alembic import op

from shared.tables import BigId, Json, Moment


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "hooks",
        sa.Column("id", BigId, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("publications", Json, nullable=False),
        sa.Column("kinds", Json, nullable=False),
        sa.Column("told_seq", BigId, nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("telling_seq", BigId, nullable=True),
        sa.Column("telling_at", Moment(), nullable=True),
        sa.Column("calls", BigId, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("last_called_at", Moment(), nullable=True),
        sa.Column("last_ok_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("ready_at", Moment(), nullable=False),
        sa.Column("wanted_at", Moment(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("lease_no", BigId, nullable=False),
        sa.Column("leased_at", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("error_kind", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'paused', 'gone', 'parked')", name="hook_state"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("url"),
        sqlite_autoincrement=True,
    )
    op.create_index("hooks_ready", "hooks", ["state", "ready_at"])


def downgrade() -> None:
    """Forget all hooks."""
    op.drop_table("hooks")
