"""The page on a port: who may reach it, and how it ends."""

import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .blocks import build_blocks, load_gradio, look
from .desk import Desk
from .guard import Guard
from .source import PageError

MAX_CONNECTIONS = 256
GRACE_S = 2


def serve(
    desk: Desk, host: str = "127.0.0.1", port: int = 7860, auth: tuple[str, str] | None = None, say: Callable = print
) -> None:
    """Serve until SIGTERM or Ctrl-C; answers under way are finished first.

    Args:
        desk: that answers; closed at the end.
        host: address to listen on.
        port: 0 takes a free one.
        auth: name and password that the browser is asked for; None asks for none.
        say: told the address.

    Raises:
        PageError: the address cannot be used.
        ImportError: Gradio is not installed.
    """
    try:
        with _listening(host, port) as listener:
            server = _server(desk, auth)
            shown = f"[{host}]" if ":" in host else host
            with _ended_by_signals(server):
                say(f"http://{shown}:{listener.getsockname()[1]}")
                server.run(sockets=[listener])
    finally:
        desk.close()


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def parse_auth(text: str) -> tuple[str, str]:
    """``NAME:PASSWORD``; the password may hold colons.

    Raises:
        PageError: another form.
    """
    name, _, password = text.partition(":")
    if not name or not password:
        raise PageError("--auth: expected NAME:PASSWORD, neither of them empty")
    return name, password


def _server(desk: Desk, auth: tuple[str, str] | None) -> Any:
    gradio = load_gradio()
    import uvicorn
    from fastapi import FastAPI

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gradio.mount_gradio_app(
        app, build_blocks(desk), "/", auth=auth, footer_links=[], ssr_mode=False, show_error=False, **look()
    )
    config = uvicorn.Config(
        Guard(app), log_level="warning", access_log=False, limit_concurrency=MAX_CONNECTIONS, server_header=False,
        timeout_graceful_shutdown=GRACE_S, ws="none",
    )  # fmt: skip
    return uvicorn.Server(config)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise PageError(f"--host {host} --port {port}: cannot listen there ({error}); choose another") from error
    with listener:
        yield listener


@contextmanager
def _ended_by_signals(server: Any) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the server and nothing else.

    Once it runs it takes them itself, and raises them again when it has ended.
    """

    def end(*_: object) -> None:
        server.should_exit = True

    known = {one: signal.signal(one, end) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in known.items():
            signal.signal(one, handler)
