"""Answers: templates into pages and values into JSON, each with a validator so that what did not change is not sent."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel

from services.reader import wording
from services.reader.values import Health
from shared.schema import rfc3339

HERE = Path(__file__).parent
STATIC = HERE / "static"
REVALIDATE = "no-cache"  # a withdrawn article is gone at once from every cache that asks, as it then must
HEALTH_WORDS = {
    Health.PARKED: "parked: its documents stopped the workers that read them",
    Health.FAILING: "failing: the last fetch did not succeed",
    Health.LATE: "late: due for longer than a lease",
    Health.GONE: "gone: the publisher says that it is no more",
    Health.NEW: "new: not polled yet",
    Health.PAUSED: "paused by the operator",
    Health.HEALTHY: "healthy",
}


@cache
def environment() -> Environment:
    """Return the templates, with everything escaped that is not marked as safe."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(
        when=wording.when,
        when_short=wording.when_short,
        rfc3339=rfc3339,
        weblink=wording.weblink,
        role=wording.role,
        listed=wording.listed,
        marked=wording.marked,
        paragraphs=wording.paragraphs,
        seconds=wording.seconds,
    )
    style = (STATIC / "style.css").read_bytes()
    templates.globals.update(style=hashlib.sha256(style).hexdigest()[:8], health_words=HEALTH_WORDS)
    return templates


def show(
    request: Request, template: str, status: int = 200, headers: dict[str, str] | None = None, **facts: Any
) -> Response:
    """Return the page that `template` makes of `facts`."""
    body = environment().get_template(template).render(**facts)
    return _revalidated(request, body.encode(), "text/html; charset=utf-8", status, headers or {})


def answer(request: Request, value: BaseModel, headers: dict[str, str] | None = None, exclude: Any = None) -> Response:
    """Return `value` as JSON without the fields in `exclude`."""
    body = value.model_dump_json(exclude=exclude).encode()
    return _revalidated(request, body, "application/json", 200, headers or {})


def _revalidated(request: Request, body: bytes, media_type: str, status: int, headers: dict[str, str]) -> Response:
    headers = {"Cache-Control": REVALIDATE, **headers}
    if status != 200:
        return Response(body, status, headers, media_type)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers["ETag"] = etag
    # weak comparison, as RFC 9110, 13.1.2 asks for If-None-Match
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, media_type)
