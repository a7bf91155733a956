"""A service that is ended again and again in the middle of a generation: no image is lost or doubled."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import torch
from scene_services import PATIENCE_S, Service, free_port, picture, scene, served
from scripts import runner

from stillhouse.datasets.scene.recipe import Recipe
from stillhouse.datasets.scene.store import SceneStore
from stillhouse.models.scene.http_renderer import HttpRenderer

SCRIPT = Path(__file__).resolve().parents[4] / "tools" / "generate_scenes.py"
ENDS = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr("stillhouse.models.scene.http_retries.FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr("stillhouse.models.scene.http_retries.REACH_PAUSE_S", 0.05)


@contextmanager
def several() -> Iterator[list[Service]]:
    """A service, and those that take its port one after the other."""
    port = free_port()
    with ExitStack() as stack:
        yield [
            stack.enter_context(served(port=port, starts=not k, pause_s=0.01, workers=2, grace_s=0.2))
            for k in range(len(ENDS) + 1)
        ]


def test_a_client_gets_every_image_once():
    scenes = [scene(i + 1) for i in range(60)]
    with several() as services:
        ends = {10: 0, 25: 1, 40: 2}
        found = []
        for index, image in HttpRenderer(services[0].url, size=16, reach_s=PATIENCE_S, threads=8).stream(scenes):
            found.append(index)
            assert isinstance(image, torch.Tensor) and torch.equal(image, picture(scenes[index], 16))
            if len(found) in ends:
                number = ends[len(found)]
                services[number].send(ENDS[number])
                services[number].ended()
                time.sleep(0.1)
                services[number + 1].start()
    assert sorted(found) == list(range(60))


def end_at(counts: tuple[int, ...], folder: Path, services: list[Service]) -> None:
    """End each service once so many images are there, and start the next one."""
    for number, count in enumerate(counts):
        while len(list(folder.glob("*.png"))) < count:
            time.sleep(0.005)
        services[number].send(ENDS[number])
        services[number].ended()
        time.sleep(0.1)
        services[number + 1].start()


def test_the_tool_writes_every_image_once(tmp_path: Path, monkeypatch, capsys):
    with several() as services:
        ending = threading.Thread(target=end_at, args=((10, 25, 40), tmp_path / "images", services), daemon=True)
        ending.start()
        arguments = (60, "--out", tmp_path, "--size", 16, "--renderer", services[0].url, "--workers", 8)
        assert runner(str(SCRIPT), monkeypatch)(*arguments) == 0
        ending.join(PATIENCE_S)
        assert not ending.is_alive()
    store, recipe = SceneStore(tmp_path), Recipe()
    assert "Wrote 60 scenes" in capsys.readouterr().out and store.complete() == list(range(60))
    for index in range(60):
        drawn = recipe.scene(index)
        assert store.read_scene(index) == drawn
        expected = (picture(drawn, 16) * 255).round().byte().permute(1, 2, 0)
        assert torch.equal(torch.from_numpy(store.read_image(index)), expected)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_as_soon_as_the_address_is_told_ends_it_too(number: int):
    with served() as service:
        service.send(number)
        status, last, errors = service.ended()
    assert (status, last) == (0, "ended") and "Traceback" not in errors
