"""What is measured on drawings of images, and the cosine that was trained against beside it."""

from collections.abc import Mapping, Sequence

import torch
from mmengine.device import get_device
from torch import Tensor

from ...sketch.refinement_loss import build_loss
from .contour import contour_chamfer
from .distillation_images import Images
from .distillation_judges import Judge
from .features import sane
from .geometry import geometry

BATCH = 64
FAULTS = ("gap", "degenerate")
TRAINED_AGAINST = ("similarity", "layer_similarity")


class TrainedAgainst:
    """The loss that a network was distilled by, for its cosines.

    Args:
        cfg: its config, a ``CLIPPerceptual``.
    """

    def __init__(self, cfg: Mapping) -> None:
        self.loss = build_loss(cfg, get_device())

    @torch.no_grad()
    def figures(self, strokes: Tensor, image: Tensor) -> dict[str, float]:
        """The mean cosine of the embeddings of drawing and image, and that of the layers' maps.

        Args:
            strokes: (N, S, 4, 2).
            image: (N, 3, H, W).
        """
        device = get_device()
        parts = list(zip(sane(strokes).split(BATCH), image.split(BATCH)))
        found = {}
        for name in TRAINED_AGAINST:
            cosine = getattr(self.loss, name)
            found[name] = float(
                torch.cat([cosine(drawn.to(device), seen.to(device)) for drawn, seen in parts]).double().mean()
            )
        return found


def measure_drawings(
    strokes: Tensor, images: Images, judges: Sequence[Judge] = (), against: TrainedAgainst | None = None
) -> dict[str, float]:
    """The figures by name.

    ``agreement_JUDGE`` and ``scribble_JUDGE``: shares, of images with a class. ``chamfer``: mean distance between lines and
    outline, of images with a mask, NaN where there is none. ``gap`` and ``degenerate``: see ``geometry``. ``similarity`` and
    ``layer_similarity``: trained against.

    Args:
        strokes: (N, S, 4, 2), a drawing of each image.
        images: what was drawn.
        judges: asked where the images have classes.
        against: the loss that was trained against.
    """
    found: dict[str, float] = {}
    if images.labelled:
        for judge in judges:
            found |= judge.figures(strokes, images.names)
        found["chamfer"] = float(contour_chamfer(strokes, images.outlines).double().nanmean())
    shape = geometry(strokes)
    found |= {name: shape[name] for name in FAULTS}
    return found if against is None else found | against.figures(strokes, images.image)
