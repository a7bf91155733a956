"""Draw the pictures of docs/raster.md: one sketch by every renderer, and the gradient fields beside central differences."""

from pathlib import Path

import matplotlib
import torch
from _raster_parts import CANVAS, WIDTH, renderers
from torch import Tensor

from stillhouse.models.raster import svg_to_strokes
from stillhouse.models.raster.reference import (
    cosine,
    finite_differences,
    probe_losses,
    psnr,
    random_sketches,
    skia_image,
)

matplotlib.use("Agg")
from matplotlib import pyplot as plt

DOCS = Path(__file__).parents[2] / "docs"
CORNER, SIDE = (86, 114), 32  # what is enlarged: left and top, and its side in pixels
GAP, HEAD = 28, 44  # pixels between panels and above them
LOSSES = ("near", "far", "smooth", "white")
CAT = (
    "M 60 90 C 55 140 85 170 112 170", "M 112 170 C 140 170 170 140 164 90", "M 60 90 C 57 70 60 56 66 42",
    "M 66 42 C 78 50 88 58 94 69", "M 94 69 C 106 65 118 65 130 69", "M 130 69 C 136 58 146 50 158 42",
    "M 158 42 C 164 56 167 70 164 90", "M 78 106 C 83 96 96 96 101 106", "M 78 106 C 85 112 94 112 101 106",
    "M 90 99 C 92 102 92 106 90 110", "M 123 106 C 128 96 141 96 146 106", "M 123 106 C 130 112 139 112 146 106",
    "M 134 99 C 136 102 136 106 134 110", "M 104 124 C 108 121 116 121 120 124", "M 104 124 C 106 129 109 131 112 132",
    "M 120 124 C 118 129 115 131 112 132", "M 112 132 C 112 144 99 147 93 139", "M 112 132 C 112 144 125 147 131 139",
    "M 92 129 C 74 124 56 122 38 125", "M 92 134 C 74 137 57 142 42 150", "M 132 129 C 150 124 168 122 186 125",
    "M 132 134 C 150 137 167 142 182 150",
)  # fmt: skip


def benchmark() -> list[dict]:
    """Write both pictures into ``docs``.

    Returns:
        rows of ``renderer``, ``PSNR`` to Skia drawn 16 times larger, and the ``cosine`` of its gradient by loss.
    """
    paths = "".join(f'<path d="{path}"/>' for path in CAT)
    style = f'fill="none" stroke="#000" stroke-width="{WIDTH}" stroke-linecap="round" stroke-linejoin="round"'
    cat = svg_to_strokes(f'<svg viewBox="0 0 {CANVAS} {CANVAS}"><g {style}>{paths}</g></svg>').strokes
    return [*_draw_images(cat), *_draw_gradients(cat)]


def _draw_images(cat: Tensor) -> list[dict]:
    """The sketch, a part enlarged, and the error of that part, a column a renderer; a panel has as many pixels as the canvas."""
    truth = skia_image(cat, CANVAS, WIDTH, 16)
    drawn = {name: renderer(cat[None])[0].detach() for name, renderer in renderers().items()}
    images = {"truth: Skia at 16x": truth, **drawn, "Skia, anti-aliased": skia_image(cat, CANVAS, WIDTH, 1)}
    size = (GAP + len(images) * (CANVAS + GAP), HEAD + 3 * (CANVAS + GAP))
    figure = plt.figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
    for column, (name, image) in enumerate(images.items()):
        axes = [_panel(figure, size, column, row) for row in range(3)]
        axes[0].set_title(name if image is truth else f"{name}\n{psnr(image, truth):.1f} dB", fontsize=10)
        _show(axes[0], image)
        axes[0].add_patch(plt.Rectangle(CORNER, SIDE, SIDE, fill=False, edgecolor="#d62728", lw=1))
        _show(axes[1], _part(image))
        if image is truth:
            axes[2].axis("off")
            continue
        shown = axes[2].imshow(_part(image - truth), cmap="RdBu", vmin=-0.1, vmax=0.1, interpolation="nearest")
    key = _panel(figure, size, 0, 2)
    key.axis("off")
    figure.colorbar(shown, cax=key.inset_axes((0.5, 0.1, 0.06, 0.8)), label="error: red too dark, blue too light")
    figure.savefig(DOCS / "raster_renderers.png")
    return [
        _row(name, "PSNR to Skia at 16x, dB", psnr(image, truth))
        for name, image in images.items()
        if image is not truth
    ]


def _panel(figure, size: tuple[int, int], column: int, row: int):
    """Axes of exactly the canvas's size, so that a pixel of the image is a pixel of the picture, or seven."""
    left, top = GAP + column * (CANVAS + GAP), HEAD + row * (CANVAS + GAP)
    box = (left / size[0], 1 - (top + CANVAS) / size[1], CANVAS / size[0], CANVAS / size[1])
    axis = figure.add_axes(box, label=f"{column} {row} {len(figure.axes)}")
    axis.set(xticks=[], yticks=[])
    return axis


def _draw_gradients(cat: Tensor) -> list[dict]:
    """Arrows of the smooth loss at the control points, and all components of the four losses against central differences."""
    found = renderers()
    ours, other = found["BezierRasterizer"], random_sketches(1)[0]
    losses = probe_losses(cat, other, lambda strokes: ours(strokes[None])[0].detach())
    truth = {name: pair[0] for name, pair in finite_differences(cat, CANVAS, WIDTH, losses).items()}
    figure, axes = plt.subplots(2, len(found), figsize=(6.2 * len(found), 11.6), layout="constrained", squeeze=False)
    rows = []
    for (name, renderer), (arrows, scatter) in zip(found.items(), axes.T):
        slopes = {loss: _slope(renderer, cat, function) for loss, function in losses.items()}
        _arrows(arrows, cat, ours(cat[None])[0].detach(), truth["smooth"], slopes["smooth"])
        arrows.set_title(f"{name}: the smooth loss", fontsize=12)
        rows += [_row(name, f"cosine, {loss}", cosine(slopes[loss], truth[loss])) for loss in LOSSES]
        _scatter(scatter, truth, slopes)
    figure.savefig(DOCS / "raster_gradients.png", dpi=80)
    return rows


def _arrows(axis, cat: Tensor, image: Tensor, truth: Tensor, slopes: Tensor) -> None:
    """Downhill directions: central differences wide and pale, the renderer's own thin and dark."""
    place = ((cat + 1) * CANVAS / 2).reshape(-1, 2)
    axis.imshow(
        1 - 0.25 * (1 - image), cmap="gray", vmin=0, vmax=1, extent=(0, CANVAS, CANVAS, 0), interpolation="nearest"
    )
    for gradient, colour, width, label in (
        (truth, "#f4a261", 0.011, "central differences"),
        (slopes, "#1d3557", 0.0035, "backward"),
    ):
        down = -gradient.reshape(-1, 2)
        axis.quiver(
            *place.T, *down.T, color=colour, width=width, angles="xy", scale_units="xy", scale=_unit(truth), label=label
        )
    axis.set(xlim=(26, 198), ylim=(196, 24), xticks=[], yticks=[])
    axis.legend(loc="lower right", fontsize=10)


def _unit(truth: Tensor) -> float:
    """Loss a pixel that is drawn one pixel long: the longest arrow has 22."""
    return float(truth.reshape(-1, 2).norm(dim=1).max()) / 22


def _scatter(axis, truth: dict[str, Tensor], slopes: dict[str, Tensor]) -> None:
    """Each loss scaled by its own root mean square, so that all four fit."""
    for loss, colour in zip(LOSSES, ("#457b9d", "#e76f51", "#2a9d8f", "#8d99ae")):
        scale = truth[loss].square().mean().sqrt()
        label = f"{loss}: cosine {cosine(slopes[loss], truth[loss]):.4f}"
        axis.plot(
            *(value.flatten() / scale for value in (truth[loss], slopes[loss])), ".", color=colour, ms=5, label=label
        )
    axis.axline((0, 0), slope=1, color="black", lw=0.6, zorder=0)
    axis.set(
        xlim=(-5, 5),
        ylim=(-5, 5),
        aspect="equal",
        xlabel="central difference / its root mean square",
        ylabel="backward",
    )
    axis.legend(loc="upper left", fontsize=10)


def _slope(renderer, cat: Tensor, loss) -> Tensor:
    """(S, 4, 2) a pixel."""
    points = cat.clone().requires_grad_()
    return torch.autograd.grad(loss(renderer(points[None])[0].double()), points)[0] * 2 / CANVAS


def _show(axis, image: Tensor) -> None:
    axis.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")


def _part(image: Tensor) -> Tensor:
    left, top = CORNER
    return image[top : top + SIDE, left : left + SIDE]


def _row(renderer: str, measure: str, value: float) -> dict:
    return {"renderer": renderer, "measure": measure, "value": value}
