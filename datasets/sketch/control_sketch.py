"""The data set of ControlSketch files that configs name."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from ...registry import DATASETS
from .caption_tokens import CaptionTokens
from .errors import SketchError
from .features import read_features
from .layout import names_digest, read_layout
from .reading import OnError, read_image, read_sketches

Split = Literal["train", "validation", "test"]


@DATASETS.register_module()
class ControlSketch:
    """Sketches of 32 cubic strokes with their classes and, on demand, pictures, caption tokens and cached features.

    Args:
        root: holds ``{train,validation,test}/CATEGORY/*.npz``; looked for here and beside the package.
        split: one of the three.
        image_size: pixels of a side of ``image``; None gives no picture.
        captions: whether to give ``caption_tokens``.
        classes: categories to keep; labels then count these alone.
        features: file of ``write_features`` for this split; gives ``features``.
        on_error: ``raise`` at a file that cannot be used, or ``skip`` all such files and warn once.
        cache_dir: where what was read is kept; None reads all files at every start.
        image_cache_mb: pictures that need no more than this, in MB of uint8, are held in memory and in the cache; others are
            decoded for every batch.
        num_classes: training categories that the networks expect; None takes any number.

    Attributes:
        fields: the keys of a batch.
        class_names: the training categories sorted, then the other ones of the root sorted; labels index it.
        num_classes: of the training categories alone.
        metainfo: counts, the files that were skipped and why, the stroke widths.

    Raises:
        SketchError: the root, a file or an argument cannot be used; see ``read_layout``, ``read_sketches``, ``read_features``.
        ImportError: ``captions`` without open_clip, or pictures without Pillow.

    Source: the data set of SwiftSketch, Arar et al. 2025, arXiv:2502.08642.
    """

    fields = ("strokes", "label", "index")
    made_by = "python tools/make_sketches.py data/sketches"
    random = False

    def __init__(
        self, root: str, split: Split, image_size: int | None = None, captions: bool = False,
        classes: list[str] | None = None, features: str | None = None, on_error: OnError = "raise",
        cache_dir: str | None = "work_dirs/cache", image_cache_mb: int = 512, num_classes: int | None = None,
    ) -> None:  # fmt: skip
        _check(split, image_size, on_error)
        self.fields = self.declared_fields(dict(image_size=image_size, captions=captions, features=features))
        layout = read_layout(root)
        self.class_names, self.num_classes = layout.class_names(classes)
        _check_classes(root, self.num_classes, num_classes)
        files = layout.files(split, classes)
        keep = image_size is not None and len(files) * 3 * image_size**2 <= image_cache_mb * 1_000_000
        self._set = read_sketches(layout.root, files, image_size, keep, on_error, cache_dir)
        self._root, self._image_size = layout.root, image_size
        self._strokes = torch.from_numpy(self._set.strokes)
        places = {name: label for label, name in enumerate(self.class_names)}
        self._labels = torch.tensor([places[file.category] for file in self._set.files], dtype=torch.int64)
        self._tokens = CaptionTokens(self._set.captions) if captions else None
        self._features = None if features is None else read_features(features, self.digest())
        training = layout.files("train", classes) if self.num_classes else []
        self._provenance = names_digest(training)
        self.metainfo = {
            "split": split,
            "classes": {name: int((self._labels == place).sum()) for name, place in places.items()},
            "stroke_width": sorted(set(self._set.stroke_width.tolist())),
            "num_skipped": len(self._set.skipped),
            "skipped": self._set.skipped,
            "image_size": image_size,
            "feature_encoder": self._features and self._features.encoder,
        }

    @classmethod
    def declared_fields(cls, cfg: dict) -> tuple[str, ...]:
        """The keys of a batch for these arguments."""
        wanted = {"image": "image_size", "caption_tokens": "captions", "features": "features"}
        return (*cls.fields, *(key for key, name in wanted.items() if cfg.get(name)))

    def __len__(self) -> int:
        return len(self._labels)

    def __getitems__(self, indices: Sequence[int]) -> dict:
        """A batch of B sketches.

        Args:
            indices: (B,) integers in [0, N).

        Returns:
            ``strokes`` (B, 32, 4, 2) float32 in [-1, 1] and a little beyond, ``label`` and ``index`` (B,) int64; where asked for
            ``image`` (B, 3, H, W) float32 in [0, 1], ``caption_tokens`` (B, 77) int64, ``features`` (B, N, C) float32.

        Raises:
            SketchError: a picture that has been damaged since it was checked.
        """
        index = torch.as_tensor(list(indices), dtype=torch.int64)
        batch = {"strokes": self._strokes[index], "label": self._labels[index], "index": index}
        if self._image_size is not None:
            batch["image"] = self._images(index)
        if self._tokens is not None:
            batch["caption_tokens"] = self._tokens[index]
        if self._features is not None:
            batch["features"] = self._features[index]
        return batch

    def all_strokes(self) -> Tensor:
        """(N, 32, 4, 2) float32, every sketch in order."""
        return self._strokes

    def labels(self) -> Tensor:
        """(N,) int64."""
        return self._labels

    def class_name(self, i: int) -> str:
        """The class of sample i."""
        return self.class_names[int(self._labels[i])]

    @property
    def captions(self) -> list[str]:
        """N texts."""
        return self._set.captions

    @property
    def paths(self) -> list[str]:
        """N files, relative to the root."""
        return [file.name for file in self._set.files]

    def digest(self) -> str:
        """Identifies the files of this very split, in their order, by their names and sizes."""
        return names_digest(self._set.files)

    def provenance(self) -> dict:
        """What a checkpoint must know of the data; the same for every split of a root."""
        return {"digest": self._provenance, "class_names": self.class_names, "num_classes": self.num_classes}

    def _images(self, index: Tensor) -> Tensor:
        if self._set.images is not None:
            found = self._set.images[index.numpy()]
        else:
            files = [self._set.files[i] for i in index.tolist()]
            found = np.stack([read_image(self._root, file, self._image_size or 0) for file in files])
        return torch.from_numpy(found).float().div_(255)


def _check(split: str, image_size: int | None, on_error: str) -> None:
    for name, value, choices in (("split", split, get_args(Split)), ("on_error", on_error, get_args(OnError))):
        if value not in choices:
            raise SketchError(name, repr(value), f"one of {', '.join(choices)}", "Correct the config.")
    if image_size is not None and image_size < 1:
        raise SketchError("image_size", str(image_size), "a positive number of pixels", "None gives no picture.")


def _check_classes(root: str, found: int, expected: int | None) -> None:
    if expected not in (None, found):
        remedy = f"Train with --cfg-options num_classes={found}."
        raise SketchError(f"{root} (num_classes)", f"{found} training categories", str(expected), remedy)
