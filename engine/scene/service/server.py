"""The service on a port: who may reach it, and how it ends."""

import socket
from collections.abc import Callable
from typing import Any

from ...listening import listening, run_until_signal
from .app import build_app
from .errors import ServiceError
from .pool import Draw
from .settings import Settings

KEEP_ALIVE_S = 30
MAX_CONNECTIONS = 256
MAX_HEAD = 32 << 10  # bytes of a request's line and headers, ?parse= and ?c= among them


def serve(
    draw: Draw, settings: Settings | None = None, host: str = "127.0.0.1", port: int = 3000, say: Callable = print
) -> None:
    """Serve until SIGTERM or Ctrl-C; what is being rendered is finished first, what waits is refused with 503.

    Args:
        draw: what renders; see ``build_app``.
        settings: limits; None for the defaults.
        host: address to listen on.
        port: 0 takes a free one.
        say: told the address.

    Raises:
        ServiceError: the address cannot be used.
        ImportError: FastAPI or uvicorn is absent.
    """
    settings = settings or Settings()
    server = _server(build_app(draw, settings), settings)
    with listening(host, port, ServiceError) as listener:
        run_until_signal(server, listener, host, say)


def _server(app: Any, settings: Settings) -> Any:
    try:
        import uvicorn
    except ImportError as error:
        raise ImportError('the scene service needs uvicorn: pip install "stillhouse[scene]"') from error

    class Server(uvicorn.Server):
        """Lets go of what waits as soon as it is told to end; the rest is uvicorn's shutdown."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.service.pool.drain()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, ws="none", http="h11", loop="asyncio",
        limit_concurrency=MAX_CONNECTIONS, h11_max_incomplete_event_size=MAX_HEAD, timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=round(settings.grace_s) or 1, lifespan="on",
    )  # fmt: skip
    return Server(config)
