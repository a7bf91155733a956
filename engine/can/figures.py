"""What detection reached on a labelled log."""

import numpy as np

MOST_WINDOWS = 2_000_000


class Figures:
    """Scores, labels and lengths of labelled windows, 13 bytes each, of the first two million."""

    def __init__(self) -> None:
        self._parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._windows = 0

    def add(self, score: np.ndarray, y: np.ndarray, duration_s: np.ndarray) -> None:
        """Keep some windows; those without a label or a score are not kept.

        Args:
            score: (G,) float64.
            y: (G,) 1 for an attack, 0 for none, -1 without labels.
            duration_s: (G,) float32.
        """
        keep = (y >= 0) & ~np.isnan(score)
        if keep.any() and self._windows < MOST_WINDOWS:
            self._windows += int(keep.sum())
            self._parts.append((score[keep], y[keep].astype(np.int8), duration_s[keep]))

    def results(self, threshold: float) -> dict[str, float] | None:
        """The figures of ``detection_scores`` and the number of windows; None where nothing was labelled."""
        if not self._parts:
            return None
        import torch

        from ..evaluation.scores import detection_scores

        score, y, duration_s = (torch.from_numpy(np.concatenate(parts)) for parts in zip(*self._parts))
        counted = {"windows": len(y), "attacks": int(y.sum())}
        return {**counted, **detection_scores(score, y, threshold, duration_s)}
