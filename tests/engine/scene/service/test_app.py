"""The protocol."""

import asyncio
import json
import sys
from collections.abc import Callable
from io import BytesIO

import httpx
import pytest
from PIL import Image
from scene_services import ToyRenderer, colour, scene

from stillhouse.datasets.scene.forms import to_entries, to_flat, to_prefixed
from stillhouse.datasets.scene.url_codec import decode_scene, encode_entries, encode_scene
from stillhouse.engine.scene.service import ServiceError, Settings, build_app

SCENE = scene(31, layers=[{"rotation": 1.0, "positionX": 0.5, "positionY": 0.0, "scaleX": 1.0, "scaleY": -1.0}])


def using(act: Callable, renderer: Callable | None = None, **settings):
    """The result of ``await act(client)`` on a service in this process."""

    async def run():
        app = build_app(renderer or ToyRenderer(), Settings(workers=1, **settings))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")
        async with app.router.lifespan_context(app), client:
            return await act(client)

    return asyncio.run(run())


def post(body: object, query: str = "", renderer: Callable | None = None, **settings) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return using(lambda client: client.post(f"/api/raster{query}", content=content), renderer, **settings)


def get(path: str) -> httpx.Response:
    return using(lambda client: client.get(path))


def opened(reply: httpx.Response) -> Image.Image:
    assert reply.status_code == 200, reply.text
    assert reply.headers["cache-control"] == "no-store"
    return Image.open(BytesIO(reply.content))


@pytest.mark.parametrize("form", [to_flat, to_prefixed, to_entries])
def test_a_scene_in_each_form_becomes_a_png_of_1024_pixels(form: Callable):
    reply = post(form(SCENE))
    image = opened(reply)
    assert (image.format, image.size, image.getpixel((500, 1023))) == ("PNG", (1024, 1024), colour(SCENE))
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["x-encoded-params"] == encode_scene(SCENE)
    assert decode_scene(reply.headers["x-encoded-params"])[0] == SCENE
    assert "x-scene-messages" not in reply.headers


def test_a_smaller_size_is_a_jpeg_or_if_asked_for_a_png():
    reply = post(to_flat(SCENE), "?size=48")
    image = opened(reply)
    assert (image.format, image.size, reply.headers["content-type"]) == ("JPEG", (48, 48), "image/jpeg")
    assert max(abs(a - b) for a, b in zip(image.getpixel((9, 9)), colour(SCENE))) <= 3
    assert image.quantization == Image.open(BytesIO(_jpeg(80))).quantization
    exact = opened(post(to_flat(SCENE), "?size=48&format=png"))
    assert (exact.format, exact.size, exact.getpixel((9, 9))) == ("PNG", (48, 48), colour(SCENE))


def _jpeg(quality: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=quality)
    return file.getvalue()


def test_a_renderer_that_fails_tells_nothing_of_itself():
    reply = post(to_flat(scene(500)), "?size=8")
    assert (reply.status_code, reply.text) == (500, "Render failed")
    assert reply.headers["content-type"].startswith("text/plain") and reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "query", "status", "said"),
    [
        (b'{"repetitions": }', "", 400, "malformed JSON at line 1, column 17"),
        (b"[]", "", 400, "expected an object"),
        ({}, "?size=big", 400, "?size=: got 'big'"),
        ({"repetitions": 999}, "?strict=1", 422, "repetitions: got 999"),
        ({"layers": 5}, "", 422, "layers: got 5"),
        ({"a": "b" * 200, "c": "d" * 200}, "", 413, "at most 256 bytes"),
    ],
)
def test_refusals_are_json_with_the_reason(body: object, query: str, status: int, said: str):
    reply = post(body, query, max_body=256)
    assert reply.status_code == status and said in reply.json()["error"]
    assert reply.headers["cache-control"] == "no-store"


def test_clamping_is_told_in_a_header():
    reply = post({"repetitions": -3, "geometry": "banana"}, "?size=8")
    told = json.loads(reply.headers["x-scene-messages"])
    assert reply.status_code == 200 and len(told) == 2 and "repetitions: got -3" in told[0] and "banana" in told[1]
    assert decode_scene(reply.headers["x-encoded-params"])[0]["repetitions"] == 1


def test_a_file_cannot_be_named():
    reply = post({"geometry": "/etc/passwd", "color": "file:///etc/passwd"}, "?size=8")
    assert opened(reply).getpixel((0, 0))[0] == colour(scene(120))[0]
    assert len(json.loads(reply.headers["x-scene-messages"])) == 2


def test_parse_gives_the_entries():
    entries = {
        "Scalars.repetitions": {"value": 7, "disabled": True},
        "Scene.position": {"value": {"x": 0, "y": 0}, "disabled": False},
    }
    reply = get(f"/api/raster?parse={encode_entries(entries)}")
    assert reply.status_code == 200 and reply.json() == entries and reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/raster", "/api/raster?parse="])
def test_parse_without_a_parameter(path: str):
    reply = get(path)
    assert (reply.status_code, reply.json()) == (400, {"error": "Missing ?parse= param"})


@pytest.mark.parametrize("path", ["/api/raster?parse=a*b", "/render?c=a*b"])
def test_damaged_parameters(path: str):
    reply = get(path)
    assert reply.status_code == 400 and "base64url" in reply.json()["error"]


def test_the_view_shows_encoded_parameters():
    image = opened(get(f"/render?c={encode_scene(SCENE)}"))
    assert (image.format, image.size, image.getpixel((0, 0))) == ("PNG", (1024, 1024), colour(SCENE))
    assert opened(get(f"/render?c={encode_scene(SCENE)}&size=16")).size == (16, 16)
    reply = get("/render")
    assert (reply.status_code, reply.json()) == (400, {"error": "Missing ?c= param"})


def test_other_paths_and_methods_are_not_there():
    assert [get(path).status_code for path in ("/", "/docs", "/openapi.json", "/redoc", "/api/raster/x")] == [404] * 5
    assert using(lambda client: client.put("/api/raster", content=b"{}")).status_code == 405


def test_health_counts():
    async def act(client: httpx.AsyncClient) -> httpx.Response:
        await client.post("/api/raster?size=8", content=b"{}")
        return await client.get("/health")

    reply = using(act)
    assert reply.status_code == 200
    counts = reply.json()
    assert counts.pop("rendering") <= 1
    assert counts == {"status": "ok", "waiting": 0, "rendered": 1, "failed": 0, "workers": 1}


def held_and_waiting(renderer: ToyRenderer, waiting: int, **settings) -> tuple[list[httpx.Response], httpx.Response]:
    """Replies to requests behind one that is being rendered, which goes on after them, and its own."""

    async def act(client: httpx.AsyncClient):
        renderer.go_on.clear()
        send = lambda i: asyncio.ensure_future(client.post("/api/raster?size=8", json={"repetitions": i}))  # noqa: E731
        first = send(1)
        while not renderer.batches:
            await asyncio.sleep(0.002)
        others = [send(i + 2) for i in range(waiting)]
        await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
        # The event loop is free while a worker renders.
        assert (await asyncio.wait_for(client.get("/health"), 5)).json()["rendering"] == 1
        renderer.go_on.set()
        return await asyncio.gather(*others), await first

    return using(act, renderer, **settings)


def test_a_full_queue_refuses_for_the_moment_and_the_others_are_answered():
    others, first = held_and_waiting(ToyRenderer(), 4, queue_limit=3)
    assert first.status_code == 200 and sorted(reply.status_code for reply in others) == [200, 200, 200, 503]
    refused = next(reply for reply in others if reply.status_code == 503)
    assert refused.headers["retry-after"] == "1" and "3 requests are waiting" in refused.json()["error"]


def test_who_waits_too_long_is_refused_and_not_rendered():
    renderer = ToyRenderer()
    (waited,), first = held_and_waiting(renderer, 1, queue_timeout_s=0.05)
    assert first.status_code == 200 and waited.status_code == 503
    assert waited.headers["retry-after"] == "1" and "waited 0.05 s" in waited.json()["error"]
    assert renderer.batches == [[1]]


def test_a_scene_that_nobody_waits_for_is_not_rendered():
    renderer = ToyRenderer()

    async def run() -> dict[str, int]:
        app = build_app(renderer, Settings(workers=1))
        async with app.router.lifespan_context(app):
            renderer.go_on.clear()
            first = asyncio.ensure_future(_call(app, b'{"repetitions": 1}', asyncio.Event()))
            while not renderer.batches:
                await asyncio.sleep(0.002)
            gone = asyncio.Event()
            second = asyncio.ensure_future(_call(app, b'{"repetitions": 2}', gone))
            while not app.state.service.pool.counts()["waiting"]:
                await asyncio.sleep(0.002)
            gone.set()
            await second
            counts = app.state.service.pool.counts()
            renderer.go_on.set()
            await first
        return counts

    assert asyncio.run(run())["waiting"] == 0 and renderer.batches == [[1]]


async def _call(app: Callable, body: bytes, gone: asyncio.Event) -> None:
    """Post a body as a server would, and hang up once ``gone`` is set."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_message: dict) -> None:
        pass

    scope = {"type": "http", "method": "POST", "path": "/api/raster", "query_string": b"size=8", "headers": []}
    await app(scope, receive, send)


def test_the_workers_come_with_the_lifespan():
    app = build_app(ToyRenderer())
    with pytest.raises(ServiceError, match="workers start with the application's lifespan"):
        _ = app.state.service.pool


def test_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fastapi", None)
    with pytest.raises(ImportError, match=r"stillhouse\[scene\]"):
        build_app(ToyRenderer())
