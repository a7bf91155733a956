"""CAN intrusion detection: how a detector's scores part attacks from traffic, and a window of traffic as the network sees it."""

from pathlib import Path
from typing import Any

import numpy as np

from stillhouse.engine.evaluation.can.tested import TestedWindows

from .exhibit import Hall, NothingToShow, Picture
from .found import Run
from .plates import drawn_file
from .window_graph import Window, draw_windows

RECORDINGS = 3  # of the timeline
TARGET = 0.5  # share of attack windows that a shown recording has at most, so that both kinds are seen


def detector(run: Run, hall: Hall) -> list[Picture]:
    """The windows that a test scored, over time, by score, ranked and by attack; and one of them as a graph."""
    from stillhouse.engine.evaluation.can.ranking_picture import draw_ranking
    from stillhouse.engine.evaluation.can.recall_picture import draw_alarm_counts
    from stillhouse.engine.evaluation.can.timeline_picture import draw_timelines
    from stillhouse.engine.evaluation.histograms import ScoreSample, score_histograms

    windows = _tested(run)
    sample = ScoreSample(run.name, windows.score.tolist(), windows.label.tolist(), windows.threshold)
    shown, split = _few_recordings(windows)
    found = [
        Picture(
            "A window of traffic as a graph",
            "A node an identifier, as large as it is frequent; lines lead from each frame's identifier to the next one's. "
            "The colour says how much a node adds to the score.",
            drawn_file(lambda file: draw_windows(_windows(run, windows), file)),
        ),
        Picture(
            "Over time",
            f"The score in recordings of {split}, with true episodes, alarms and the threshold.",
            drawn_file(lambda file: draw_timelines([shown], split, file)),
        ),
        Picture(
            "Scores",
            "Benign and attack windows by score; a window above the threshold is an alarm.",
            drawn_file(lambda file: score_histograms([sample], file)),
        ),
    ]
    if draw_ranking_is_possible(windows):
        words = "Receiver operating characteristic and precision over recall; a dot stands where the threshold does."
        found.append(Picture("Ranking", words, drawn_file(lambda file: draw_ranking([windows], file))))
    words = "Share of each recording's windows that raise an alarm: attacks found, and benign windows alarmed about."
    return [*found, Picture("By attack", words, drawn_file(lambda file: draw_alarm_counts([windows], file)))]


def draw_ranking_is_possible(windows: TestedWindows) -> bool:
    """Whether some split has benign windows and attacks, without which nothing can be ranked."""
    splits = [windows.label[windows.split == split] for split in np.unique(windows.split)]
    return any((labels == 0).any() and (labels == 1).any() for labels in splits)


def _tested(run: Run) -> TestedWindows:
    from stillhouse.engine.evaluation.can.tested import load_tested
    from stillhouse.engine.testing import SCORES

    threshold = run.tested.get("metrics", {}).get("detection/threshold")
    if threshold is None:
        raise NothingToShow(f"{run.folder}: was not tested yet: python tools/test.py {run.folder}")
    return load_tested(run.folder / SCORES, run.name, threshold)


def _few_recordings(windows: TestedWindows) -> tuple[TestedWindows, str]:
    """Recordings of one split with attacks as well as traffic between them, as far as there are such."""
    attacked = [
        number for number in np.unique(windows.source).tolist()
        if 0 < (windows.label[windows.source == number] == 1).mean() <= TARGET
    ] or np.unique(windows.source).tolist()  # fmt: skip
    split = windows.sources[attacked[0]].partition("/")[0]
    chosen = [number for number in attacked if windows.sources[number].startswith(f"{split}/")][:RECORDINGS]
    return windows.chosen(np.isin(windows.source, chosen)), split


def _windows(run: Run, windows: TestedWindows) -> list[Window]:
    """The benign window of the middle score, and the attack with the highest, drawn as the network saw them."""
    from stillhouse.engine.trained import load_trained
    from stillhouse.registry import DATASETS

    network = load_trained(run.folder).network.cpu()
    if not hasattr(network, "explained"):
        raise NothingToShow(f"{run.folder}: a {type(network).__name__} does not say what its score is made of")
    data = DATASETS.build(dict(run.config["test_dataloader"]["dataset"]))
    benign, attack = (np.flatnonzero(windows.label == kind) for kind in (0, 1))
    rows = {}
    if len(benign):
        rows["benign"] = benign[np.argsort(windows.score[benign])[len(benign) // 2]]
    if len(attack):
        rows["attack"] = attack[np.argmax(windows.score[attack])]
    return [_window(kind, row, windows, data, network) for kind, row in rows.items()]


def _window(kind: str, row: int, windows: TestedWindows, data: Any, network: Any) -> Window:
    name = windows.sources[windows.source[row]]
    place = _place(data, name, windows.start_s[row])
    packed, batch = data.packed.select(np.array([place])), data.__getitems__([place])
    contributions = network.explained(batch).contributions().detach().numpy()
    word = "alarm" if windows.score[row] > windows.threshold else "no alarm"
    title = f"{kind}, {Path(name).stem}: score {windows.score[row]:.2f}, {word}"
    return Window(title, packed.can_id, packed.node_count, packed.edge_index, packed.edge_attr[:, 0], contributions)


def _place(data: Any, source: str, start_s: float) -> int:
    """Where a scored window stands in the data."""
    names = data.metainfo["sources"]
    number = names.index(source) if source in names else -1
    found = np.flatnonzero((data.packed.source == number) & np.isclose(data.packed.start_s, start_s))
    if not len(found):
        raise NothingToShow(f"{source}: the test data have no window at {start_s:.3f} s any more; test the run again")
    return int(found[0])
