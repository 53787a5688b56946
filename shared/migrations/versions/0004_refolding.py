"""What the store remembers since 0003.

Revision ID: 0004
"""

from shared.migrations import refolding

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    refolding.upgrade()


def downgrade() -> None:
    """Take it away."""
    refolding.downgrade()
