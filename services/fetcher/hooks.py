"""Calling a hook's receiver: one signed request, whose status is the answer."""

from datetime import UTC, datetime

from services.fetcher.verdict import answered, refusal
from shared.errors import FetchError, UsageError
from shared.hooks import signed
from shared.http.client import Client
from shared.http.passport import NOT_OPENED, Passport
from shared.messages import Facts, Target, Tell


def call(client: Client, target: Target, tell: Tell, passport: Passport) -> Facts:
    """Return how a hook's receiver took what it was told.

    :raises FetchError: it gave no answer, or there is nothing to sign with.
    """
    now = datetime.now(UTC)
    try:
        fields = signed(tell, passport.secret or "", now)
    except UsageError:
        raise FetchError("passport", f"{NOT_OPENED}.") from None
    answer = client.post(target.url, tell.body.encode(), fields)
    facts = answered(target, answer)
    return facts if 200 <= answer.status < 300 else facts.model_copy(update=refusal(answer, now))
