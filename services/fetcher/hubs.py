"""Subscribing at a hub (WebSub, 5.1): one request, whose answer says only whether the hub will make sure of it."""

from urllib.parse import urlencode

from shared.errors import FetchError
from shared.http.client import Client
from shared.messages import Subscribe, Subscribed

FORM = "application/x-www-form-urlencoded"


def ask(client: Client, wish: Subscribe, feed: str) -> Subscribed:
    """Return what the hub answered to `wish`; that it cannot be had is an answer too.

    A feed on the web names no inner place as its hub: those are reached by the operator's word alone.
    """
    if client.is_inner(wish.hub) and not client.is_inner(feed):
        return Subscribed(error="The feed names an inner address as its hub, which may only be asked for directly.")
    try:
        answer = client.post(wish.hub, form(wish), {"Content-Type": FORM})
    except FetchError as error:
        return Subscribed(error=str(error))
    if 200 <= answer.status < 300:  # 202; some say 204
        return Subscribed()
    return Subscribed(error=f"The hub answered {answer.status}.")


def form(wish: Subscribe) -> bytes:
    """Return the request's body."""
    fields = {
        "hub.mode": "subscribe",
        "hub.topic": wish.topic,
        "hub.callback": wish.callback,
        "hub.secret": wish.secret,
        "hub.lease_seconds": str(wish.lease_s),
    }
    return urlencode(fields).encode()
