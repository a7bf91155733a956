"""The report: one HTML page that needs no other file, and its pictures in TensorBoard."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.image import imread

from ...checkpoint import write_text
from ..episodes import find_episodes
from ..html import data_uri, page_template
from ..report import tables
from ..seeds import RunResult
from ..windows import UNLABELLED
from .page import MEANINGS, PAGE
from .pictures import draw_pictures
from .tested import TestedWindows
from .timeline_picture import MOST_SOURCES

# Of the page's tables, in this order; a split's ``recall_NAME`` and ``alarm_rate`` follow.
COLUMNS = (
    "f1", "f1_tolerant", "precision", "recall", "macro_f1", "mcc", "auroc", "auprc", "fpr", "fpr_low", "fpr_high",
    "false_alarms_per_hour", "episode_recall", "time_to_detect_ms", "time_to_detect_frames",
)  # fmt: skip
JOIN_S = 1.0
SIZES = ("seeds", "parameters", "without vocabulary")  # lines of a table that stand once


def write_detection_report(
    subjects: Sequence[TestedWindows], rows: Sequence[RunResult], path: str | Path, title: str
) -> dict[str, Path]:
    """Write the page and its pictures.

    Args:
        subjects: one or more detectors on the same windows, for the pictures.
        rows: the results of all runs, for the tables; those of one name are its seeds.
        path: of the page; the pictures go into the folder ``STEM_pictures`` beside it.
        title: heading.

    Returns:
        ``page`` and the pictures' names -> path.

    Raises:
        ImportError: jinja2 is not installed.
        ValueError: detectors on different windows, or none.
    """
    path = Path(path)
    template = page_template(PAGE, "can")
    drawn = draw_pictures(subjects, path.parent / f"{path.stem}_pictures")
    inside = {name: data_uri(picture.read_bytes()) for name, picture in drawn.items()}
    page = template.render(
        title=title, tables=_tables(rows), meanings=MEANINGS, pictures=inside, join_s=JOIN_S,
        times=_times(subjects[0], inside), origins={row.name: row.path for row in rows if row.path},
        seeds=max((sum(other.name == row.name for other in rows) for row in rows), default=1), **_counts(subjects[0]),
    )  # fmt: skip
    write_text(page, path)
    return {"page": path, **drawn}


def log_pictures(pictures: Mapping[str, Path], folder: str | Path, step: int) -> None:
    """Show pictures in TensorBoard.

    Args:
        pictures: name -> PNG file.
        folder: where the events go.
        step: the iteration of the network that was tested.
    """
    from mmengine.visualization import TensorboardVisBackend

    backend = TensorboardVisBackend(save_dir=str(folder))
    for name, picture in pictures.items():
        if picture.suffix == ".png":
            backend.add_image(f"test/{name}", (imread(picture)[..., :3] * 255).round().astype(np.uint8), step=step)
    backend.close()


def shown_columns(rows: Sequence[RunResult]) -> list[str]:
    """The results that a table of detectors shows, by last part, as far as any row has them."""
    names = list(dict.fromkeys(name.rpartition("/")[2] for row in rows for name in row.metrics))
    return [name for name in COLUMNS if name in names] + [
        name for name in names if name.startswith("recall_") or name == "alarm_rate"
    ]


def _tables(rows: Sequence[RunResult]) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Group -> lines, a line a result and a column a run, since there are more results than runs; sizes once."""
    turned = [(group, list(zip(*lines))) for group, lines in tables(rows, shown_columns(rows))]
    return [(group, lines if group == "" else [lines[0], *lines[1 + len(SIZES) :]]) for group, lines in turned]


def _counts(subject: TestedWindows) -> dict:
    labels = subject.label
    unlabelled = np.unique(subject.source[labels == UNLABELLED])
    return {
        "windows": len(labels),
        "recordings": len(np.unique(subject.source)),
        "attacks": int((labels == 1).sum()),
        "benign": int((labels == 0).sum()),
        "unlabelled": int((labels == UNLABELLED).sum()),
        "left_out": [subject.sources[number] for number in unlabelled.tolist()],
        "episodes": len(find_episodes(subject.timeline, JOIN_S)),
    }


def _times(subject: TestedWindows, pictures: Mapping[str, str]) -> list[tuple[str, str, int, int]]:
    """Split, picture, recordings drawn and recordings there are."""
    found = []
    for split in sorted(set(subject.split.tolist())):
        there = len(np.unique(subject.source[subject.split == split]))
        found.append((split, pictures[f"time_{split}"], min(there, MOST_SOURCES), there))
    return found
