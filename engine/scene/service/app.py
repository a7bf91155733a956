"""The HTTP protocol: routes, refusals and headers around the pool of workers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from .asked import Asked, decode_params, read_query, read_scene
from .body import parse_object, read_body
from .errors import RefusalError, ServiceError
from .pool import LOGGER, RETRY_AFTER_S, Draw, Job, RenderPool
from .settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def build_app(draw: Draw, settings: Settings | None = None) -> "FastAPI":
    """The service as an ASGI application; its workers live from its start-up to its shutdown.

    Args:
        draw: scenes and the side in pixels -> images (B, 3, side, side) in [0, 1]; called by several threads at once.
        settings: limits; None for the defaults.

    Raises:
        ImportError: FastAPI is absent.
    """
    try:
        from fastapi import FastAPI
        from starlette.requests import ClientDisconnect
    except ImportError as error:
        raise ImportError('the scene service needs fastapi: pip install "stillhouse[scene]"') from error
    service = RasterService(draw, settings or Settings())
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=service.lifespan)
    app.state.service = service
    app.add_route("/api/raster", service.raster, methods=["POST"])
    app.add_route("/api/raster", service.parse, methods=["GET"])
    app.add_route("/render", service.view, methods=["GET"])
    app.add_route("/health", service.health, methods=["GET"])
    app.add_exception_handler(RefusalError, _refused)
    app.add_exception_handler(ClientDisconnect, _refused)
    return app


class RasterService:
    """What the routes do.

    Args:
        draw: see ``build_app``.
        settings: limits.
    """

    def __init__(self, draw: Draw, settings: Settings) -> None:
        self._draw, self._settings = draw, settings
        self._pool: RenderPool | None = None

    @asynccontextmanager
    async def lifespan(self, _app: object) -> AsyncIterator[None]:
        """Start the workers, and end them; one that does not come back within the grace is left behind."""
        self._pool = RenderPool(self._draw, self._settings)
        yield
        if not await asyncio.to_thread(self._pool.close):
            LOGGER.error("an image was still being rendered after %g s; it was given up", self._settings.grace_s)

    @property
    def pool(self) -> RenderPool:
        """The workers.

        Raises:
            ServiceError: they have not been started.
        """
        if self._pool is None:
            raise ServiceError("the service: its workers start with the application's lifespan, which has not begun")
        return self._pool

    async def raster(self, request: "Request") -> "Response":
        """``POST /api/raster``: an image of the scene in the body."""
        body = await read_body(
            request.stream(), request.headers, self._settings.max_body, self._settings.body_timeout_s
        )
        # In a thread: looking for what a hundred misspelt keys may mean takes a while.
        asked = await asyncio.to_thread(lambda: read_scene(parse_object(body), read_query(request.query_params)))
        return await self._image(request, asked)

    async def parse(self, request: "Request") -> "Response":
        """``GET /api/raster?parse=``: encoded parameters as JSON."""
        from starlette.responses import JSONResponse

        encoded = request.query_params.get("parse")
        if not encoded:
            raise RefusalError(400, "Missing ?parse= param")
        return JSONResponse(decode_params(encoded), headers=HEADERS)

    async def view(self, request: "Request") -> "Response":
        """``GET /render?c=``: an image of encoded parameters."""
        encoded = request.query_params.get("c")
        if not encoded:
            raise RefusalError(400, "Missing ?c= param")
        asked = await asyncio.to_thread(lambda: read_scene(decode_params(encoded), read_query(request.query_params)))
        return await self._image(request, asked)

    async def health(self, _request: "Request") -> "Response":
        """``GET /health``: whether the service takes requests, and what it is doing."""
        from starlette.responses import JSONResponse

        counts = self.pool.counts()
        status = "ending" if self.pool.is_draining else "ok" if counts["workers"] else "no workers"
        return JSONResponse({"status": status, **counts}, 200 if status == "ok" else 503, headers=HEADERS)

    async def _image(self, request: "Request", asked: Asked) -> "Response":
        from starlette.responses import PlainTextResponse, Response

        try:
            picture = await self._rendered(request, Job(asked.scene, asked.size, asked.format))
        except RefusalError:
            raise
        except Exception:
            # The pool has logged it; what went wrong inside is nobody else's business.
            return PlainTextResponse("Render failed", 500, headers=HEADERS)
        return Response(picture, headers={**HEADERS, **asked.headers}, media_type=f"image/{asked.format}")

    async def _rendered(self, request: "Request", job: Job) -> bytes:
        """The file; a job that nobody waits for any more, or that waits too long, is taken from the queue."""
        self.pool.submit(job)
        answer = asyncio.wrap_future(job.done)
        gone = asyncio.ensure_future(_disconnected(request))
        try:
            timeout = self._settings.queue_timeout_s
            done, _ = await asyncio.wait({answer, gone}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if not done and self.pool.withdraw(job):
                raise RefusalError(503, f"waited {timeout:g} s for a worker", RETRY_AFTER_S)
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise _gone()
            return answer.result()
        finally:
            gone.cancel()
            self.pool.withdraw(job)
            answer.cancel()


async def _disconnected(request: "Request") -> None:
    """Returns once the client has gone; the body has been read, so nothing else can come."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _gone() -> RefusalError:
    """What nobody reads: the status is nginx's for a client that has closed the connection."""
    return RefusalError(499, "the client has gone")


async def _refused(_request: "Request", error: Exception) -> "Response":
    from starlette.responses import JSONResponse

    refusal = error if isinstance(error, RefusalError) else _gone()
    return JSONResponse({"error": refusal.message}, refusal.status, headers={**HEADERS, **refusal.headers})
