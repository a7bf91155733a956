"""All pictures of one report."""

from collections.abc import Sequence
from pathlib import Path

from ..histograms import ScoreSample, score_histograms
from .ranking_picture import draw_ranking
from .recall_picture import draw_alarm_counts
from .tested import TestedWindows
from .timeline_picture import draw_timelines


def draw_pictures(subjects: Sequence[TestedWindows], folder: str | Path) -> dict[str, Path]:
    """Draw score distributions, ROC and precision-recall, alarms per attack, and each split over time.

    Args:
        subjects: one or more detectors on the same windows.
        folder: where the PNG files go.

    Returns:
        ``scores``, ``alarms``, ``ranking`` (where a split has both classes), and ``time_SPLIT`` -> path.

    Raises:
        ValueError: no subject, or detectors on different windows.
    """
    _refuse_mixed(subjects)
    folder = Path(folder)
    samples = [ScoreSample(one.name, one.score.tolist(), one.label.tolist(), one.threshold) for one in subjects]
    drawn = {
        "scores": score_histograms(samples, folder / "scores.png"),
        "alarms": draw_alarm_counts(subjects, folder / "alarms.png"),
    }
    ranking = draw_ranking(subjects, folder / "ranking.png")
    drawn |= {"ranking": ranking} if ranking else {}
    for split in sorted(set(subjects[0].split.tolist())):
        drawn[f"time_{split}"] = draw_timelines(subjects, split, folder / f"time_{split}.png")
    return drawn


def _refuse_mixed(subjects: Sequence[TestedWindows]) -> None:
    if not subjects:
        raise ValueError("subjects: got none, expected the tested windows of at least one detector.")
    first = subjects[0]
    for other in subjects[1:]:
        if other.sources != first.sources or len(other.score) != len(first.score):
            raise ValueError(
                f"{other.name!r} was tested on {len(other.score)} windows of {len(other.sources)} recordings, {first.name!r} "
                f"on {len(first.score)} of {len(first.sources)}: one report compares detectors on the same data. Test both on "
                "the same data_root."
            )
