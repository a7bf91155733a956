"""Scenes drawn, rendered and stored: here or in several processes, by a renderer of this package or by a service."""

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

import numpy as np
from torch import Tensor

from ...registry import MODELS
from .errors import SceneError
from .recipe import Recipe
from .store import SceneStore

BATCH = 8
MOST_FAILURES = 8
START = "spawn"  # a forked process would inherit the locks of libraries' threads
_state: dict[str, Any] = {}


def missing(store: SceneStore, total: int) -> list[int]:
    """The indices below ``total`` that are not complete."""
    there = set(store.complete())
    return [index for index in range(total) if index not in there]


def generate(
    store: SceneStore, recipe: Recipe, indices: Sequence[int], renderer: dict, workers: int = 1
) -> Iterator[int]:
    """Draw, render and store scenes; what is stored does not depend on the number of workers.

    A renderer that streams (``HttpRenderer``) is used from this process; its own threads ask the service.

    Args:
        store: claimed for the recipe.
        recipe: gives the scene of every index.
        indices: to write, none complete.
        renderer: config of a renderer in ``MODELS``.
        workers: processes for a renderer that does not stream.

    Yields:
        each index, once it is stored.

    Raises:
        SceneError: images that the renderer could not give; all others are stored. A process was killed from outside.
    """
    if workers > 1 and not hasattr(MODELS.get(renderer["type"]), "stream"):
        yield from _in_processes(store, recipe, indices, renderer, workers)
        return
    built = MODELS.build(dict(renderer))
    for part in _parts(indices, BATCH if not hasattr(built, "stream") else 32 * BATCH):
        yield from _stored(store, recipe, part, built)


def _parts(indices: Sequence[int], size: int) -> Iterator[list[int]]:
    rest = iter(indices)
    while part := list(islice(rest, size)):
        yield part


def _stored(store: SceneStore, recipe: Recipe, indices: Sequence[int], renderer: Any) -> Iterator[int]:
    """Render some scenes and store each as it comes; after some failures the others are given up."""
    scenes = [recipe.scene(index) for index in indices]
    failures: dict[int, Exception] = {}
    for place, image in _rendered(renderer, scenes):
        if isinstance(image, Exception):
            failures[indices[place]] = image
            if len(failures) == MOST_FAILURES:
                break
        else:
            store.write(indices[place], _pixels(image), scenes[place])
            yield indices[place]
    if failures:
        index, first = min(failures.items())
        got = f"no image of {len(failures)} scenes: {first}"
        remedy = "All others that were asked for are stored. Mend the renderer, then give the same command again."
        raise SceneError(f"scene {index}", got, "an image of every scene", remedy)


def _rendered(renderer: Any, scenes: list[dict]) -> Iterator[tuple[int, Tensor | Exception]]:
    """Places and images, in any order."""
    if hasattr(renderer, "stream"):
        yield from renderer.stream(scenes)
        return
    import torch

    # One by one: in company of others an image may differ by rounding, and files must not depend on what was missing.
    with torch.no_grad():
        for place, scene in enumerate(scenes):
            yield place, renderer.render([scene])[0]


def _pixels(image: Tensor) -> np.ndarray:
    """(3, H, W) in [0, 1] as (H, W, 3) uint8."""
    if image.ndim != 3 or image.shape[0] != 3 or not bool(image.isfinite().all()):
        got = f"shape {tuple(image.shape)}, finite: {bool(image.isfinite().all())}"
        raise SceneError("renderer", got, "finite images (3, H, W)", "Mend the renderer.")
    return (image.detach().cpu().clamp(0, 1) * 255).round().byte().permute(1, 2, 0).contiguous().numpy()


def _in_processes(
    store: SceneStore, recipe: Recipe, indices: Sequence[int], renderer: dict, workers: int
) -> Iterator[int]:
    context = multiprocessing.get_context(START)
    pool = ProcessPoolExecutor(workers, context, _begin, (store, recipe, renderer))
    parts = _parts(indices, BATCH)
    running: set[Future[list[int]]] = set()
    try:
        while True:
            running |= {pool.submit(_write, part) for part in islice(parts, 2 * workers - len(running))}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()
    except BrokenProcessPool:
        remedy = "Perhaps the memory is short: take fewer workers. Give the same command again to go on."
        raise SceneError("workers", "a process that ended by itself", "all of them to finish", remedy) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(store: SceneStore, recipe: Recipe, renderer: dict) -> None:
    """Prepare a process, which ends with its parent however that ends."""
    import torch

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
    torch.set_num_threads(1)
    _state.update(store=store, recipe=recipe, renderer=MODELS.build(dict(renderer)))


def _write(indices: list[int]) -> list[int]:
    return list(_stored(_state["store"], _state["recipe"], indices, _state["renderer"]))
