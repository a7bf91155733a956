"""Window-level detection: a threshold from validation data, scores on test data, overall and by group."""

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from ...registry import METRICS
from .attack_names import attack_name
from .gathered import GatheredMetric
from .scores import calibrate_threshold
from .windows import ATTACKS_ONLY, BENIGN_ONLY, RESULT_NAMES, UNLABELLED, Timing, group_results

__all__ = ["ATTACKS_ONLY", "BENIGN_ONLY", "DetectionMetric"]

# Of the results, what stays out of a split's: the threshold is the same everywhere.
ONCE = ("threshold",)


@METRICS.register_module()
class DetectionMetric(GatheredMetric):
    """Detection of attacks in windows of traffic, at a threshold fitted on benign validation windows.

    The batch holds ``index``, the target, ``source`` and ``duration_s``, all (B,), and ``start_s`` where episodes are wanted;
    the data set's metainfo holds ``split`` and ``sources``, the list of file names "split/file" to which ``source`` points,
    and may hold ``window``, ``stride`` and ``unlabelled_sources``. On the split "val" the threshold is fitted and kept in
    ``calibration``; on any other split it must have been loaded.

    The windows of a source without labels count nowhere but in its own group, which says how many of them alarm. Of a split
    with attacks there is also ``recall_NAME``, the share of the attack windows found in its recordings of that attack.

    Args:
        score: output of the network with one score a window, higher is more suspicious.
        target: key of the batch with 1 for a window that holds an attack, else 0.
        target_fpr: false-positive rate on benign validation windows that the threshold may reach, in [0, 1).
        prefix: put before every result's name.
        floor: the threshold is never below it, as 6.9 for log-odds: an alarm that is wrong once in a thousand by the network's
            own belief. Benign windows of the training drives alone may lie far below those of another day. None sets no floor.
        join_s: a pause of at most so many seconds does not end an episode, at least 0.
        tolerance: windows by which an alarm may miss an attack in ``f1_tolerant``, at least 0.

    Attributes:
        groups: split or source -> results and counts of windows and attacks, of the last evaluation.
        scored: the windows of the last evaluation: scores, labels (-1 without), sources and times.

    Raises:
        ValueError: ``target_fpr`` outside [0, 1), or a negative pause or tolerance.
    """

    names = RESULT_NAMES
    output_args, batch_args = ("score",), ("target",)
    floors = {"auroc": 0.55}

    def __init__(
        self, score: str = "score", target: str = "y", target_fpr: float = 1e-3, prefix: str = "detection",
        floor: float | None = None, join_s: float = 1.0, tolerance: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(prefix=prefix)
        if not 0.0 <= target_fpr < 1.0:
            raise ValueError(
                f"DetectionMetric.target_fpr: got {target_fpr}, expected a fraction in [0, 1), such as 1e-3."
            )
        if join_s < 0 or tolerance < 0:
            raise ValueError(
                f"DetectionMetric: got join_s={join_s} and tolerance={tolerance}, expected both at least 0, such as 1.0 s "
                "and 1 window."
            )
        self.score = score
        self.target = target
        self.target_fpr = target_fpr
        self.floor = -math.inf if floor is None else floor
        self.join_s, self.tolerance = join_s, tolerance
        self.groups: dict[str, dict] = {}

    def load_calibration(self, calibration: Mapping) -> None:
        """Take over a threshold fitted on validation data.

        Args:
            calibration: the ``calibration`` of a metric that has evaluated the split "val".

        Raises:
            ValueError: it holds no threshold, or one for another false-positive rate.
        """
        if "threshold" not in calibration:
            raise ValueError(
                f"DetectionMetric: the calibration has no 'threshold', only {sorted(calibration)}. "
                "Run a validation, and load the calibration that it leaves."
            )
        fitted_for = calibration.get("target_fpr")
        if fitted_for != self.target_fpr:
            raise ValueError(
                f"DetectionMetric.target_fpr: the threshold was fitted for {fitted_for}, the config asks for "
                f"{self.target_fpr}. Run the validation again, or set target_fpr={fitted_for}."
            )
        super().load_calibration(calibration)

    def rows(self, batch: Mapping, outputs: Mapping) -> dict[str, Tensor]:
        """Score, label, source, duration and, where the batch has it, start of each window."""
        rows = {
            "score": self.read(outputs, self.score, "the network's predict(batch)"),
            "label": self.read(batch, self.target, "the batch"),
            "source": self.read(batch, "source", "the batch"),
            "duration_s": self.read(batch, "duration_s", "the batch"),
        }
        return rows | ({"start_s": self.read(batch, "start_s", "the batch")} if "start_s" in batch else {})

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """The results over all windows by name, and of each split as ``split/name``; fills ``groups`` and ``scored``.

        Raises:
            ValueError: no threshold is known, or the metainfo lacks what the metric reads.
        """
        sources = self._sources(rows["source"])
        threshold = self._threshold(rows)
        rows = self._without_labels(rows, sources)
        self.scored = {"scores": rows["score"], "labels": rows["label"], "sources": np.array(sources)}
        self.scored |= {name: rows[name] for name in ("source", "start_s", "duration_s") if name in rows}
        splits = list(dict.fromkeys(name.partition("/")[0] for name in sources))
        in_split = _positions([splits.index(name.partition("/")[0]) for name in sources], rows)
        of_splits = self._by_group(rows, in_split, splits, threshold)
        of_sources = self._by_group(rows, rows["source"], sources, threshold)
        # Each split, then its files.
        self.groups = dict(sorted((of_splits | of_sources).items()))
        results = _named(group_results(rows, threshold, self._timing()))
        for split, found in of_splits.items():
            found = _named(found) | self._recalls(rows, sources, split, threshold)
            results |= {f"{split}/{name}": value for name, value in found.items() if name not in ONCE}
        return results

    def _timing(self) -> Timing:
        meta = self.dataset_meta or {}
        return Timing(self.join_s, self.tolerance, meta.get("window"), meta.get("stride"))

    def _without_labels(self, rows: dict[str, Tensor], sources: list[str]) -> dict[str, Tensor]:
        """The rows with the label -1 for every window of an unlabelled source."""
        named = set((self.dataset_meta or {}).get("unlabelled_sources", ()))
        unlabelled = torch.tensor([name in named for name in sources])[rows["source"]]
        return {**rows, "label": rows["label"].masked_fill(unlabelled, UNLABELLED)}

    def _by_group(self, rows: dict[str, Tensor], group: Tensor, names: list[str], threshold: float) -> dict[str, dict]:
        found = {}
        for number, name in enumerate(names):
            chosen = group == number
            if chosen.any():
                found[name] = group_results(_chosen(rows, chosen), threshold, self._timing())
        return found

    def _recalls(self, rows: dict[str, Tensor], sources: list[str], split: str, threshold: float) -> dict[str, float]:
        """``recall_NAME`` of each attack in a split's recordings."""
        named = [attack_name(name) if name.partition("/")[0] == split else "" for name in sources]
        attacks = list(dict.fromkeys(named))
        of_row = _positions([attacks.index(name) for name in named], rows)
        found = {}
        for number, name in enumerate(attacks):
            attacked = (of_row == number) & (rows["label"] == 1)
            if name and attacked.any():
                found[f"recall_{name}"] = float((rows["score"][attacked] > threshold).double().mean())
        return found

    def _threshold(self, rows: dict[str, Tensor]) -> float:
        if self._meta("split") == "val":
            threshold = max(calibrate_threshold(rows["score"][rows["label"] == 0], self.target_fpr), self.floor)
            self.calibration = {"threshold": threshold, "target_fpr": self.target_fpr}
        if not self.calibration:
            raise ValueError(
                f"DetectionMetric: no threshold for the split {self._meta('split')!r}. It is fitted on the split "
                "'val': run a validation first, or test from a checkpoint that holds its calibration."
            )
        return self.calibration["threshold"]

    def _sources(self, source: Tensor) -> list[str]:
        sources = list(self._meta("sources"))
        low, high = int(source.min()), int(source.max())
        if low < 0 or high >= len(sources):
            raise ValueError(
                f"DetectionMetric: the batch's 'source' runs from {low} to {high}, but the metainfo lists "
                f"{len(sources)} sources. It must be a position in metainfo['sources']."
            )
        return sources

    def _meta(self, key: str):
        meta = self.dataset_meta or {}
        if key not in meta:
            raise ValueError(
                f"DetectionMetric: the data set's metainfo has no {key!r}, only {sorted(meta)}. "
                "Add it to the data set's metainfo."
            )
        return meta[key]


def _positions(of_source: list[int], rows: dict[str, Tensor]) -> Tensor:
    return torch.tensor(of_source)[rows["source"]]


def _chosen(rows: dict[str, Tensor], chosen: Tensor) -> dict[str, Tensor]:
    return {name: values[chosen] for name, values in rows.items()}


def _named(found: dict) -> dict[str, float]:
    """The results, without counts and notes."""
    return {name: found[name] for name in (*RESULT_NAMES, "alarm_rate") if name in found}
