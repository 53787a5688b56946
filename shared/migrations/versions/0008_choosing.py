"""What operators choose of feeds, how they are asked, and how they are shown.

Revision ID: 0008
"""

from shared.migrations import icons, morerules, protocols, sifting

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    protocols.upgrade()
    icons.upgrade()
    sifting.upgrade()


def downgrade() -> None:
    """Take it away, and what the version before could not read."""
    sifting.downgrade()
    icons.downgrade()
    protocols.downgrade()
    morerules.downgrade()
