"""The embedded renderer of scenes beside Skia: time, agreement, memory.

One thread, CPU time of the process, the best of interleaved rounds; times are compared with Skia's anti-aliased drawing of
the same scenes, in bytes, in the same run. Median scenes are the 16 around the median of repetitions times copies;
"strokes" leaves out dither and noise, which Skia does not draw.
"""

import resource
import statistics
import time
from collections.abc import Callable

import torch
from _scene_parts import instances, median_scenes, references

from stillhouse.datasets.scene.batch import SceneBatch
from stillhouse.models.scene.reference import psnr, skia_image, skia_painter
from stillhouse.registry import MODELS

SIZE, MEDIAN, ROUNDS = 256, 16, 2
BATCHES = (1, 4, 16)
JUDGED = 20  # every twentieth scene is compared with Skia pixel by pixel
WORST_SIZE, WORST_REPETITIONS = 1024, 500
SKIA = "Skia, anti-aliased"


def benchmark() -> list[dict]:
    """Rows of ``renderer``, ``measure``, ``value``, ``unit`` and ``x Skia``, which is empty for what is no time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        name, scenes = references()
        counts = [instances(scene) for scene in scenes]
        row = _row(
            name, f"{len(scenes)} scenes, median of repetitions x copies", statistics.median(counts), "instances"
        )
        memory = _memory(scenes[0])  # first: what the process has once held it does not grow by again
        return [row, *_times(scenes), *_agreement(scenes), *memory]
    finally:
        torch.set_num_threads(threads)


def _row(renderer: str, measure: str, value: float, unit: str, ratio: float | str = "") -> dict:
    return {"renderer": renderer, "measure": measure, "value": value, "unit": unit, "x Skia": ratio}


def _strokes(scenes: list[dict]) -> list[dict]:
    return [{**scene, "ditherEnabled": False, "noiseEnabled": False} for scene in scenes]


def _renderer(size: int = SIZE):
    return MODELS.build(dict(type="SceneRenderer", size=size))


def _times(scenes: list[dict]) -> list[dict]:
    """Milliseconds a scene."""
    median = median_scenes(scenes, MEDIAN)
    strokes, renderer, small = _strokes(median), _renderer(), _renderer(64)
    painters = [skia_painter(scene, SIZE) for scene in strokes]
    jobs: dict[tuple[str, str], Callable] = {(SKIA, "median scenes, strokes"): lambda: [paint() for paint in painters]}
    for batch in BATCHES:
        parts = [strokes[k : k + batch] for k in range(0, len(strokes), batch)]
        jobs["SceneRenderer", f"median scenes, strokes, B = {batch}"] = lambda p=parts: [renderer.render(s) for s in p]
    jobs["SceneRenderer", "median scenes, complete, B = 16"] = lambda: renderer.render(median)
    jobs["SceneRenderer", "median scenes, complete, 64 px, B = 16"] = lambda: small.render(median)
    jobs["SceneRenderer", "median scenes, forward + backward, B = 16"] = lambda: _both(renderer, median)
    best = dict.fromkeys(jobs, float("inf"))
    for turn in range(ROUNDS + 1):
        for key, job in jobs.items():
            taken = _seconds(job) * 1e3 / len(median)
            best[key] = min(best[key], taken) if turn else float("inf")  # the first round is a warm-up
    yardstick = best[SKIA, "median scenes, strokes"]
    rows = [_row(*key, value, "ms a scene", value / yardstick) for key, value in best.items()]
    parts = [scenes[k : k + MEDIAN] for k in range(0, len(scenes), MEDIAN)]
    every = _seconds(lambda: [renderer.render(part) for part in parts]) * 1e3 / len(scenes)
    return [*rows, _row("SceneRenderer", "mean of all scenes, complete, B = 16", every, "ms a scene")]


def _both(renderer, scenes: list[dict]) -> None:
    """With a gradient as a loss of the image's squares gives it."""
    batch = SceneBatch.from_scenes(scenes)
    for leaf in (*batch.values.values(), *batch.layer_values.values()):
        leaf.requires_grad_()
    image = renderer(batch)
    image.backward(image.detach())


def _seconds(job: Callable) -> float:
    start = time.process_time()
    job()
    return time.process_time() - start


def _agreement(scenes: list[dict]) -> list[dict]:
    """PSNR to Skia drawn 4 times larger in half-precision floats."""
    found: dict[str, list[float]] = {"SceneRenderer": [], SKIA: []}
    for scene in _strokes(scenes[::JUDGED]):
        truth = skia_image(scene, SIZE)
        found["SceneRenderer"].append(psnr(_renderer().render([scene])[0], truth))
        plain = torch.from_numpy(skia_painter(scene, SIZE)()[..., :3].copy()).permute(2, 0, 1) / 255
        found[SKIA].append(psnr(plain, truth))
    rows = []
    for name, values in found.items():
        measure = f"PSNR to Skia at 4x, {len(values)} scenes"
        rows += [
            _row(name, f"{measure}, {word}", of(values), "dB")
            for word, of in (("median", statistics.median), ("least", min))
        ]
    return rows


def _memory(scene: dict) -> list[dict]:
    """How much the process grows by the largest scene there is."""
    layer = dict(positionX=0.1, positionY=0.0, scaleX=1.2, scaleY=1.0)
    worst = {
        **_strokes([scene])[0],
        **dict(
            repetitions=WORST_REPETITIONS, geoWidth=0.1, geometry="ring", scaleProgression="linear", scaleFactor=1.02
        ),
        **dict(stepFactor=0.02, scale=1.0, rotationFactor=0.1),
        "layers": [{**layer, "rotation": 0.3 * k} for k in range(5)],
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = _seconds(lambda: _renderer(WORST_SIZE).render([worst]))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    measure = f"{WORST_REPETITIONS} repetitions x 6 copies of wide rings at {WORST_SIZE} px"
    return [
        _row("SceneRenderer", measure, taken, "s"),
        _row("SceneRenderer", f"{measure}, growth of the process", grown / 1e3, "MB"),
    ]
