"""Where hubs push (WebSub): they make sure that it was us who subscribed, and say that a feed has something new.

A push is a word, not content: the feed is due as soon as its floor allows, and its poll brings what is new under a
lease like any other.
"""

from datetime import timedelta
from typing import Annotated, Any

import structlog
from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection, Engine, or_, select, update

from shared.database import now, reading, writing
from shared.push import CALLBACK, due_from, granted, renew_after, signed
from shared.tables import Feed, Subscription

REASON_CHARS = 200
LONGEST_FLOOR_S = 86_400
log = structlog.get_logger()
router = APIRouter(prefix=CALLBACK.rstrip("/"), include_in_schema=False)
Key = Annotated[str, Path(min_length=1, max_length=100)]


@router.get("/{key}")
def verify(request: Request, key: Key) -> Response:
    """Answer a hub that makes sure (5.3): with its challenge where we asked for that topic, else 404."""
    said = request.query_params
    with writing(request.app.state.engine) as connection:
        known = _known(connection, key)
        if known is None or said.get("hub.topic") != known.topic:
            return Response(status_code=404)
        if said.get("hub.mode") == "denied":
            _deny(connection, known, said.get("hub.reason"))
            return Response(status_code=200)
        challenge = said.get("hub.challenge")
        if said.get("hub.mode") != "subscribe" or known.asked_at is None or not challenge:
            return Response(status_code=404)
        _grant(connection, known, granted(said.get("hub.lease_seconds")))
    return Response(challenge, media_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})


@router.post("/{key}")
async def push(request: Request, key: Key) -> Response:
    """Take a push: 202 once the feed is to be polled; 410 where nothing is subscribed to (5.3), so that the hub stops.

    One with a wrong signature is ignored, and told nothing else (8).
    """
    state = request.app.state
    known = await run_sync(_subscribed, state.engine, key)
    if known is None:  # a stranger's body is not even read
        return Response(status_code=410)
    body = await _body(request, state.settings.max_document_bytes)
    if body is None:
        return Response(status_code=413)
    await run_sync(
        _take, state.engine, state.settings.poll_floor_s, known, request.headers.get("x-hub-signature"), body
    )
    return Response(status_code=202)


def _subscribed(engine: Engine, key: str) -> Any:
    with reading(engine) as connection:
        return _known(connection, key)


def _take(engine: Engine, floor_s: int, known: Any, field: str | None, body: bytes) -> None:
    """Make the feed due if the push is signed as it should be, and count it otherwise."""
    with writing(engine) as connection:
        if signed(field, known.secret, body):
            _due(connection, known, floor_s)
        else:
            log.warning("push ignored", feed=known.feed_id, reason="its signature is wrong or missing")
            _update(connection, known, forged=Subscription.forged + 1)


def _known(connection: Connection, key: str) -> Any:
    return connection.execute(select(Subscription.__table__).where(Subscription.key == key)).one_or_none()


def _due(connection: Connection, known: Any, floor_s: int) -> None:
    """Make the feed due; feed before subscription, as whoever settles locks them.

    It is due now, or when its floor has passed since its last poll, so that a hub that pushes each second has it polled
    no more often; settling keeps that moment. What is due sooner, or was asked for sooner, stays so.
    """
    moment = now(connection)
    feed = Feed.id == known.feed_id
    row = connection.execute(select(Feed.leased_at, Feed.floor_s, Feed.interval_s).where(feed).with_for_update()).one()
    floor_s = min(row.floor_s or floor_s, row.interval_s or LONGEST_FLOOR_S)
    at = due_from(row.leased_at, floor_s, moment)
    unasked = or_(Feed.wanted_at.is_(None), Feed.wanted_at > at, Feed.wanted_at <= Feed.leased_at)
    idle = or_(Feed.lease_token.is_(None), Feed.ready_at <= moment)
    connection.execute(update(Feed).where(feed, unasked, or_(~idle, Feed.ready_at > at)).values(wanted_at=at))
    connection.execute(update(Feed).where(feed, idle, Feed.ready_at > at).values(due_at=at, ready_at=at))
    _update(connection, known, pushed_at=moment, pushes=Subscription.pushes + 1)
    log.info("pushed", feed=known.feed_id)


def _grant(connection: Connection, known: Any, seconds: int) -> None:
    moment = now(connection)
    ends = moment + timedelta(seconds=seconds)
    still = Feed.pushed_until.is_not(None)
    connection.execute(update(Feed).where(Feed.id == known.feed_id, still).values(pushed_until=ends))
    again = moment + renew_after(seconds)
    _update(connection, known, verified_at=moment, ends_at=ends, ask_at=again, failures=0, error=None)
    log.info("push granted", feed=known.feed_id, seconds=seconds)


def _deny(connection: Connection, known: Any, reason: str | None) -> None:
    """Note that the hub said no (5.2), now or later; it is asked again in a day."""
    connection.execute(update(Feed).where(Feed.id == known.feed_id).values(pushed_until=None))
    said = "".join(char for char in (reason or "") if char.isprintable())[:REASON_CHARS].rstrip(".")
    again = now(connection) + timedelta(days=1)
    _update(connection, known, ends_at=None, ask_at=again, error=f"The hub refused: {said or 'no reason given'}.")


def _update(connection: Connection, known: Any, **columns: Any) -> None:
    connection.execute(update(Subscription).where(Subscription.feed_id == known.feed_id).values(**columns))


async def _body(request: Request, most: int) -> bytes | None:
    """Return the body, or None where it is longer than `most` bytes."""
    pieces = bytearray()
    async for piece in request.stream():
        pieces += piece
        if len(pieces) > most:
            return None
    return bytes(pieces)
