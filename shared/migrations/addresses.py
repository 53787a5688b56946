"""Addresses of feeds in their one form, as migration 0007 brings it; of two feeds that are one, the later rests."""

import sqlalchemy as sa
from alembic import op

from shared.hosts import in_one_form, lane_of

_FEEDS = sa.text("SELECT id, url, state, sealed FROM feeds ORDER BY id")
_REWRITE = sa.text("UPDATE feeds SET url = :url, host = :host WHERE id = :id")
_REST = sa.text(
    "UPDATE feeds SET state = 'paused', state_reason = :reason, lease_token = NULL WHERE id = :id AND state = 'active'"
)


def upgrade() -> None:
    """Write each address in its one form. A feed whose form another has keeps its address, and rests if that is polled.

    What is sealed opens for the host as it was written, so such a feed keeps its address too.
    """
    connection = op.get_bind()
    rows = connection.execute(_FEEDS).all()
    holders = {row.url: row for row in rows}
    for row in rows:
        url = in_one_form(row.url)
        if url == row.url or row.sealed:
            continue
        other = holders.setdefault(url, row)
        if other is row:
            connection.execute(_REWRITE, {"id": row.id, "url": url, "host": lane_of(url)})
        elif other.state == "active" and not other.sealed:
            reason = f"the same as feed {other.id}: their addresses differ in nothing that matters"
            connection.execute(_REST, {"id": row.id, "reason": reason})
