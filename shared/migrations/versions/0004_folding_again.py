"""What the store remembers since 0003.

Revision ID: 0004
"""

from alembic import op

from shared.migrations import lighter, refolding

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it, forget where stories went that are no more since, and count nothing in stories that nobody may read."""
    refolding.upgrade()
    lighter.upgrade()
    op.execute("DELETE FROM story_moves WHERE moved_to NOT IN (SELECT id FROM stories)")
    op.execute(
        "UPDATE stories SET articles = 0, publications = 0 WHERE articles > 0"
        " AND NOT EXISTS (SELECT 1 FROM readable_articles WHERE readable_articles.story_id = stories.id)"
    )


def downgrade() -> None:
    """Take it away."""
    lighter.downgrade()
    refolding.downgrade()
