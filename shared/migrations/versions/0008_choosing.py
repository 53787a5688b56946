"""What operators choose of feeds, and how they are asked.

Revision ID: 0008
"""

from shared.migrations import protocols

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    protocols.upgrade()


def downgrade() -> None:
    """Take it away."""
    protocols.downgrade()
