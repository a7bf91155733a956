"""Scenes drawn, rendered and stored."""

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch
from scene_services import colour, free_port, served
from torch import Tensor, nn

from stillhouse.datasets.scene import generation
from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.generation import generate, missing
from stillhouse.datasets.scene.recipe import Recipe
from stillhouse.datasets.scene.store import SceneStore
from stillhouse.registry import MODELS

FORK = multiprocessing.get_context("fork")
TOY = dict(type="ToySceneRenderer", size=8)
PATIENCE_S = 60


@MODELS.register_module(force=True)
class ToySceneRenderer(nn.Module):
    """One colour all over, told by the scene; what else it draws, or that it fails, is told by its arguments.

    Args:
        size: pixels of a side.
        pause_s: seconds an image.
        value: put into every image.
        ends: whether the process ends at the first image.
    """

    def __init__(self, size: int, pause_s: float = 0.0, value: float | None = None, ends: bool = False) -> None:
        super().__init__()
        self.size, self.pause_s, self.value, self.ends = size, pause_s, value, ends

    def render(self, scenes: Sequence[dict]) -> Tensor:
        if self.ends:
            os._exit(3)
        time.sleep(self.pause_s * len(scenes))
        levels = torch.tensor([colour(scene) for scene in scenes]) / 255
        images = levels[:, :, None, None].expand(-1, 3, self.size, self.size)
        return images if self.value is None else torch.full_like(images, self.value)


@MODELS.register_module(force=True)
class ToyStreamingRenderer(ToySceneRenderer):
    """Gives images in another order, but for those of scenes with fewer than ``fails`` repetitions."""

    def __init__(self, size: int, fails: int = 0) -> None:
        super().__init__(size)
        self.fails = fails

    def stream(self, scenes: Sequence[dict]) -> Iterator[tuple[int, Tensor | Exception]]:
        for place in reversed(range(len(scenes))):
            failed = scenes[place]["repetitions"] < self.fails
            yield place, RuntimeError("busy") if failed else self.render([scenes[place]])[0]


def write(root: Path, count: int, renderer: dict = TOY, workers: int = 1, seed: int = 0) -> list[int]:
    """Write what is missing; the indices in the order in which they came."""
    store, recipe = SceneStore(root), Recipe(seed)
    store.claim(recipe.facts())
    return list(generate(store, recipe, missing(store, count), renderer, workers))


def contents(root: Path) -> dict[str, bytes]:
    """The bytes of every file, by its path; those that a killed process left half written are none."""
    paths = [path for path in root.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def check_images(root: Path, count: int) -> None:
    """Every index is there once, and shows its own scene."""
    store = SceneStore(root)
    assert store.complete() == list(range(count))
    assert len(contents(root)) == 2 * count + 1
    for index in range(count):
        expected = Recipe(0).scene(index)
        assert store.read_scene(index) == expected
        assert tuple(store.read_image(index)[0, 0]) == colour(expected), f"image {index} shows another scene"


def test_what_is_missing_is_written_and_the_rest_kept(tmp_path: Path):
    assert write(tmp_path, 20) == list(range(20))
    check_images(tmp_path, 20)
    whole = contents(tmp_path)
    kept = (tmp_path / "images/000004.png").stat().st_mtime_ns
    for index, ending in ((3, "png"), (11, "json")):
        next(tmp_path.rglob(f"{index:06d}.{ending}")).unlink()
    assert write(tmp_path, 20) == [3, 11] and contents(tmp_path) == whole
    assert write(tmp_path, 25) == [20, 21, 22, 23, 24]
    check_images(tmp_path, 25)
    assert write(tmp_path, 10) == [] and (tmp_path / "images/000004.png").stat().st_mtime_ns == kept


def test_processes_write_the_same_files(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(generation, "START", "fork")  # so that the toys are known there
    write(tmp_path / "one", 30)
    assert sorted(write(tmp_path / "two", 30, workers=2)) == list(range(30))
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_the_order_of_a_stream_does_not_matter(tmp_path: Path):
    assert write(tmp_path, 20, dict(type="ToyStreamingRenderer", size=8), workers=3) == list(reversed(range(20)))
    check_images(tmp_path, 20)


def test_failures_are_told_and_the_others_stored(tmp_path: Path):
    renderer = dict(type="ToyStreamingRenderer", size=8, fails=60)
    failing = [index for index in range(12) if Recipe(0).scene(index)["repetitions"] < 60]
    assert 0 < len(failing) < generation.MOST_FAILURES
    with pytest.raises(SceneError, match=rf"scene {failing[0]}: got no image of {len(failing)} scenes: busy"):
        write(tmp_path, 12, renderer)
    assert missing(SceneStore(tmp_path), 12) == failing
    assert write(tmp_path, 12) == failing
    check_images(tmp_path, 12)


def test_a_renderer_that_fails_always_is_given_up(tmp_path: Path):
    with pytest.raises(SceneError, match="got no image of 8 scenes: busy"):
        write(tmp_path, 100, dict(type="ToyStreamingRenderer", size=8, fails=501))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_images_that_are_not_finite_are_refused(tmp_path: Path, value: float):
    with pytest.raises(SceneError, match=r"renderer: got shape \(3, 8, 8\), finite: False"):
        write(tmp_path, 2, {**TOY, "value": value})
    assert SceneStore(tmp_path).next_index() == 0


def test_a_process_that_ends_by_itself_is_told(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(generation, "START", "fork")
    with pytest.raises(SceneError, match="workers: got a process that ended by itself"):
        write(tmp_path, 20, {**TOY, "ends": True}, workers=2)


def test_errors_of_processes_arrive(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(generation, "START", "fork")
    with pytest.raises(SceneError, match=r"renderer: got shape \(3, 8, 8\), finite: False"):
        write(tmp_path, 20, {**TOY, "value": float("nan")}, workers=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_any_moment_it_goes_on(tmp_path: Path, monkeypatch, workers: int):
    monkeypatch.setattr(generation, "START", "fork")
    draw, renderer = random.Random(workers), {**TOY, "pause_s": 0.002}
    kills = 0
    for _ in range(4):
        child = FORK.Process(target=write, args=(tmp_path, 100, renderer, workers))
        child.start()
        enough = len(list(tmp_path.rglob("*.png"))) + draw.randint(1, 8)
        until = time.monotonic() + PATIENCE_S
        while len(list(tmp_path.rglob("*.png"))) < enough and child.is_alive() and time.monotonic() < until:
            time.sleep(0.001)
        child.kill()
        child.join()
        kills += child.exitcode == -signal.SIGKILL
    assert kills >= 2
    write(tmp_path, 100, renderer, workers)
    check_images(tmp_path, 100)


def test_workers_end_with_a_killed_parent(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(generation, "START", "fork")
    child = FORK.Process(target=write, args=(tmp_path, 10_000, {**TOY, "pause_s": 0.002}, 2))
    child.start()
    until = time.monotonic() + PATIENCE_S
    while len(list(tmp_path.rglob("*.png"))) < 5 and time.monotonic() < until:
        time.sleep(0.005)
    workers = [int(pid) for pid in Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()]
    child.kill()
    child.join()
    while any(_runs(pid) for pid in workers) and time.monotonic() < until:
        time.sleep(0.01)
    assert len(workers) == 2 and not any(_runs(pid) for pid in workers)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_service_may_die_and_come_back(tmp_path: Path):
    port, count = free_port(), 60
    renderer = dict(type="HttpRenderer", url=f"http://127.0.0.1:{port}", size=16, threads=4, reach_s=PATIENCE_S)
    with served(port=port, pause_s=0.01) as first:
        thread = threading.Thread(target=write, args=(tmp_path, count, renderer), daemon=True)
        thread.start()
        until = time.monotonic() + PATIENCE_S
        while len(list(tmp_path.rglob("*.png"))) < 10 and time.monotonic() < until:
            time.sleep(0.002)
        first.kill()
    done = len(list(tmp_path.rglob("*.png")))
    assert 10 <= done < count
    time.sleep(0.3)
    with served(port=port):
        thread.join(PATIENCE_S)
    assert not thread.is_alive()
    check_images(tmp_path, count)
