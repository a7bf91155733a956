"""The stroke rasterizer beside every other renderer that is installed: time, memory, accuracy of the image and of its gradients.

One thread, CPU time of the process, the best of several interleaved rounds; times are compared with Skia's anti-aliased drawing
of one sketch in the same run. The sketches are 32 seeded strokes of 1.5 px on 224 x 224, and people's drawings where the data is.
Where a CUDA device is, its times and its agreement with the CPU follow.
"""

import logging
import os
import shutil
import time
from collections.abc import Callable
from itertools import pairwise

import torch
from _pairs import missing, paired, pairs_of, row
from _raster_cuda import cuda_rows
from _raster_parts import CANVAS, WIDTH, renderers, sheep
from torch import Tensor

from stillhouse.models.raster import StrokeRenderer
from stillhouse.models.raster.reference import (
    cosine,
    dense_image,
    finite_differences,
    probe_losses,
    psnr,
    random_sketches,
    sampled_union,
    skia_image,
    skia_painter,
)
from stillhouse.registry import MODELS

BATCHES, ROUNDS = (1, 4, 16, 64), 7
CALLS = 16  # sketches a measurement, at least
SLOW_MS = 200  # a sketch: a renderer above it is timed on one sketch, once
JUDGED = 3  # sketches
SKIA = "Skia, anti-aliased"


def benchmark() -> list[dict]:
    """Rows of ``renderer``, ``measure``, ``value``, ``unit`` and ``x Skia``, which is empty for what is no time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        found = renderers()
        return [
            *_times(found),
            *_memory(found),
            *_images(found),
            *_gradients(found),
            *_paint_gradients(),
            *cuda_rows(_row),
        ]
    finally:
        torch.set_num_threads(threads)


def ratios(quick: bool = False) -> list[dict]:
    """One sketch forward and backward against each other renderer, as rows of ``_pairs.row``."""
    torch.set_num_threads(1)
    found, sketch = renderers(), random_sketches(1)
    ours = found.pop("BezierRasterizer")
    part = "a sketch drawn, forward and backward"
    lines = [
        row(part, name, paired(lambda: _both(ours, sketch), lambda r=other: _both(r, sketch), pairs_of(quick) // 3 + 1))
        for name, other in found.items()
    ]
    return lines if "diffvg 2x2" in found else [*lines, missing(part, "diffvg 2x2", "not installed")]


def _row(renderer: str, measure: str, value: float, unit: str, ratio: float | str = "") -> dict:
    return {"renderer": renderer, "measure": measure, "value": value, "unit": unit, "x Skia": ratio}


def _times(found: dict[str, StrokeRenderer]) -> list[dict]:
    """Milliseconds a sketch."""
    sketches = random_sketches(max(BATCHES))
    jobs: dict[tuple[str, str], tuple[int, Callable]] = {
        (SKIA, "forward, B = 1"): (1, skia_painter(sketches[0], CANVAS, WIDTH))
    }
    for name, renderer in found.items():
        once = _seconds(lambda renderer=renderer: _both(renderer, sketches[:1]))
        for batch in BATCHES if once * 1e3 < SLOW_MS else (1,):
            part = sketches[:batch]
            jobs[name, f"forward, B = {batch}"] = batch, lambda r=renderer, s=part: _forward(r, s)
            jobs[name, f"forward + backward, B = {batch}"] = batch, lambda r=renderer, s=part: _both(r, s)
    if shutil.which("c++") or shutil.which("g++"):
        part = sketches[:16]
        compiled = _compiled(part)
        jobs["BezierRasterizer, compiled", "forward, B = 16"] = 16, lambda s=part: _forward(compiled, s)
        jobs["BezierRasterizer, compiled", "forward + backward, B = 16"] = 16, lambda s=part: _both(compiled, s)
    for drawing in sheep(1):
        measure = f"forward + backward, B = 16, a sheep of {drawing.shape[1]} lines"
        part = drawing.expand(16, -1, -1, -1)
        jobs["BezierRasterizer", measure] = 16, lambda r=found["BezierRasterizer"], s=part: _both(r, s)
    best = _best(jobs)
    yardstick = best[SKIA, "forward, B = 1"]
    return [_row(*key, value, "ms a sketch", value / yardstick) for key, value in best.items()]


def _compiled(sketches: Tensor) -> StrokeRenderer:
    """The rasterizer with its arithmetic compiled, which takes a minute at the first calls."""
    torch._logging.set_logs(dynamo=logging.ERROR, inductor=logging.ERROR)
    renderer = MODELS.build(dict(type="BezierRasterizer", canvas_size=CANVAS, stroke_width=WIDTH, compiled=True))
    _forward(renderer, sketches)
    _both(renderer, sketches)
    return renderer


def _best(jobs: dict[tuple[str, str], tuple[int, Callable]]) -> dict[tuple[str, str], float]:
    """Milliseconds a sketch, the least of the rounds; what is slow has one."""
    best = {key: _seconds(job) * 1e3 / batch for key, (batch, job) in jobs.items()}
    quick = [key for key, taken in best.items() if taken < SLOW_MS]
    best.update(dict.fromkeys(quick, float("inf")))  # their first round was a warm-up
    for _ in range(ROUNDS):
        for key in quick:
            batch, job = jobs[key]
            calls = -(-CALLS // batch)
            best[key] = min(best[key], _seconds(job, calls) * 1e3 / (batch * calls))
    return best


def _seconds(job: Callable, calls: int = 1) -> float:
    start = time.process_time()
    for _ in range(calls):
        job()
    return time.process_time() - start


def _forward(renderer: StrokeRenderer, strokes: Tensor) -> Tensor:
    with torch.no_grad():
        return renderer(strokes)


def _both(renderer: StrokeRenderer, strokes: Tensor) -> None:
    """With a gradient as a loss of the image's squares gives it."""
    leaf = strokes.detach().clone().requires_grad_()
    image = renderer(leaf)
    image.backward(image.detach())


def _memory(found: dict[str, StrokeRenderer]) -> list[dict]:
    """Peak of what PyTorch allocates in one forward and backward pass."""
    rows = []
    for name, renderer in found.items():
        for batch, strokes in ((16, 32), (16, 8)) if name == "BezierRasterizer" else ((1, 32),):
            part = random_sketches(batch, strokes)
            measure = f"peak memory, forward + backward, B = {batch}, {strokes} strokes"
            rows.append(_row(name, measure, _peak_bytes(renderer, part) / 1e6, "MB"))
    return rows


def _peak_bytes(renderer: StrokeRenderer, strokes: Tensor) -> int:
    """From the profiler's record of every allocation; of code outside PyTorch it knows nothing."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # it would report the absence of a GPU as an error
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        _both(renderer, strokes)
    events = record.profiler.kineto_results.events()
    changes = sorted((event.start_ns(), event.nbytes()) for event in events if event.name() == "[memory]")
    held = peak = 0
    for _, change in changes:
        held += change
        peak = max(peak, held)
    return peak


def _images(found: dict[str, StrokeRenderer]) -> list[dict]:
    """Mean PSNR over sketches against 32x32 point samples a pixel, and against Skia drawn 16 times larger."""
    sketches = random_sketches(JUDGED)
    truths = {
        "32x32 samples": [sampled_union(sketch, CANVAS, WIDTH) for sketch in sketches],
        "Skia at 16x": [skia_image(sketch, CANVAS, WIDTH, 16) for sketch in sketches],
    }
    drawn = {name: [_forward(renderer, sketch[None])[0] for sketch in sketches] for name, renderer in found.items()}
    drawn[SKIA] = [skia_image(sketch, CANVAS, WIDTH, 1) for sketch in sketches]
    return [
        _row(name, f"PSNR to {truth}", sum(map(psnr, images, truths[truth])) / JUDGED, "dB")
        for name, images in drawn.items()
        for truth in truths
    ]


def _gradients(found: dict[str, StrokeRenderer]) -> list[dict]:
    """Mean cosine of the control points' and the widths' gradients with central differences, by loss."""
    sketches, fast = random_sketches(JUDGED + 1), found["BezierRasterizer"]
    cosines: dict[tuple[str, str], list[float]] = {}
    for sketch, other in pairwise(sketches):
        losses = probe_losses(sketch, other, lambda strokes: _forward(fast, strokes[None])[0])
        truth = finite_differences(sketch, CANVAS, WIDTH, losses)
        for name, renderer in found.items():
            for loss, function in losses.items():
                points, width = _slopes(renderer, sketch, function)
                cosines.setdefault((name, f"points, {loss}"), []).append(cosine(points, truth[loss][0]))
                cosines.setdefault((name, f"width, {loss}"), []).append(cosine(width, truth[loss][1]))
    return [_row(name, f"gradient of {what}", sum(found) / JUDGED, "cosine") for (name, what), found in cosines.items()]


def _slopes(renderer: StrokeRenderer, sketch: Tensor, loss: Callable) -> tuple[Tensor, Tensor]:
    points = sketch.clone().requires_grad_()
    width = torch.full((1, len(sketch)), WIDTH, requires_grad=True)
    gradients = torch.autograd.grad(loss(renderer(points[None], width)[0].double()), (points, width))
    return gradients[0], gradients[1][0]


def _paint_gradients() -> list[dict]:
    """Strokes of several widths and opacities, 12 on 96 x 96, against the derivative of 8x8 sub-pixels composited in order."""
    sketch, other = random_sketches(2, 12, 96)
    generator = torch.Generator().manual_seed(0)
    width = 1 + 2 * torch.rand(12, generator=generator)
    opacity = 0.3 + 0.7 * torch.rand(12, generator=generator)
    exact = [value.double().requires_grad_() for value in (width, opacity)]
    truth = dense_image(sketch.double(), (96, 96), *exact)
    rows = []
    for name, renderer in renderers(96).items():
        losses = probe_losses(sketch, other, lambda strokes, r=renderer: _forward(r, strokes[None])[0])
        leaves = [value[None].clone().requires_grad_() for value in (width, opacity)]
        image = renderer(sketch[None], *leaves)[0]
        rows.append(_row(name, "PSNR to 8x8 sub-pixels, opacity", psnr(image.detach(), truth.detach()), "dB"))
        for loss, function in losses.items():
            want = torch.autograd.grad(function(truth), exact, retain_graph=True)
            got = torch.autograd.grad(function(image.double()), leaves, retain_graph=True)
            for what, one, two in zip(("width", "opacity"), got, want):
                rows.append(_row(name, f"gradient of {what}, {loss}, with opacity", cosine(one[0], two), "cosine"))
    return rows
