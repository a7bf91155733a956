"""How beautiful a linear head on a frozen CLIP finds a drawing."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..registry import LOSSES, MODELS
from .drawing import DrawingLoss

ENCODER = dict(type="CLIPEncoder", model="ViT-L-14", pretrained="openai")
WHERE = "https://github.com/LAION-AI/aesthetic-predictor (sa_0_4_vit_l_14_linear.pth)"


@LOSSES.register_module()
class AestheticScore(DrawingLoss):
    """``-score`` of LAION's aesthetic predictor, which was fitted to people's ratings of photos and paintings from 1 to 10.

    Args:
        head: file of the linear head's ``weight`` (1, D) and ``bias`` (1,); None for random weights, which judge nothing.
        encoder: config of the ``CLIPEncoder`` that the head belongs to.
        seed: of the random weights.
        canvas_size, stroke_width, output, time, time_power, weight: see ``DrawingLoss``.

    Raises:
        RuntimeError: no such file, or one of another form.
        ImportError: open_clip is absent; see ``CLIPEncoder`` for its weights.

    Source:
        Schuhmann et al., LAION-5B (2022), arXiv:2210.08402, section on LAION-Aesthetics.
    """

    def __init__(
        self, head: str | None = "data/sa_0_4_vit_l_14_linear.pth", encoder: dict | None = None, seed: int = 0,
        canvas_size: int = 224, stroke_width: float = 2.0, output: str = "strokes", time: str | None = None,
        time_power: float = 0.0, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(canvas_size, stroke_width, output, time, time_power, weight)
        weights = None if head is None else _read_head(Path(head))
        self.encoder: Any = MODELS.build(dict(encoder or ENCODER))
        width = self.encoder.embedding(torch.zeros(1, 3, canvas_size, canvas_size)).shape[1]
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self._held = [nn.Linear(width, 1).requires_grad_(False)]
        if weights is not None:
            if weights["weight"].shape != (1, width):
                raise RuntimeError(
                    f"AestheticScore.head: {head} is for embeddings of width {weights['weight'].shape[-1]}, the encoder's are "
                    f"{width} wide; choose the encoder that it belongs to"
                )
            self._held[0].load_state_dict(weights)

    def penalty(self, strokes: Tensor) -> Tensor:
        return -self._held[0](self.encoder.embedding(self.draw(strokes))).squeeze(1)

    def _apply(self, fn, recurse: bool = True):
        self._held[0]._apply(fn, recurse)
        return super()._apply(fn, recurse)


def _read_head(path: Path) -> dict[str, Tensor]:
    remedy = f"Get it from {WHERE}, or use head=None, whose weights are random."
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise RuntimeError(f"AestheticScore.head: {path} is not there. {remedy}") from error
    except Exception as error:
        raise RuntimeError(f"AestheticScore.head: {path} cannot be read as weights ({error}). {remedy}") from error
    if not isinstance(found, dict) or set(found) != {"weight", "bias"}:
        raise RuntimeError(f"AestheticScore.head: {path} holds no weight and bias of one linear layer. {remedy}")
    return found
