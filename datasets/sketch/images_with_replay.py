"""The data set of distillation: images to draw, and sketches with their images that must not be forgotten."""

import math
from collections.abc import Sequence
from typing import Any

import torch

from ...registry import DATASETS
from .errors import SketchError


@DATASETS.register_module()
class ImagesWithReplay:
    """Each batch of images comes with sketches and their own images, drawn at random from another data set.

    The images need neither sketches nor labels. An epoch goes once through the images; its replayed sketches are drawn with
    replacement by the batch's own seed.

    Args:
        images: config of a data set with ``image``, such as ``ImageFolder``.
        replay: config of a data set with ``strokes`` and ``image``, such as ``ControlSketch`` with an image size; or a list of
            them, of which each sketch of all is drawn equally often.
        replay_ratio: sketches for each image, above 0; at least one a batch.

    Attributes:
        fields: the keys of a batch.
        metainfo: that of both.

    Raises:
        SketchError: a data set without what is needed, pictures of two sizes, or a ratio that is not above 0.
    """

    fields = ("image", "index", "strokes", "replay_image")
    random = True

    def __init__(self, images: dict, replay: dict | list[dict], replay_ratio: float = 1.0) -> None:
        if not replay_ratio > 0:
            raise SketchError("replay_ratio", f"{replay_ratio}", "a number above 0", "0.1 replays next to nothing.")
        self._images: Any = DATASETS.build(images)
        configs = replay if isinstance(replay, list) else [replay]
        self._replays: list[Any] = [DATASETS.build(cfg) for cfg in configs]
        _require("images", self._images, ("image",))
        for dataset in self._replays:
            _require("replay", dataset, ("strokes", "image"))
        self._ratio = replay_ratio
        self._check_sizes()
        self.metainfo = {"images": self._images.metainfo, "replay": [one.metainfo for one in self._replays]}

    def __len__(self) -> int:
        return len(self._images)

    def __getitems__(self, indices: Sequence[int]) -> dict:
        """A batch of B images and R = B x replay_ratio sketches.

        Args:
            indices: (B,) integers in [0, N).

        Returns:
            ``image`` (B, 3, H, W) float32 in [0, 1], ``index`` (B,) int64, ``strokes`` (R, S, 4, 2), ``replay_image``
            (R, 3, H, W).
        """
        own = self._images.__getitems__(indices)
        replayed = self._replayed(max(1, math.ceil(self._ratio * len(own["image"]))))
        index = torch.as_tensor(list(indices), dtype=torch.int64)
        return {
            "image": own["image"],
            "index": index,
            "strokes": replayed["strokes"],
            "replay_image": replayed["image"],
        }

    def provenance(self) -> dict:
        """What a checkpoint must know of the data: that of the first replayed set, on which the generator learnt to draw."""
        first = self._replays[0].provenance()
        return {**first, "images": self._images.provenance().get("digest")}

    def _replayed(self, count: int) -> dict:
        sizes = torch.tensor([len(one) for one in self._replays])
        drawn = torch.randint(int(sizes.sum()), (count,))
        begins = sizes.cumsum(0) - sizes
        parts = []
        for dataset, begin, size in zip(self._replays, begins.tolist(), sizes.tolist()):
            chosen = drawn[(drawn >= begin) & (drawn < begin + size)] - begin
            if len(chosen):
                parts.append(dataset.__getitems__(chosen.tolist()))
        return {key: torch.cat([part[key] for part in parts]) for key in ("strokes", "image")}

    def _check_sizes(self) -> None:
        sizes = {one.metainfo.get("image_size") for one in (self._images, *self._replays)}
        if len(sizes) > 1:
            remedy = "Give all of them one image_size."
            raise SketchError("ImagesWithReplay", f"pictures of {sizes} pixels a side", "one size", remedy)


def _require(role: str, dataset: Any, keys: Sequence[str]) -> None:
    missing = [key for key in keys if key not in dataset.fields]
    if missing:
        got = f"{type(dataset).__name__} with {', '.join(dataset.fields)}"
        remedy = "Give it image_size." if missing == ["image"] else "Choose another data set."
        raise SketchError(f"ImagesWithReplay.{role}", got, f"one with {', '.join(keys)}", remedy)
