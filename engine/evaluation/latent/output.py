"""Everything that a judgement leaves behind: four pictures, a summary and a report."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...checkpoint import write_text
from .montage import channel_montage
from .pictures import channel_covariance, gradient_histograms, power_spectra
from .report import draw_curves, write_report
from .subject import Subject
from .summary import summary
from .verdict import Verdict


def write_all(
    verdict: Verdict,
    subjects: Sequence[Subject],
    folder: str | Path,
    photographs: np.ndarray | None = None,
    source: str = "",
) -> dict[str, Path]:
    """Write the pictures of the first subject, the summary and the report.

    Args:
        verdict: on the subjects.
        subjects: in the order of the verdict's seeds.
        folder: created where it is missing.
        photographs: (M, H, W) standardised.
        source: where latents without a checkpoint come from.

    Returns:
        Name -> path of ``power_spectra``, ``channel_montage``, ``gradient_histograms``, ``channel_covariance``,
        ``curves``, ``summary`` and ``report``.
    """
    folder, first = Path(folder), subjects[0]
    pictures = {
        "power_spectra": power_spectra(first.latents, folder / "power_spectra.png", photographs),
        "channel_montage": channel_montage(first.latents, folder / "channel_montage.png", first.sentences, photographs),
        "gradient_histograms": gradient_histograms(first.latents, folder / "gradient_histograms.png"),
        "channel_covariance": channel_covariance(first.latents, folder / "channel_covariance.png"),
        "curves": draw_curves([subject.run for subject in subjects], folder / "curves.png"),
    }
    figures = folder / "evaluation_summary.json"
    write_text(json.dumps(summary(verdict, subjects), indent=2, allow_nan=False) + "\n", figures)
    report = write_report(verdict, subjects, pictures, folder / "report.html", photographs, source)
    return {**pictures, "summary": figures, "report": report}
