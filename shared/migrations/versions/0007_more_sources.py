"""What feeds of more kinds take, and hooks.

Revision ID: 0007
"""

from shared.migrations import addresses, asking, backfills, following, hooks, ruling, titles

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    asking.upgrade()
    titles.upgrade()
    ruling.upgrade()
    addresses.upgrade()
    backfills.upgrade()
    following.upgrade()
    hooks.upgrade()


def downgrade() -> None:
    """Take it away; addresses in their one form stay, which every version reads."""
    hooks.downgrade()
    following.downgrade()
    backfills.downgrade()
    ruling.downgrade()
    titles.downgrade()
    asking.downgrade()
