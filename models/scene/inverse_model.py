"""The inverse model: which scene an image shows."""

from typing import Any

import torch
from torch import Tensor, nn

from ...datasets.scene.layout import entries
from ...datasets.scene.schema import MAX_LAYERS
from ...registry import MODELS
from ..network import Network
from .relaxation import Relaxation, hardened, relaxed, with_layers

BACKBONE = dict(type="TimmBackbone")
GROUPS = {
    "continuous": ("scene", "value"),
    "boolean": ("scene", "flag"),
    "categorical": ("scene", "choice"),
    "layers": ("layers", "value", "choice", "presence", "set"),
}


@MODELS.register_module()
class InverseModel(Network):
    """Sees an image and says every parameter of its scene: a backbone, and a head a kind of parameter.

    Args:
        backbone: config of what turns images into features; DINOv2-S/14 of timm by default, ``SceneResNet`` offline.
        hidden: features between backbone and heads.
        dropout: before the heads, in [0, 1).
        relaxation: how ``soft_params`` treats categories and booleans: ``soft`` shares, or ``straight-through``.

    Shapes:
        batch["image"] (B, 3, H, W) in [0, 1]. Outputs: ``logits`` (B, D) in the layout of ``datasets.scene.encoding``;
        ``layer_count`` (B, 6) logits of 0 to 5 layers; ``soft_params`` (B, D) in [0, 1], for a frozen proxy; ``params`` (B, D),
        the scene that the image is taken for, without gradients to its categories.
    """

    outputs = ("logits", "layer_count", "soft_params", "params")
    inputs = ("image",)
    prepares = ("layer_count",)
    order: Tensor

    def __init__(
        self, backbone: dict = BACKBONE, hidden: int = 768, dropout: float = 0.1, relaxation: Relaxation = "soft"
    ) -> None:
        super().__init__()
        self.backbone: Any = MODELS.build(dict(backbone))
        self.relaxation: Relaxation = relaxation
        self.trunk = nn.Sequential(nn.Linear(self.backbone.width, hidden), nn.GELU(), nn.Dropout(dropout))
        places = [_places(*group) for group in GROUPS.values()]
        sizes = dict(zip(GROUPS, map(len, places)), layer_count=MAX_LAYERS + 1)
        self.heads = nn.ModuleDict({name: _head(hidden, size) for name, size in sizes.items()})
        # The heads' outputs one after the other stand in this order; its inverse is the vector's.
        self.register_buffer("order", torch.cat(places).argsort(), persistent=False)

    def prepare(self, batch: dict) -> dict:
        """With scenes given, the number of their layers as a class."""
        if "params" not in batch:
            return batch
        presence = entries("layers", "presence").index.to(batch["params"].device)
        return {**batch, "layer_count": batch["params"][:, presence].sum(1).round().long()}

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """Logits, and the soft and hard scenes that they stand for."""
        features = self.trunk(self.backbone(batch["image"]))
        found = {name: head(features).float() for name, head in self.heads.items()}
        count = found.pop("layer_count")
        logits = torch.cat(list(found.values()), 1)[:, self.order]
        soft = relaxed(logits, self.relaxation)
        params = with_layers(hardened(soft), count.argmax(1))
        return {"logits": logits, "layer_count": count, "soft_params": soft, "params": params}


def _places(part, *roles: str) -> Tensor:
    """(n,) int64: every place of the vector that these fields take."""
    fields = entries(part, *roles).fields
    return torch.cat([torch.arange(field.slice.start, field.slice.stop) for field in fields])


def _head(width: int, size: int) -> nn.Module:
    return nn.Sequential(nn.Linear(width, width // 2), nn.GELU(), nn.Linear(width // 2, size))
