"""The service on a port, in a process of its own."""

import json
import random
import signal
import socket
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import httpx
import pytest
from PIL import Image
from scene_services import PATIENCE_S, Service, ToyRenderer, colour, free_port, scene, served

from stillhouse.datasets.scene.forms import to_entries, to_flat, to_prefixed
from stillhouse.engine.listening import is_loopback
from stillhouse.engine.scene.service import ServiceError
from stillhouse.engine.scene.service.server import serve

MALFORMED = (b"{", b"[1]", b"\xff", b'{"repetitions": 1e999}', b"[" * 60_000, b'{"a": "' + b"b" * 70_000 + b'"}')


def test_addresses_of_this_machine():
    hosts = ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "192.168.0.2", "lab")
    assert [host for host in hosts if is_loopback(host)] == ["127.0.0.1", "localhost", "::1"]


@pytest.mark.parametrize("host", ["127.0.0.1", "no.such.host.invalid"])
def test_an_address_that_cannot_be_used(host: str):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ServiceError, match="cannot listen there"):
        serve(ToyRenderer(), host=host, port=taken.getsockname()[1])
    with pytest.raises(ServiceError, match="cannot listen there"):
        serve(ToyRenderer(), port=99999)


def test_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ImportError, match=r"stillhouse\[scene\]"):
        serve(ToyRenderer(), port=free_port())


@pytest.fixture(scope="module")
def service():
    with served(pause_s=0.002, workers=4, queue_limit=32, body_timeout_s=1.0) as one:
        yield one


def head(length: int) -> bytes:
    return f"POST /api/raster?size=16 HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()


def hang_up(service: Service, content: bytes, pause_s: float) -> None:
    """Send bytes and reset the connection."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE_S) as connection:
        connection.sendall(content)
        time.sleep(pause_s)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def good_request(client: httpx.Client, number: int) -> None:
    """Ask for a scene until there is room for it, and see that it is the right one."""
    one = scene(
        1 + number, layers=[{"rotation": 0.0, "positionX": 0.0, "positionY": 0.0, "scaleX": 1.0, "scaleY": 1.0}]
    )
    form = (to_flat, to_prefixed, to_entries)[number % 3]
    reply = client.post("/api/raster?size=16&format=png", json=form(one))
    while reply.status_code == 503:
        time.sleep(0.05)
        reply = client.post("/api/raster?size=16&format=png", json=form(one))
    assert reply.status_code == 200, reply.text
    with Image.open(BytesIO(reply.content)) as image:
        assert image.size == (16, 16) and set(image.getdata()) == {colour(one)}


def client_of_many_manners(service: Service, number: int, requests: int) -> list[str]:
    """Good requests, malformed ones, failing ones and abrupt ends, in a drawn order."""
    draw = random.Random(number)
    done = []
    body = json.dumps(to_flat(scene(499))).encode()
    with httpx.Client(base_url=service.url, timeout=PATIENCE_S) as client:
        for i in range(requests):
            manner = draw.choices(("good", "malformed", "failing", "gone", "half"), (5, 2, 1, 1, 1))[0]
            if manner == "good":
                good_request(client, number * requests + i)
            elif manner == "malformed":
                assert client.post("/api/raster", content=draw.choice(MALFORMED)).status_code in (400, 413)
            elif manner == "failing":
                reply = client.post("/api/raster?size=16", json={"repetitions": 500})
                assert reply.status_code == 503 or (reply.status_code, reply.text) == (500, "Render failed")
            elif manner == "gone":
                hang_up(service, head(len(body)) + body, draw.uniform(0, 0.01))
            else:
                hang_up(service, head(len(body)) + body[:50], 0)
            done.append(manner)
    return done


def test_16_clients_of_all_manners_get_what_is_theirs(service: Service):
    with ThreadPoolExecutor(16) as clients:
        done = [
            one for each in clients.map(lambda k: client_of_many_manners(service, k, 13), range(16)) for one in each
        ]
    assert len(done) == 208 and all(done.count(each) >= 10 for each in ("good", "malformed", "failing", "gone", "half"))
    end = time.monotonic() + PATIENCE_S
    while (health := httpx.get(f"{service.url}/health").json())["waiting"] or health["rendering"]:
        assert time.monotonic() < end
    assert health["status"] == "ok" and health["workers"] == 4 and health["rendered"] >= done.count("good")


def test_a_body_that_never_comes_is_answered(service: Service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE_S) as connection:
        connection.sendall(head(100) + b"{")
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")


def test_a_head_without_end_is_answered(service: Service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE_S) as connection:
        connection.sendall(b"GET /render?c=" + b"a" * 100_000)
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_after_what_is_being_rendered(number: int):
    with served(workers=1) as service, ThreadPoolExecutor(2) as clients:
        service.go_on.clear()
        replies = []
        for waiting in (0, 1):
            replies.append(clients.submit(httpx.post, f"{service.url}/api/raster?size=8", json={}, timeout=PATIENCE_S))
            while (counts := httpx.get(f"{service.url}/health").json())["rendering"] != 1 or counts[
                "waiting"
            ] != waiting:
                time.sleep(0.01)
        service.send(number)
        refused = replies[1].result()
        assert not replies[0].done()
        service.go_on.set()
        finished = replies[0].result()
        status, last, errors = service.ended()
    assert refused.status_code == 503 and refused.headers["retry-after"] == "1"
    assert "the service is ending" in refused.json()["error"]
    assert finished.status_code == 200
    assert (status, last) == (0, "ended") and "Traceback" not in errors
