"""Rules of more kinds than the version before migration 0008 knows, which reads no rules with others among them."""

import sqlalchemy as sa
from alembic import op

from shared.tables.columns import JsonOrNull

KNOWN = (
    "items", "link", "headline", "summary", "text", "date", "byline", "image", "keywords", "identifier", "next", "zone",
    "script", "body", "drop",
)  # fmt: skip
_FEEDS = sa.table("feeds", sa.column("id", sa.BigInteger), sa.column("rules", JsonOrNull))


def downgrade() -> None:
    """Take the others away."""
    connection = op.get_bind()
    for id_, rules in connection.execute(
        sa.select(_FEEDS.c.id, _FEEDS.c.rules).where(_FEEDS.c.rules.is_not(None))
    ).all():
        known = {name: rule for name, rule in rules.items() if name in KNOWN}
        if known != rules:
            connection.execute(sa.update(_FEEDS).where(_FEEDS.c.id == id_).values(rules=known or None))
