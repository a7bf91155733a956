"""The data set of pictures in a folder that configs name."""

import hashlib
import json
import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from ...registry import DATASETS
from .errors import SketchError, SketchWarning
from .images import Fit, read_picture

ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


@DATASETS.register_module()
class ImageFolder:
    """All JPEG, PNG and WebP pictures below a folder as squares, in the order of their paths.

    Each picture is decoded once at the start, so that none fails later; what cannot be used is left out and named. Small
    ones stay in memory.

    Args:
        root: the folder; looked for here and beside the package. Links to folders are not followed.
        image_size: pixels of a side.
        fit: ``pad`` with white to a square, or ``crop`` to the middle one.
        cache_mb: pictures that need no more than this together, in MB of uint8, are held in memory.

    Attributes:
        fields: the keys of a batch.
        paths: of the N pictures in use, relative to the root.
        metainfo: counts, and why each skipped file was skipped.

    Raises:
        SketchError: no such folder, no usable picture in it, or an argument out of range.
        ImportError: Pillow is absent.
    """

    fields = ("image", "index")
    random = False

    def __init__(self, root: str, image_size: int, fit: Fit = "pad", cache_mb: int = 512) -> None:
        if image_size < 1 or fit not in ("pad", "crop"):
            got = f"image_size={image_size}, fit={fit!r}"
            raise SketchError("ImageFolder", got, "a positive size and pad or crop", "Correct the config.")
        self._root = _folder(root)
        self._size = image_size
        self._fit: Fit = fit
        candidates = _pictures(self._root)
        self._kept: dict[str, np.ndarray] | None = None
        if len(candidates) * 3 * image_size**2 <= cache_mb * 1_000_000:
            self._kept = {}
        skipped = {path: fault for path in candidates if (fault := self._fault(path))}
        self.paths = [path for path in candidates if path not in skipped]
        self.metainfo = {"image_size": image_size, "num_skipped": len(skipped), "skipped": skipped, "fit": fit}
        if not self.paths:
            got = f"no usable picture among {len(candidates)} files"
            first = f"The first: {next(iter(skipped.values()))}" if skipped else "Is it the folder that was meant?"
            raise SketchError(root, got, f"at least one of {', '.join(ENDINGS)}", first)
        if skipped:
            names = "\n  ".join(list(skipped.values())[:5])
            note = f"{root}: {len(skipped)} of {len(candidates)} pictures cannot be used and are left out:\n  {names}"
            warnings.warn(note, SketchWarning, stacklevel=2)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitems__(self, indices: Sequence[int]) -> dict:
        """A batch of B pictures.

        Args:
            indices: (B,) integers in [0, N).

        Returns:
            ``image`` (B, 3, H, W) float32 in [0, 1], ``index`` (B,) int64.

        Raises:
            SketchError: a picture that has been damaged since the start.
        """
        index = torch.as_tensor(list(indices), dtype=torch.int64)
        pixels = np.stack([self._read(self.paths[i]) for i in index.tolist()]).transpose(0, 3, 1, 2)
        return {"image": torch.from_numpy(np.ascontiguousarray(pixels)).float().div_(255), "index": index}

    def digest(self) -> str:
        """Identifies the pictures, in their order, by their names and sizes."""
        facts = [[path, (self._root / path).stat().st_size] for path in self.paths]
        return hashlib.sha256(json.dumps(facts).encode("utf-8", "surrogatepass")).hexdigest()

    def provenance(self) -> dict:
        """What a checkpoint must know of the data."""
        return {"digest": self.digest()}

    def _read(self, path: str) -> np.ndarray:
        if self._kept is not None and path in self._kept:
            return self._kept[path]
        return read_picture(self._root / path, self._size, self._fit)

    def _fault(self, path: str) -> str | None:
        """Why a picture cannot be used; one that can is kept where there is room."""
        try:
            pixels = self._read(path)
            if self._kept is not None:
                self._kept[path] = pixels
        except (SketchError, OSError) as error:
            return str(error)
        return None


def _folder(root: str) -> Path:
    candidates = [Path(root), _PACKAGE_ROOT / root]
    found = next((candidate for candidate in candidates if candidate.is_dir()), None)
    if found is None:
        remedy = "Give a folder of pictures; python tools/make_sketches.py data/sketches writes synthetic sketches."
        raise SketchError(root, f"no such folder (looked in {Path.cwd()})", "a folder of pictures", remedy)
    return found


def _pictures(root: Path) -> list[str]:
    """Pictures at any depth, sorted; hidden files and folders are left out, and links to folders, which may go in circles."""
    found = []
    for folder, below, names in os.walk(root, followlinks=False):
        below[:] = [name for name in below if not name.startswith(".")]
        found += [Path(folder, name) for name in names if name.lower().endswith(ENDINGS) and not name.startswith(".")]
    return sorted(path.relative_to(root).as_posix() for path in found)
