"""The data set of real drawings in stroke-3 files that configs name."""

import hashlib
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from ...registry import DATASETS
from .arrays import Content, cached
from .errors import SketchError, SketchWarning
from .stroke3 import polylines, read_stroke3
from .stroke_fitting import fit_drawings, has_line

Split = Literal["train", "valid", "test"]
# Part of every identity: raise it when the fitting changes, so that older caches and checkpoints do not match.
_VERSION = 1
_PIXELS = 112  # half of a canvas of 224
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


@DATASETS.register_module()
class Stroke3Sketches:
    """Human drawings of one kind, their pen lines fitted by cubic strokes.

    Args:
        path: an ``.npz`` file of sketch-rnn's format, such as ``aaron_sheep.npz``; looked for here and beside the package.
        split: a member of it.
        num_strokes: S, of every drawing.
        max_error: drawings of which a point lies farther than this from its stroke are left out and counted, in halves of the
            canvas; the default is 10 pixels at 224.
        cache_dir: where the strokes are kept; None fits at every start (about 4 ms a drawing).

    Attributes:
        fields: the keys of a batch.
        class_names: one, the last word of the file's name.
        num_classes: 1.
        metainfo: the counts and the fitting errors of ``statistics``.

    Raises:
        SketchError: the file or an argument cannot be used, or no drawing is left.

    Source: Ha & Eck, A neural representation of sketch drawings, 2017, arXiv:1704.03477.
    """

    fields = ("strokes", "label", "index")
    random = False
    num_classes = 1

    def __init__(
        self, path: str, split: Split, num_strokes: int = 32, max_error: float = 0.09,
        cache_dir: str | None = "work_dirs/cache",
    ) -> None:  # fmt: skip
        _check(split, num_strokes, max_error)
        file = _found(path)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        identity = [_VERSION, digest, split, num_strokes]
        arrays, facts = cached(cache_dir, "stroke3", identity, lambda: _fitted(file, split, num_strokes))
        kept = arrays["max_error"] <= max_error
        if not kept.any():
            least = float(arrays["max_error"].min())
            got = f"no drawing within {max_error} of its strokes (the best has {least:.3f})"
            raise SketchError(f"{path} ({split})", got, "at least one", "Raise max_error or num_strokes.")
        self.class_names = [file.stem.rpartition("_")[2]]
        self._strokes = torch.from_numpy(arrays["strokes"][kept])
        self._labels = torch.zeros(len(self._strokes), dtype=torch.int64)
        self.fit_errors = {name: arrays[name][kept] for name in ("max_error", "mean_error", "dropped_lines")}
        self._left_out = {"without_lines": facts["without_lines"], "over_max_error": int((~kept).sum())}
        self._provenance = {"digest": digest, "version": _VERSION, "num_strokes": num_strokes, "max_error": max_error}
        self.metainfo = {"split": split, "max_error": max_error, **self.statistics()}
        if facts["without_lines"]:
            note = f"{path} ({split}): {facts['without_lines']} drawings without a line are left out"
            warnings.warn(note, SketchWarning, stacklevel=2)

    def __len__(self) -> int:
        return len(self._strokes)

    def __getitems__(self, indices: Sequence[int]) -> dict:
        """A batch of B drawings.

        Args:
            indices: (B,) integers in [0, N).

        Returns:
            ``strokes`` (B, S, 4, 2) float32, drawn within [-0.9, 0.9], ``label`` (all 0) and ``index`` (B,) int64.
        """
        index = torch.as_tensor(list(indices), dtype=torch.int64)
        return {"strokes": self._strokes[index], "label": self._labels[index], "index": index}

    def all_strokes(self) -> Tensor:
        """(N, S, 4, 2) float32, every drawing in order."""
        return self._strokes

    def labels(self) -> Tensor:
        """(N,) int64, all 0."""
        return self._labels

    def class_name(self, i: int) -> str:
        """The class of sample i."""
        return self.class_names[int(self._labels[i])]

    def statistics(self) -> dict[str, float]:
        """How well the strokes follow the drawings: counts, and errors in halves of the canvas and in pixels at 224."""
        worst, mean, dropped = (self.fit_errors[name] for name in ("max_error", "mean_error", "dropped_lines"))
        values = {
            "mean_error": float(mean.mean()),
            "median_max_error": float(np.median(worst)),
            "p95_max_error": float(np.quantile(worst, 0.95)),
            "largest_error": float(worst.max()),
        }
        pixels = {f"{name}_px_224": value * _PIXELS for name, value in values.items()}
        return {
            "drawings": len(self),
            **self._left_out,
            "dropped_lines": int(dropped.sum()),
            "drawings_with_dropped_lines": int((dropped > 0).sum()),
            **values,
            **pixels,
        }

    def provenance(self) -> dict:
        """What a checkpoint must know of the data; the same for every split."""
        return {**self._provenance, "class_names": self.class_names, "num_classes": 1}


def _check(split: str, num_strokes: int, max_error: float) -> None:
    if split not in get_args(Split):
        raise SketchError("split", repr(split), f"one of {', '.join(get_args(Split))}", "Correct the config.")
    if num_strokes < 1:
        raise SketchError("num_strokes", str(num_strokes), "at least 1", "32 is the default.")
    if not max_error > 0:
        raise SketchError("max_error", str(max_error), "a number above 0", "0.09 is the default.")


def _found(path: str) -> Path:
    candidates = [Path(path), _PACKAGE_ROOT / path]
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None:
        remedy = "Give the path of such a file, or use synthetic sketches: python tools/make_sketches.py data/sketches"
        raise SketchError(path, f"no such file (looked in {Path.cwd()})", "an .npz file of stroke-3 drawings", remedy)
    return found


def _fitted(path: Path, split: str, num_strokes: int) -> Content:
    drawings = [polylines(drawing) for drawing in read_stroke3(path, split)]
    usable = [lines for lines in drawings if has_line(lines)]
    if not usable:
        raise SketchError(
            f"{path} ({split})", "no drawing with a line", "at least one", "Is it the file that was meant?"
        )
    fitted = fit_drawings(usable, num_strokes)
    arrays = {name: getattr(fitted, name) for name in ("strokes", "max_error", "mean_error", "dropped_lines")}
    return arrays, {"without_lines": len(drawings) - len(usable)}
