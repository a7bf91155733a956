"""What reaches the page from the network."""

import asyncio

import pytest

from stillhouse.engine.preferences.page.guard import Guard, is_served


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/gradio_api/upload", "/gradio_api/proxy=http://x",
        "/gradio_api/upload_progress", "/gradio_api/component_server", "/gradio_api/run/predict", "/gradio_api/call/x",
        "/gradio_api/stream/x", "/runs", "/monitoring", "/gradio_api/vibe-edit", "/static/../secret", "//etc/passwd",
        "/docs", "/openapi.json", "/custom_component/x", "/gradio_api/dev/reload", "/gradio_api/process_recording",
    ],
)  # fmt: skip
def test_routes_that_the_page_does_not_use(path: str):
    assert not is_served(path)


@pytest.mark.parametrize("path", ["/", "/config", "/assets/a.js", "/gradio_api/queue/join", "/gradio_api/heartbeat/x"])
def test_routes_that_it_uses(path: str):
    assert is_served(path)


def call(chunks: list[bytes], headers: list = (), path: str = "/gradio_api/queue/join", kind: str = "http") -> tuple:
    """The answer's status, and the body that the application got; None where it was not called."""
    sent, got = [], []
    messages = [
        {"type": "http.request", "body": chunk, "more_body": i < len(chunks) - 1} for i, chunk in enumerate(chunks)
    ]

    async def app(scope, receive, send):
        message = await receive()
        got.append(message["body"])
        assert (await receive())["type"] == "http.disconnect"
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "path": path, "headers": list(headers)}
    asyncio.run(Guard(app, max_body=10)(scope, receive, send))
    return sent[0].get("status", sent[0]["type"]), got[0] if got else None


def test_small_bodies_arrive_whole():
    assert call([b"01234", b"56789"]) == (200, b"0123456789")
    assert call([b""]) == (200, b"")


def test_large_bodies_are_refused_whatever_their_header_says():
    assert call([b"x"], [(b"content-length", b"11")]) == (413, None)
    assert call([b"x"], [(b"content-length", b"-1")]) == (413, None)
    assert call([b"01234", b"56789", b"x", b"y" * 1000], [(b"content-length", b"5")]) == (413, None)


def test_other_routes_and_web_sockets_are_refused():
    assert call([b""], path="/gradio_api/upload") == (404, None)
    assert call([b""], kind="websocket") == ("websocket.close", None)
