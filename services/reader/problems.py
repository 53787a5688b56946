"""How a request that cannot be answered is refused: one clear sentence, as JSON (RFC 9457) or as a page."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

from services.reader.headers import HEADERS
from services.reader.queries.changes import LostPlaceError
from services.reader.render import show
from shared.errors import TransientError, UsageError
from shared.schema import Value

RETRY_AFTER_S = "5"
API = "/v1/"
# the server closes the connection after a fault, and its outermost layer answers, beyond what adds the headers
LAST = HEADERS | {"Connection": "close"}
log = structlog.get_logger()


class Problem(Value):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def handle_problems(app: FastAPI) -> None:
    """Give each kind of failure its status and its sentence."""

    @app.exception_handler(StarletteHTTPException)
    async def refused(request: Request, error: StarletteHTTPException) -> Response:
        said, headers = error.detail, dict(error.headers or {})
        if error.status_code == 405:
            said, headers["Allow"] = "What is here can be read, with GET or HEAD, and no more.", "GET, HEAD"
        elif said == HTTPStatus(error.status_code).phrase:
            said = "There is nothing at this address." if error.status_code == 404 else f"{said}."
        return problem(request, error.status_code, said, headers)

    @app.exception_handler(RequestValidationError)
    async def wrong(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place, name = first["loc"][0], ".".join(str(part) for part in first["loc"][1:])
        if place == "path":
            return problem(request, 404, "There is nothing at this address.")
        return problem(request, 422, _sentence(name, first["type"], first["msg"], first.get("input")))

    @app.exception_handler(LostPlaceError)
    async def lost(request: Request, error: LostPlaceError) -> Response:
        return problem(request, 410, str(error))

    @app.exception_handler(UsageError)
    async def misused(request: Request, error: UsageError) -> Response:
        return problem(request, 422, str(error))

    @app.exception_handler(TransientError)
    async def away(request: Request, error: TransientError) -> Response:
        log.warning("not answered", path=request.url.path, reason=str(error))
        detail = "The store cannot be read at the moment; try again in a few seconds."
        return problem(request, 503, detail, {"Retry-After": RETRY_AFTER_S})

    @app.exception_handler(Exception)
    async def broken(request: Request, _: Exception) -> Response:
        return problem(request, 500, "This request failed through a fault of ours; the log has the details.", LAST)


def problem(request: Request, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """Return the refusal in the form that the address promises."""
    said = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    headers = {"Cache-Control": "no-store", **(headers or {})}
    if f"{request.url.path}/".startswith(API):
        return Response(said.model_dump_json(), status, headers, media_type="application/problem+json")
    return show(request, "problem.html", status, headers, problem=said)


def _sentence(name: str, kind: str, message: str, got: object) -> str:
    if kind == "extra_forbidden":
        return f"There is no parameter `{name}`; /v1/docs lists those that there are."
    if kind == "missing":
        return f"The parameter `{name}` is missing."
    message = message.removeprefix("Value error, ")
    hint = " Write times as 2026-03-01T09:00:00Z." if "datetime" in kind or "timezone" in kind else ""
    return f"The parameter `{name}` is wrong: {message[:1].lower()}{message[1:]}; got {str(got)[:100]!r}.{hint}"
