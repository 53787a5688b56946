"""What is written once that was written twice.

Revision ID: 0005
"""

from shared.migrations import once

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write it once."""
    once.upgrade()


def downgrade() -> None:
    """Write it twice."""
    once.downgrade()
