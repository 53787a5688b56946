"""By which rules articles are folded, as migration 0004 notes it."""

import sqlalchemy as sa
from alembic import op

from shared.tables import BigId, Moment


def upgrade() -> None:
    """Note that what is there was folded by older rules; an empty store has nothing that was."""
    op.create_table(
        "refolding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=True),
        sa.Column("article_id", BigId, nullable=True),
        sa.CheckConstraint("id = 1", name="one_refolding"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        "INSERT INTO refolding (id, rules) SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM articles) THEN 0 ELSE 1 END"
    )


def downgrade() -> None:
    """Take the note away."""
    op.drop_table("refolding")
