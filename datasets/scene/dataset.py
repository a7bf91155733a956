"""The data set of rendered scenes that configs name."""

import hashlib
import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch

from ...registry import DATASETS
from .encoding import encode
from .errors import SceneError, SceneWarning
from .store import SceneStore

Split = Literal["train", "validation", "test"]
OnError = Literal["raise", "skip"]
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_SHOWN = 5


@DATASETS.register_module()
class SceneRenders:
    """Scenes and their images from a folder of ``tools/generate_scenes.py``.

    The split of a scene depends on its index and the seed alone: scenes that are added later move no other one.

    Args:
        root: holds ``images/`` and ``params/``; looked for here and beside the package.
        split: one of the three.
        image_size: pixels of a side; larger images are reduced by averaging.
        fractions: of the train, validation and test splits; positive or 0, with the sum 1.
        seed: of the split.
        on_error: ``raise`` at a file that cannot be read, or ``skip`` all such pairs at the start and warn once.
        image_cache_mb: images that need no more than this, in MB of uint8, are read at the start and held in memory; others
            are read for every batch.
        most: the first so many scenes of the split alone; None takes all.

    Attributes:
        fields: the keys of a batch.
        params: (N, D) float32, the vectors of ``encoding.encode``.
        indices: (N,) int64, the numbers of the scenes.
        metainfo: counts, and the pairs that were skipped and why.

    Raises:
        SceneError: the root, a file or an argument cannot be used; names it.
    """

    fields = ("image", "params", "index")
    made_by = "python tools/generate_scenes.py 5000"
    random = False

    def __init__(
        self, root: str, split: Split, image_size: int = 64, fractions: Sequence[float] = (0.8, 0.1, 0.1), seed: int = 0,
        on_error: OnError = "raise", image_cache_mb: int = 1024, most: int | None = None,
    ) -> None:  # fmt: skip
        _check(split, image_size, fractions, on_error)
        self._store, self._size = SceneStore(_folder(root)), image_size
        splits = divide(self._store.complete(), fractions, seed)
        chosen = splits[split][:most]
        if not chosen:
            remedy = f"python tools/generate_scenes.py 1000 --out {root} writes some; see also fractions."
            raise SceneError(f"{root} (split={split!r})", "no scene", "at least one", remedy)
        keep = len(chosen) * 3 * image_size**2 <= image_cache_mb * 1_000_000
        self._skipped: dict[str, str] = {}
        self._read(chosen, keep, on_error)
        self._provenance = self._digest(splits["train"])
        self.metainfo = {
            "split": split,
            "image_size": image_size,
            "num_skipped": len(self._skipped),
            "skipped": self._skipped,
        }

    def __len__(self) -> int:
        return len(self.indices)

    def __getitems__(self, indices: Sequence[int]) -> dict:
        """A batch of B scenes.

        Args:
            indices: (B,) integers in [0, N).

        Returns:
            ``image`` (B, 3, S, S) float32 in [0, 1], ``params`` (B, D) float32, ``index`` (B,) int64, the scenes' numbers.

        Raises:
            SceneError: an image that has been damaged since the start.
        """
        rows = torch.as_tensor(list(indices), dtype=torch.int64)
        image = torch.from_numpy(self._images[rows.numpy()] if self._images is not None else self._load(rows))
        return {"image": image.float().div_(255), "params": self.params[rows], "index": self.indices[rows]}

    def scenes(self, indices: Sequence[int]) -> list[dict]:
        """The plain scenes of some rows, as they are stored."""
        return [self._store.read_scene(int(self.indices[row])) for row in indices]

    def provenance(self) -> dict:
        """What a checkpoint must know of the data; the same for every split of a root."""
        return {"digest": self._provenance}

    def _read(self, chosen: list[int], keep: bool, on_error: OnError) -> None:
        """Fill ``params``, ``indices`` and, where they are kept, the images."""
        scenes, pictures, used = [], [], []
        for index in chosen:
            try:
                scene = self._store.read_scene(index)
                picture = self._picture(index) if keep or on_error == "skip" else None
            except SceneError as error:
                if on_error == "raise":
                    raise
                self._skipped[f"{index:06d}"] = str(error)
                continue
            scenes.append(scene)
            used.append(index)
            if keep:
                pictures.append(picture)
        if not used:
            got, first = f"no readable pair among {len(chosen)}", next(iter(self._skipped.values()))
            raise SceneError(self._store.root, got, "at least one", f"The first: {first}")
        self._warn(len(chosen))
        self.params, self.indices = encode(scenes), torch.tensor(used, dtype=torch.int64)
        self._images = np.stack(pictures) if keep else None

    def _load(self, rows: torch.Tensor) -> np.ndarray:
        return np.stack([self._picture(index) for index in self.indices[rows].tolist()])

    def _picture(self, index: int) -> np.ndarray:
        """(3, S, S) uint8."""
        return self._store.read_image(index, self._size).transpose(2, 0, 1)

    def _warn(self, count: int) -> None:
        if self._skipped:
            faults = "\n  ".join(list(self._skipped.values())[:_SHOWN])
            note = f"{self._store.root}: {len(self._skipped)} of {count} scenes cannot be used and are left out:\n  {faults}"
            warnings.warn(note, SceneWarning, stacklevel=4)

    def _digest(self, training: list[int]) -> str:
        """SHA-256 of the numbers and sizes of the training files: the same after a copy, another once one is changed."""
        store = self._store
        facts = [[i, store.image_path(i).stat().st_size, store.params_path(i).stat().st_size] for i in training]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def divide(indices: Sequence[int], fractions: Sequence[float], seed: int) -> dict[str, list[int]]:
    """The indices of each split; where one goes depends on itself, the fractions and the seed alone.

    Args:
        indices: of scenes.
        fractions: of train, validation and test, with the sum 1.
        seed: of the split.
    """
    train, validation = fractions[0], fractions[0] + fractions[1]
    found: dict[str, list[int]] = {name: [] for name in get_args(Split)}
    for index in indices:
        place = _place(index, seed)
        found["train" if place < train else "validation" if place < validation else "test"].append(index)
    return found


def _place(index: int, seed: int) -> float:
    """A number in [0, 1) that a hash makes of an index."""
    content = hashlib.sha256(f"split {seed} {index}".encode()).digest()
    return int.from_bytes(content[:6], "big") / 2**48


def _check(split: str, image_size: int, fractions: Sequence[float], on_error: str) -> None:
    for name, value, choices in (("split", split, get_args(Split)), ("on_error", on_error, get_args(OnError))):
        if value not in choices:
            raise SceneError(name, repr(value), f"one of {', '.join(choices)}", "Correct the config.")
    if image_size < 1:
        raise SceneError("image_size", str(image_size), "a positive number of pixels", "Correct the config.")
    if len(fractions) != 3 or min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise SceneError("fractions", str(fractions), "three numbers with the sum 1", "Take (0.8, 0.1, 0.1).")


def _folder(root: str) -> Path:
    candidates = [Path(root), _PACKAGE_ROOT / root]
    found = next((candidate for candidate in candidates if candidate.is_dir()), None)
    if found is None:
        remedy = f"python tools/generate_scenes.py 1000 --out {root} writes one."
        raise SceneError(root, f"no such folder (looked in {Path.cwd()})", "a folder of rendered scenes", remedy)
    return found
