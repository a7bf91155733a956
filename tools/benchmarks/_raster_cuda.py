"""The rasterizer's two backends on a CUDA device, where there is one."""

from collections.abc import Callable

import torch
from _raster_parts import CANVAS, WIDTH
from torch import Tensor

from stillhouse.models.raster import StrokeRenderer
from stillhouse.models.raster.reference import psnr, random_sketches
from stillhouse.models.raster.triton.backend import launch_failure
from stillhouse.registry import MODELS

BATCHES, ROUNDS, CALLS, JUDGED = (1, 16, 64, 256), 5, 20, 16
GOAL_US = 1.0  # a sketch, forward and backward at B = 256: 16-pixel tiles, 4 to 6 MFLOP and 0.4 MB of the image and its gradient


def cuda_rows(row: Callable[..., dict]) -> list[dict]:
    """Microseconds a sketch by CUDA events, of which the kernels alone, and agreement with the CPU; nothing without a device.

    Args:
        row: makes a row of renderer, measure, value and unit.
    """
    if not torch.cuda.is_available():
        return []
    name, strokes = torch.cuda.get_device_name(), random_sketches(max(BATCHES))
    on_cpu = _renderer("torch")(strokes[:JUDGED])
    rows = [row("derived for 16-pixel tiles", "forward + backward, B = 256, CUDA", GOAL_US, "us a sketch")]
    for backend in ("torch",) if launch_failure() else ("torch", "triton"):
        who, renderer = f"BezierRasterizer, {backend}, {name}", _renderer(backend)
        with torch.no_grad():
            agreement = psnr(renderer(strokes[:JUDGED].cuda()).cpu(), on_cpu)
        rows.append(row(who, f"PSNR to the CPU, B = {JUDGED}", agreement, "dB"))
        for batch in BATCHES:
            leaf = strokes[:batch].cuda().requires_grad_()
            for what, job in (("forward", _forward), ("forward + backward", _both)):
                measure = f"{what}, B = {batch}, CUDA"
                rows.append(row(who, measure, _best_us(job, renderer, leaf) / batch, "us a sketch"))
                rows.append(row(who, f"{measure}, kernels", _kernels_us(job, renderer, leaf) / batch, "us a sketch"))
    return rows


def _renderer(backend: str) -> StrokeRenderer:
    return MODELS.build(dict(type="BezierRasterizer", canvas_size=CANVAS, stroke_width=WIDTH, backend=backend))


def _forward(renderer: StrokeRenderer, strokes: Tensor) -> None:
    with torch.no_grad():
        renderer(strokes)


def _both(renderer: StrokeRenderer, strokes: Tensor) -> None:
    """With a gradient as a loss of the image's squares gives it."""
    image = renderer(strokes)
    torch.autograd.grad(image, strokes, image.detach())


def _best_us(job: Callable, renderer: StrokeRenderer, strokes: Tensor) -> float:
    """The least of several rounds, launches and waiting of the host included."""
    best = float("inf")
    for _ in range(ROUNDS + 1):  # the first, which compiles, is never the least
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        for _ in range(CALLS):
            job(renderer, strokes)
        end.record()
        torch.cuda.synchronize()
        best = min(best, start.elapsed_time(end) * 1e3 / CALLS)
    return best


def _kernels_us(job: Callable, renderer: StrokeRenderer, strokes: Tensor) -> float:
    """Time in which the device computes, without the gaps between its kernels."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CUDA]) as record:
        for _ in range(CALLS):
            job(renderer, strokes)
        torch.cuda.synchronize()
    return sum(event.self_device_time_total for event in record.key_averages()) / CALLS
