"""What keeping articles and stories needs to remember.

Revision ID: 0003
"""

from shared.migrations import folding, rights, search

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    folding.upgrade()
    rights.upgrade()
    search.upgrade()  # the last, for its triggers must outlive whatever makes `articles` anew


def downgrade() -> None:
    """Take it away."""
    search.downgrade()
    rights.downgrade()
    folding.downgrade()
