"""Whether the reader is up, and whether it can do its work: for compose, load balancers and Prometheus."""

from fastapi import APIRouter, Request, Response

from services.reader import metrics
from shared.database import check
from shared.errors import UsageError
from shared.schema import Value

NO_STORE = {"Cache-Control": "no-store"}
router = APIRouter(include_in_schema=False)


class Ready(Value):
    """Whether the reader can do its work, and if not, why."""

    ready: bool
    reasons: tuple[str, ...]


@router.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", headers=NO_STORE, media_type="text/plain")


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """The store answers and has the newest schema, else 503 and why: all answers, and a push's wish, need it alone.

    Whether Redis answers is for the metrics to say.
    """
    reasons = not_ready(request)
    body = Ready(ready=not reasons, reasons=tuple(reasons)).model_dump_json()
    return Response(body, 503 if reasons else 200, NO_STORE, "application/json")


@router.get("/metrics")
def measure(request: Request) -> Response:
    """What the store and the belt look like now, in Prometheus' text format."""
    state = request.app.state
    body, media_type = metrics.scrape(state.engine, state.belt, state.settings.lease_s)
    return Response(body, 200, NO_STORE, media_type)


def not_ready(request: Request) -> list[str]:
    """Return why no work can be done, a sentence each; nothing when it can."""
    try:
        check(request.app.state.engine)
    except UsageError as error:
        return [str(error)]
    return []
