"""What articles of an empty store are folded by: the rules that post fewer shingles.

Revision ID: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NOTE = "UPDATE refolding SET rules = {rules} WHERE NOT EXISTS (SELECT 1 FROM articles)"


def upgrade() -> None:
    """Note that an empty store has nothing to fold again; what another holds is folded again by itself."""
    op.execute(NOTE.format(rules=2))


def downgrade() -> None:
    """Note the same for the rules before."""
    op.execute(NOTE.format(rules=1))
