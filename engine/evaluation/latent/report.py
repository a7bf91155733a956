"""The report: one HTML page that needs no other file."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.image import imsave
from mmengine.config import Config

from ...checkpoint import write_text
from ..curves import RunCurves, plot_curves
from ..html import data_uri, page_template
from .criteria import Judgement
from .montage import LIMIT, SENTENCES, rgb_images
from .page import PAGE
from .subject import SeedRun, Subject
from .verdict import Verdict, mark, remedies, shown_values

CURVES = (
    "alpha", "tv_over_std", "kurtosis", "off_diagonal", "between_share", "participation_ratio", "checkerboard", "border",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One sentence of the gallery; images are data URIs."""

    text: str
    colour: str
    channels: list[str]
    photograph: str | None


def write_report(
    verdict: Verdict,
    subjects: Sequence[Subject],
    pictures: dict[str, Path],
    path: str | Path,
    photographs: np.ndarray | None = None,
    source: str = "",
) -> Path:
    """Write the page.

    Args:
        verdict: on the subjects.
        subjects: the first one's latents and config are shown in full.
        pictures: ``power_spectra``, ``gradient_histograms``, ``channel_covariance`` and ``curves``, as PNG files.
        path: of the page.
        photographs: (M, H, W) standardised.
        source: where latents without a checkpoint come from.

    Returns:
        The path.

    Raises:
        ImportError: jinja2 is not installed.
    """
    template = page_template(PAGE, "latent")
    from markupsafe import Markup  # a part of jinja2

    first, *rest = subjects
    page = template.render(
        title="Phase 1: latents like natural images",
        verdict=verdict,
        subjects=subjects,
        first=first,
        rows=list(zip(*verdict.seeds.values())),
        cell=lambda judgement: Markup(_cell(judgement)),
        remedies=remedies(verdict),
        gallery=_gallery(first, photographs),
        others={one.run.name: [_png(image) for image in rgb_images(one.latents[:SENTENCES])] for one in rest},
        pictures={name: data_uri(file.read_bytes()) for name, file in pictures.items()},
        config=Config(first.config).pretty_text if first.config else "",
        source=source,
    )
    write_text(page, Path(path))
    return Path(path)


def draw_curves(runs: Sequence[SeedRun], path: str | Path) -> Path:
    """Every statistic over training, one panel each and one colour a seed."""
    curves = []
    for run in runs:
        flat = [found.flat() for found in run.evaluations]
        variance = [float(np.mean(found.variance)) for found in run.evaluations]
        steps = [float(step) for step in run.iterations]
        metrics = {name: (steps, [values[name] for values in flat]) for name in CURVES}
        curves.append(RunCurves(run.name, metrics={**metrics, "variance": (steps, variance)}))
    return plot_curves(curves, path)


def _gallery(subject: Subject, photographs: np.ndarray | None) -> list[Row]:
    latents = subject.latents[:SENTENCES]
    colours = rgb_images(latents)
    return [
        Row(
            subject.sentences[number] if number < len(subject.sentences) else f"sentence {number}",
            _png(colours[number]),
            [_png(channel) for channel in latent],
            None if photographs is None else _png(photographs[number % len(photographs)]),
        )
        for number, latent in enumerate(latents)
    ]


def _cell(judgement: Judgement) -> str:
    """A criterion's value and mark; every part is made here or escaped."""
    from markupsafe import escape

    word = mark(judgement)
    note = f'<br><span class="note">{escape(judgement.note)}</span>' if judgement.note else ""
    return f'{shown_values(judgement)} <span class="mark {word}">{word}</span>{note}'


def _png(image: np.ndarray) -> str:
    """A data URI of a grey map on the common scale, or of an image in colour."""
    file = io.BytesIO()
    if image.ndim == 2:
        imsave(file, image, cmap="gray", vmin=-LIMIT, vmax=LIMIT, format="png")
    else:
        imsave(file, image, format="png")
    return data_uri(file.getvalue())
