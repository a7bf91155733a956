"""The images that generators are compared on: held-out ones with their sketches and masks, or those of any folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ....datasets.sketch.control_sketch import ControlSketch, Split
from ....datasets.sketch.image_folder import ImageFolder
from ....datasets.sketch.layout import read_layout
from ....datasets.sketch.sample import read_sample
from .contour import outline
from .splits import stratified


@dataclass(frozen=True)
class Images:
    """Images to draw, and what is known of them.

    Attributes:
        name: of the split or the folder.
        about: in words.
        image: (N, 3, H, W) in [0, 1].
        index: (N,) int64, whose noise each drawing begins from.
        names: N, the class or the file of each.
        strokes: (N, S, 4, 2), the true sketches; None where there are none.
        outlines: N, as ``outline`` gives them; None where there is no mask.
    """

    name: str
    about: str
    image: Tensor
    index: Tensor
    names: list[str]
    strokes: Tensor | None
    outlines: list[Tensor | None]

    @property
    def labelled(self) -> bool:
        """Whether the names are those of classes."""
        return self.strokes is not None

    def __len__(self) -> int:
        return len(self.index)


def held_out(root: str, split: Split, size: int, samples: int, seen: Sequence[str], seed: int = 0) -> Images:
    """Images of a split, each class in proportion, in the order of the data.

    Args:
        root: of ControlSketch files.
        split: ``validation`` or ``test``.
        size: pixels of a side.
        samples: at most.
        seen: classes that the generators were trained on.
        seed: of the choice.

    Raises:
        SketchError: a file that cannot be used.
    """
    data = ControlSketch(root, split, image_size=size)
    labels = data.labels()
    generator = torch.Generator().manual_seed(seed)
    index = stratified(labels, min(samples, len(labels)), generator).sort().values
    batch = data.__getitems__(index.tolist())
    names = [data.class_name(i) for i in index.tolist()]
    folder = read_layout(root).root
    outlines: list[Tensor | None] = [outline(read_sample(folder / data.paths[i]).mask) for i in index.tolist()]
    return Images(split, _about(names, seen), batch["image"], index, names, batch["strokes"], outlines)


def of_folder(folder: str, size: int, samples: int) -> Images:
    """The first images below a folder, of which nothing else is known.

    Raises:
        SketchError: none that can be used.
    """
    data = ImageFolder(folder, size)
    batch = data.__getitems__(range(min(samples, len(data))))
    names = [Path(data.paths[i]).stem for i in batch["index"].tolist()]
    return Images(
        Path(folder).resolve().name,
        f"images of {folder}",
        batch["image"],
        batch["index"],
        names,
        None,
        [None] * len(names),
    )


def _about(names: Sequence[str], seen: Sequence[str]) -> str:
    known = set(names) & set(seen)
    word = "seen" if known == set(names) else "partly seen" if known else "unseen"
    return f"held-out images of {len(set(names))} {word} classes"
