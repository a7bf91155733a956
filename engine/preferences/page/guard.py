"""What reaches the page from the network: the routes it needs, and bodies of a modest size."""

from collections.abc import Awaitable, Callable

MAX_BODY = 64 << 10
_API = "/gradio_api/"
_EXACT = {
    "/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", "/login", "/logout", "/login_check",
    "/user", "/token", *(f"{_API}{name}" for name in (
        "queue/join", "queue/data", "cancel", "reset", "info", "startup-events", "theme.css", "app_id", "login_check",
        "user", "token",
    )),
}  # fmt: skip
_BELOW = ("/assets/", "/static/", "/svelte/", f"{_API}heartbeat/")


class Guard:
    """Answers 404 on every route that the page does not use, such as those for files, and 413 on large bodies.

    Gradio has routes that take uploads, read files by name and fetch addresses; this page has no use for them.

    Args:
        app: the ASGI application behind it.
        max_body: bytes.
    """

    def __init__(self, app: Callable, max_body: int = MAX_BODY) -> None:
        self._app, self._max_body = app, max_body

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """An ASGI call."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif not is_served(scope["path"]):
            await _refuse(send, 404, b"not found")
        else:
            body = await self._body(scope, receive)
            if body is None:
                await _refuse(send, 413, b"too large")
            else:
                await self._app(scope, _replaying(body, receive), send)

    async def _body(self, scope: dict, receive: Callable) -> bytes | None:
        """The whole body; None where it is too large, whatever its header says."""
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if not told.isdigit() or int(told) > self._max_body:
            return None
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return body
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._max_body:
                return None
        return body


def is_served(path: str) -> bool:
    """Whether the page has use for a route."""
    plain = path.rstrip("/") or "/"
    return plain in _EXACT or (path.startswith(_BELOW) and ".." not in path)


def _replaying(body: bytes, receive: Callable) -> Callable[[], Awaitable[dict]]:
    """Hands the body on once, then whatever else comes, such as the end of the connection."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> dict:
        return waiting.pop() if waiting else await receive()

    return replay


async def _refuse(send: Callable, status: int, text: bytes) -> None:
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(text)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
