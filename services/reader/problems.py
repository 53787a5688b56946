"""How a request that cannot be answered is refused: one clear sentence, as JSON (RFC 9457) or as a page."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

from services.reader.headers import HEADERS
from services.reader.render import show
from services.reader.values import Problem
from shared.errors import TransientError, UsageError

RETRY_AFTER_S = "5"
API = "/v1/"
# the server closes the connection after a fault, and its outermost layer answers, beyond what adds the headers
LAST = HEADERS | {"Connection": "close"}
log = structlog.get_logger()


def no_article() -> HTTPException:
    """Return the refusal of an article that does not exist or may not be read."""
    return HTTPException(404, "There is no such article, or it may not be read.")


def withdrawn() -> HTTPException:
    """Return the refusal of a cancelled article."""
    return HTTPException(410, "This article was withdrawn.")


def no_states() -> HTTPException:
    """Return the refusal to compare states that are not there, or may not be read."""
    return HTTPException(404, "This article has no two such states, or they may not be read.")


def no_story() -> HTTPException:
    """Return the refusal of a story of which nothing may be read."""
    return HTTPException(404, "There is no such story, or none of its articles may be read.")


def story_moved(request: Request, story_id: int, moved_to: int) -> HTTPException:
    """Return the answer for a story whose articles went to another: where that is."""
    place = request.url.path.replace(f"/stories/{story_id}", f"/stories/{moved_to}")
    return HTTPException(301, f"Story {story_id} was folded into story {moved_to}.", {"Location": place})


def handle_problems(app: FastAPI) -> None:
    """Give each kind of failure its status and its sentence."""

    @app.exception_handler(StarletteHTTPException)
    async def refused(request: Request, error: StarletteHTTPException) -> Response:
        detail = error.detail
        if detail == HTTPStatus(error.status_code).phrase:
            detail = "There is nothing at this address." if error.status_code == 404 else f"{detail}."
        return problem(request, error.status_code, detail, dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def wrong(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place, name = first["loc"][0], ".".join(str(part) for part in first["loc"][1:])
        if place == "path":
            return problem(request, 404, "There is nothing at this address.")
        return problem(request, 422, _sentence(name, first["type"], first["msg"], first.get("input")))

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
    if request.url.path.startswith(API):
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
