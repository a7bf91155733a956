"""The client of a rendering service."""

import json
import pickle
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
import torch
from PIL import Image
from scene_services import PATIENCE_S, Service, colour, free_port, picture, scene, served

from stillhouse.datasets.scene.forms import from_body
from stillhouse.models.scene import http_renderer
from stillhouse.models.scene.http_renderer import HttpRenderer, RenderError
from stillhouse.registry import MODELS

SCENES = [scene(i) for i in (3, 1, 499, 250, 77)]


@pytest.fixture(scope="module")
def service():
    with served(pause_s=0.001, workers=2) as one:
        yield one


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr("stillhouse.models.scene.http_retries.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("stillhouse.models.scene.http_retries.REACH_PAUSE_S", 0.02)


class Scripted(BaseHTTPRequestHandler):
    """Answers by the replies in ``server.script``, the last one for ever; each is a function of this handler."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.asked.append((body, parse_qs(urlsplit(self.path).query), dict(self.headers)))
            act = self.server.script.pop(0) if len(self.server.script) > 1 else self.server.script[0]
        act(self, body)

    def reply(self, status: int, content: bytes, told: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content) if told is None else told)}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def right(handler: Scripted, body: dict, format: str = "PNG", side: int = 8) -> None:
    file = BytesIO()
    Image.new("RGB", (side, side), colour(from_body(body)[0])).save(file, format)
    handler.reply(200, file.getvalue())


def answers(status: int, text: bytes = b"no", **headers):
    return lambda handler, body: handler.reply(status, text, **headers)


def hangs_up(handler: Scripted, body: dict) -> None:
    handler.close_connection = True


def breaks_off(handler: Scripted, body: dict) -> None:
    handler.reply(200, b"\x89PNG", told=5000)
    handler.close_connection = True


@contextmanager
def scripted(*script) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    server.daemon_threads = True
    server.script, server.asked, server.lock = list(script), [], threading.Lock()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def asks(server, **more) -> HttpRenderer:
    return HttpRenderer(server.url, **{"size": 8, "threads": 2, "reach_s": 0, **more})


def test_images_come_in_the_order_of_their_scenes(service: Service):
    renderer = MODELS.build(dict(type="HttpRenderer", url=service.url, size=24))
    images = renderer.render(SCENES)
    assert images.dtype == torch.float32
    assert torch.equal(images, torch.stack([picture(one, 24) for one in SCENES]))
    assert renderer.render(SCENES[:1], size=12).shape == (1, 3, 12, 12)
    assert renderer.render([]).shape == (0, 3, 24, 24)


def test_the_full_size_and_the_protocols_own_format(service: Service):
    assert torch.equal(HttpRenderer(service.url, size=1024).render(SCENES[:1])[0], picture(SCENES[0], 1024))
    lossy = HttpRenderer(service.url, size=24, lossless=False).render(SCENES)
    assert 0 < (lossy - torch.stack([picture(one, 24) for one in SCENES])).abs().max() < 4 / 255


def test_what_is_asked():
    with scripted(right) as server:
        asks(server).render(SCENES[:1])
        asks(server, lossless=False).render(SCENES[:1])
    (body, query, headers), (_, lossy, _) = server.asked
    assert from_body(body) == (SCENES[0], []) and "Scalars.repetitions" in body
    assert query == {"strict": ["1"], "size": ["8"], "format": ["png"]} and lossy == {"strict": ["1"], "size": ["8"]}
    assert headers["Content-Type"] == "application/json" and headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "wrong",
    [answers(500, b"Render failed"), answers(503, Retry_After="0"), answers(429), answers(408), hangs_up, breaks_off,
     answers(200, b"no image"), lambda handler, body: right(handler, body, side=9)],
)  # fmt: skip
def test_what_may_go_better_is_tried_three_times_more(wrong):
    with scripted(wrong, wrong, wrong, right) as server:
        assert torch.equal(asks(server).render(SCENES[:1])[0], picture(SCENES[0], 8))
        assert len(server.asked) == 4 and all(body == server.asked[0][0] for body, _, _ in server.asked)
    with scripted(wrong) as server:
        with pytest.raises(RenderError, match=f"1 of 1 scenes have no image: scene 0: {server.url}: "):
            asks(server).render(SCENES[:1])
        assert len(server.asked) == 4


@pytest.mark.parametrize("status", [302, 400, 404, 413, 422])
def test_what_cannot_go_better_is_not(status: int):
    with scripted(answers(status, b'{"error": "so"}', Location="/elsewhere"), right) as server:
        with pytest.raises(RenderError, match=rf"""status {status}, '{{"error": "so"}}'"""):
            asks(server).render(SCENES[:1])
        assert len(server.asked) == 1


def test_a_reply_that_takes_too_long_or_has_no_end(monkeypatch):
    def sleeps(handler: Scripted, body: dict) -> None:
        time.sleep(0.3)

    def trickles(handler: Scripted, body: dict) -> None:
        handler.reply(200, b"", told=10**6)
        for _ in range(20):
            handler.wfile.write(b"x")
            time.sleep(0.03)

    for slow, said in (sleeps, "the connection failed"), (trickles, "did not end in time"):
        with scripted(slow) as server, pytest.raises(RenderError, match=said):
            asks(server, timeout_s=0.1, retries=0).render(SCENES[:1])
    monkeypatch.setattr(http_renderer, "MAX_REPLY", 1 << 20)
    with scripted(answers(200, b"x" * (1 << 21))) as server:
        with pytest.raises(RenderError, match="more than 1 MiB"):
            asks(server).render(SCENES[:1])
        assert len(server.asked) == 1


def test_a_compressed_reply_is_not_unpacked():
    packed = answers(200, b"\x1f\x8b", Content_Encoding="gzip")
    with scripted(packed) as server, pytest.raises(RenderError, match="no PNG or JPEG"):
        asks(server, retries=0).render(SCENES[:1])


def test_the_others_are_kept(service: Service):
    scenes = [scene(500) if i % 3 == 2 else scene(i + 1) for i in range(30)]
    renderer = HttpRenderer(service.url, size=8, retries=0)
    found = list(renderer.stream(scenes))
    assert sorted(index for index, _ in found) == list(range(30))
    for index, image in found:
        assert isinstance(image, Exception) if index % 3 == 2 else torch.equal(image, picture(scenes[index], 8))
    with pytest.raises(RenderError) as raised:
        renderer.render(scenes)
    assert sorted(raised.value.images) == [i for i in range(30) if i % 3 != 2]
    assert sorted(raised.value.errors) == [i for i in range(30) if i % 3 == 2]
    assert "10 of 30 scenes" in str(raised.value) and str(raised.value).endswith("; and 5 more")
    assert "scene 2: " in str(raised.value) and "Render failed" in str(raised.value)


def test_a_scene_outside_the_schema_is_refused_by_the_service(service: Service):
    with pytest.raises(RenderError, match=r"status 422, .*repetitions: got 999"):
        HttpRenderer(service.url, size=8).render([scene(999)])


def test_what_is_no_scene_costs_no_other(service: Service):
    found = dict(HttpRenderer(service.url, size=8).stream([SCENES[0], {}, SCENES[1]]))
    assert isinstance(found[1], KeyError) and torch.equal(found[2], picture(SCENES[1], 8))


def test_scenes_are_taken_as_they_are_needed():
    taken = []

    def endless() -> Iterator[dict]:
        while True:
            taken.append(1)
            yield SCENES[0]

    with scripted(right) as server:
        stream = asks(server, threads=2).stream(endless())
        for _ in range(5):
            next(stream)
        stream.close()
    assert len(taken) <= 5 + 4


def asking() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(http_renderer.THREADS)]


def test_closing_the_stream_ends_the_waiting():
    with scripted(right, answers(503, Retry_After="9999")) as server:
        stream = asks(server, threads=1).stream(SCENES)
        next(stream)
        while len(server.asked) < 2:
            time.sleep(0.005)
        began, threads = time.monotonic(), asking()
        stream.close()
        for thread in threads:
            thread.join(8)
    # The pause that was asked for is cut to ten seconds.
    assert threads and not asking() and time.monotonic() - began < 8


def test_a_service_that_is_away_is_waited_for():
    port = free_port()
    renderer = HttpRenderer(f"http://127.0.0.1:{port}", size=8, retries=0, reach_s=PATIENCE_S)
    with served(port=port, starts=False) as service:
        timer = threading.Timer(0.4, service.start)
        timer.start()
        assert torch.equal(renderer.render(SCENES), torch.stack([picture(one, 8) for one in SCENES]))
        timer.join()


def test_a_service_that_stays_away_is_an_error():
    renderer = HttpRenderer(f"http://127.0.0.1:{free_port()}", size=8, reach_s=0.1)
    with pytest.raises(RenderError, match=r"5 of 5 scenes have no image: .* cannot be reached"):
        renderer.render(SCENES)


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        (dict(url="localhost:3000"), "url: got 'localhost:3000', expected http://HOST:PORT"),
        (dict(url="file:///etc/passwd"), "url: got"),
        (dict(size=0), "size: got 0, expected 1 to 1024"),
        (dict(size=1025), "size: got 1025, expected 1 to 1024"),
        (dict(timeout_s=0.0), "timeout_s: got 0.0"),
        (dict(retries=-1), "retries: got -1, expected at least 0"),
        (dict(reach_s=float("nan")), "reach_s: got nan"),
        (dict(threads=0), "threads: got 0, expected at least 1"),
    ],
)
def test_arguments_out_of_range(argument: dict, said: str):
    with pytest.raises(ValueError, match=f"HttpRenderer.{said}"):
        HttpRenderer(**argument)


def test_a_size_out_of_range_at_the_call():
    with pytest.raises(ValueError, match="size: got 2000"):
        HttpRenderer().render(SCENES, size=2000)


def test_threads_follow_the_cores_up_to_12(monkeypatch):
    for cores, threads in (2, 2), (64, 12), (None, 1):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        assert HttpRenderer().threads == threads


def test_it_can_be_sent_to_another_process(service: Service):
    renderer = HttpRenderer(service.url, size=8)
    renderer.render(SCENES)
    copy = pickle.loads(pickle.dumps(renderer))
    renderer.close()
    for each in (copy, renderer):
        assert torch.equal(each.render(SCENES[:1])[0], picture(SCENES[0], 8))


def test_the_extra_is_named(monkeypatch):
    for library in ("PIL", "httpx"):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(ImportError, match=r"stillhouse\[scene\]"):
            HttpRenderer()
