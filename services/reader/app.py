"""The reader put together: its application, and the server that answers with it."""

import signal
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

import structlog
import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig
from sqlalchemy import Engine

from services.reader import api, describe, directory, health, history, pages, websub
from services.reader.headers import GuardHeaders
from services.reader.listening import address, listen
from services.reader.problems import handle_problems
from services.reader.render import STATIC
from shared.belt import Belt
from shared.belt import connect as connect_belt
from shared.database import check, connect, store_url
from shared.settings import Settings

THREADS = 12  # requests answered side by side; each holds one connection, and SQLAlchemy's pools give 15
DRAIN_S = 10  # an answer that is being written when the reader is stopped may take so long
# whoever measures the reader asks /metrics; nothing is sent anywhere, whatever the environment holds
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}

log = structlog.get_logger()


def create_app(settings: Settings, engine: Engine, belt: Belt | None) -> FastAPI:
    """Return the reader over `engine`; without a belt, none is measured.

    :raises UsageError: what it is to answer for the directory of keys is none.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        yield

    app = FastAPI(
        title="Wireroom",
        version="1",
        description=describe.DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # they would load scripts from elsewhere; /v1/docs is our own
        redoc_url=None,
        separate_input_output_schemas=False,
        redirect_slashes=False,  # it would name this server as it was asked here, and not as a proxy before it was
        telemetry=NO_TELEMETRY,
        lifespan=lifespan,
    )
    app.state.settings, app.state.engine, app.state.belt = settings, engine, belt
    app.state.directory = directory.read(settings.signing_answer)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    for router in (health.router, directory.router, websub.router, api.router, history.router, pages.router):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(GuardHeaders)
    handle_problems(app)
    return app


def serve(settings: Settings) -> int:
    """Answer requests until told to stop; return the exit status.

    :raises UsageError: the store cannot be read or is not migrated, or the address cannot be listened on.
    """
    engine = connect(store_url(settings), pool_size=THREADS)
    check(engine)
    belt = Belt(connect_belt(settings.redis_url), settings.lease_s) if settings.redis_url else None
    with listen(settings.host, settings.port) as listener:
        log.info("the reader listens", address=address(*listener.getsockname()[:2]))
        _run(server(create_app(settings, engine, belt)), listener)
    engine.dispose()
    return 0


def server(app: FastAPI) -> uvicorn.Server:
    """Return what answers with `app` once it is run on a socket."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",  # that it listens and ends is said by us
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http="h11",
            ws="none",
            timeout_graceful_shutdown=DRAIN_S,
        )
    )


def _run(running: uvicorn.Server, listener: socket.socket) -> None:
    """Run the server; a signal stops it gracefully and this returns."""

    def stop(number: int, frame: FrameType | None) -> None:
        running.should_exit = True

    # uvicorn raises the signal that stopped it once more at its end, for whoever handled it before: that is us
    main = threading.current_thread() is threading.main_thread()
    before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)} if main else {}
    try:
        running.run(sockets=[listener])
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = describe.corrected(
            get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                separate_input_output_schemas=False,
            )
        )
    return app.openapi_schema
