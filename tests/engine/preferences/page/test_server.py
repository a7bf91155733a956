"""The page on a port."""

import signal
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from preference_pages import ToySource, served, write_generator, write_pictures

from stillhouse.datasets.sketch.preferences import PreferenceStore
from stillhouse.engine.listening import is_loopback
from stillhouse.engine.preferences.page import Desk, PageError
from stillhouse.engine.preferences.page.server import parse_auth, serve


@pytest.fixture
def desk(tmp_path: Path):
    made = Desk(ToySource(), PreferenceStore(tmp_path))
    yield made
    made.close()


def test_addresses_of_this_machine():
    assert [host for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "192.168.0.2", "lab") if is_loopback(host)] == [
        "127.0.0.1", "localhost", "::1",
    ]  # fmt: skip


def test_name_and_password():
    assert parse_auth("lab:a:b") == ("lab", "a:b")
    for text in ("lab", ":secret", "lab:", ""):
        with pytest.raises(PageError, match="expected NAME:PASSWORD"):
            parse_auth(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "no.such.host.invalid"])
def test_an_address_that_cannot_be_used(desk: Desk, host: str):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PageError, match="cannot listen there"):
        serve(desk, host, taken.getsockname()[1])
    with pytest.raises(PageError, match="cannot listen there"):
        serve(desk, "127.0.0.1", 99999)


def test_the_extra_is_named(desk: Desk, monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(ImportError, match=r"stillhouse\[preferences\]"):
        serve(desk, port=0)


def status(url: str, body: bytes | None = None) -> int:
    try:
        return urllib.request.urlopen(urllib.request.Request(url, body), timeout=20).status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.slow
def test_a_real_process_serves_little_asks_for_the_password_and_ends_cleanly(tmp_path: Path):
    pytest.importorskip("gradio")
    first, second = (write_generator(tmp_path / f"{seed}.pth", seed=seed) for seed in (0, 1))
    store = tmp_path / "store"
    with served("--checkpoint", first, "--against", second, "--store", store, "--auth", "lab:secret") as page:
        assert status(page.url + "/") == 200
        assert status(page.url + "/config") == 401
        for path in (f"file={first}", "upload", "run/predict", "info/../file=/etc/passwd"):
            assert status(f"{page.url}/gradio_api/{path}") == 404
        assert status(page.url + "/gradio_api/queue/join", b"x" * 100_000) == 413
        ended, said = page.end(signal.SIGTERM)
    assert ended == 0 and f"every answer that was acknowledged is in {store}" in said and "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_as_soon_as_the_address_is_told_ends_it_too(tmp_path: Path, number: int):
    pytest.importorskip("gradio")
    with served("--pictures", write_pictures(tmp_path / "pictures"), "--store", tmp_path / "store") as page:
        ended, said = page.end(number)
    assert ended == 0 and "Traceback" not in said
