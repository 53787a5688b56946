"""What acquiring needs to remember.

Revision ID: 0002
"""

from shared.migrations import fetching, pacing, sources

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    fetching.upgrade()
    pacing.upgrade()
    sources.upgrade()


def downgrade() -> None:
    """Take it away."""
    fetching.downgrade()
    pacing.downgrade()
    sources.downgrade()
