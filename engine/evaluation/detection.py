"""Window-level detection: a threshold from validation data, scores on test data, overall and by group."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ...registry import METRICS
from .gathered import GatheredMetric
from .scores import SCORE_NAMES, calibrate_threshold, detection_scores

BENIGN_ONLY = "unlabelled/benign only"
ATTACKS_ONLY = "attacks only"


@METRICS.register_module()
class DetectionMetric(GatheredMetric):
    """Detection of attacks in windows of traffic, at a threshold fitted on benign validation windows.

    The batch holds ``index``, the target, ``source`` and ``duration_s``, all (B,); the data set's metainfo holds
    ``split`` and ``sources``, the list of file names "split/file" to which ``source`` points. On the split "val" the
    threshold is fitted and kept in ``calibration``; on any other split it must have been loaded.

    Args:
        score: output of the network with one score a window, higher is more suspicious.
        target: key of the batch with 1 for a window that holds an attack, else 0.
        target_fpr: false-positive rate on benign validation windows that the threshold may reach, in [0, 1).
        prefix: put before every result's name.

    Attributes:
        groups: split or source -> results and counts of windows and attacks, of the last evaluation.

    Raises:
        ValueError: ``target_fpr`` outside [0, 1).
    """

    names = SCORE_NAMES
    floors = {"auroc": 0.55}

    def __init__(
        self, score: str = "score", target: str = "y", target_fpr: float = 1e-3, prefix: str = "detection"
    ) -> None:
        super().__init__(prefix=prefix)
        if not 0.0 <= target_fpr < 1.0:
            raise ValueError(
                f"DetectionMetric.target_fpr: got {target_fpr}, expected a fraction in [0, 1), such as 1e-3."
            )
        self.score = score
        self.target = target
        self.target_fpr = target_fpr
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
        """Score, label, source and duration of each window."""
        return {
            "score": self.read(outputs, self.score, "the network's predict(batch)"),
            "label": self.read(batch, self.target, "the batch"),
            "source": self.read(batch, "source", "the batch"),
            "duration_s": self.read(batch, "duration_s", "the batch"),
        }

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """The results over all windows by name, and of each split as ``split/name``; fills ``groups``.

        Raises:
            ValueError: no threshold is known, or the metainfo lacks what the metric reads.
        """
        sources = self._sources(rows["source"])
        threshold = self._threshold(rows)
        self.scored = {"scores": rows["score"], "labels": rows["label"]}
        split_of = [name.partition("/")[0] for name in sources]
        splits = list(dict.fromkeys(split_of))
        in_split = torch.tensor([splits.index(split) for split in split_of])[rows["source"]]
        of_splits = _by_group(rows, in_split, splits, threshold)
        of_sources = _by_group(rows, rows["source"], sources, threshold)
        # Each split, then its files.
        self.groups = dict(sorted((of_splits | of_sources).items()))
        results = _results(rows, threshold)
        for split, found in of_splits.items():
            results |= {f"{split}/{name}": found[name] for name in SCORE_NAMES if name in found and name != "threshold"}
        return results

    def _threshold(self, rows: dict[str, Tensor]) -> float:
        if self._meta("split") == "val":
            threshold = calibrate_threshold(rows["score"][rows["label"] == 0], self.target_fpr)
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


def _by_group(rows: dict[str, Tensor], group: Tensor, names: list[str], threshold: float) -> dict[str, dict]:
    found = {}
    for number, name in enumerate(names):
        chosen = group == number
        if chosen.any():
            found[name] = _group_results({key: values[chosen] for key, values in rows.items()}, threshold)
    return found


def _group_results(rows: dict[str, Tensor], threshold: float) -> dict:
    windows, attacks = len(rows["label"]), int(rows["label"].sum())
    found: dict = {"windows": windows, "attacks": attacks, **_results(rows, threshold)}
    if attacks == 0:
        found["note"] = BENIGN_ONLY
    elif attacks == windows:
        found["note"] = ATTACKS_ONLY
    return found


def _results(rows: dict[str, Tensor], threshold: float) -> dict[str, float]:
    return detection_scores(rows["score"], rows["label"], threshold, rows["duration_s"])
