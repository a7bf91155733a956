"""The page on a port: who may reach it, and how it ends."""

from collections.abc import Callable
from typing import Any

from ...listening import listening, run_until_signal
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
        serve_blocks(lambda: build_blocks(desk), look, host, port, auth, say)
    finally:
        desk.close()


def serve_blocks(
    build: Callable[[], Any], look: Callable[[], dict], host: str, port: int, auth: tuple[str, str] | None, say: Callable
) -> None:  # fmt: skip
    """Serve any page of Gradio behind the guard until SIGTERM or Ctrl-C.

    Args:
        build: makes the page.
        look: makes what ``mount_gradio_app`` is given besides.
        host, port, auth, say: see ``serve``.

    Raises:
        PageError: the address cannot be used.
        ImportError: Gradio is not installed.
    """
    with listening(host, port, PageError) as listener:
        run_until_signal(_server(build, look, auth), listener, host, say)


def parse_auth(text: str) -> tuple[str, str]:
    """``NAME:PASSWORD``; the password may hold colons.

    Raises:
        PageError: another form.
    """
    name, _, password = text.partition(":")
    if not name or not password:
        raise PageError("--auth: expected NAME:PASSWORD, neither of them empty")
    return name, password


def _server(build: Callable[[], Any], look: Callable[[], dict], auth: tuple[str, str] | None) -> Any:
    gradio = load_gradio()
    import uvicorn
    from fastapi import FastAPI

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gradio.mount_gradio_app(app, build(), "/", auth=auth, footer_links=[], ssr_mode=False, show_error=False, **look())
    config = uvicorn.Config(
        Guard(app), log_level="warning", access_log=False, limit_concurrency=MAX_CONNECTIONS, server_header=False,
        timeout_graceful_shutdown=GRACE_S, ws="none",
    )  # fmt: skip
    return uvicorn.Server(config)
