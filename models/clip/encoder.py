"""A frozen CLIP that looks at images: tokens, an embedding, or maps of its layers, with gradients to the images."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...registry import MODELS
from .weights import load_clip, require_open_clip


@MODELS.register_module()
class CLIPEncoder(nn.Module):
    """A pretrained CLIP in evaluation mode, without gradients to its parameters.

    It is absent from ``state_dict``, ``parameters()`` and copies made by ``deepcopy``, and never changes to training mode.
    Images of any size are resized and normalised here, differentiably.

    Args:
        model: open_clip's name of the architecture.
        pretrained: a tag of that model (``openai``, ``laion2b_s34b_b79k``, ...) or a file; None for random weights.
        trained: ``dict(config=..., checkpoint="auto")`` for a ``ContrastiveCLIP`` trained here; takes the place of the two.
        image_size: side of the images that the network sees, in pixels; None for its own.
        token_layer: whose tokens ``tokens`` gives, negative from the end: a block of a transformer, or a stage of a ResNet
            (0 the stem, 1 to 4).
        layers: whose maps ``maps`` gives where the call names none; counted as ``token_layer``.

    Attributes:
        name: of the model and its weights, for reports and caches; random weights are named as such.
        size: side of the images that the network sees, in pixels.

    Raises:
        ImportError: open_clip is absent.
        ValueError: an unknown model or tag.
        RuntimeError: the weights can be neither found nor downloaded.

    Source:
        Radford et al., Learning Transferable Visual Models From Natural Language Supervision (2021), arXiv:2103.00020.
    """

    def __init__(
        self, model: str = "ViT-B-32", pretrained: str | None = "openai", trained: dict | None = None,
        image_size: int | None = None, token_layer: int = -1, layers: Sequence[int] = (-2,),
    ) -> None:  # fmt: skip
        super().__init__()
        open_clip = require_open_clip("CLIPEncoder")
        clip, self.name = _from_here(trained) if trained else _from_open_clip(model, pretrained, image_size)
        cfg = open_clip.get_model_preprocess_cfg(clip)
        size = image_size or cfg["size"]
        self.size = int(size[0] if isinstance(size, (tuple, list)) else size)
        self.token_layer, self.layers = token_layer, tuple(layers)
        mean, std = (cfg.get(key) or getattr(open_clip, f"OPENAI_DATASET_{key.upper()}") for key in ("mean", "std"))
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)
        self._held: list[Any] = [clip.eval().requires_grad_(False)]
        # The only structure that differs: a transformer has tokens, and a ResNet has maps alone.
        self._has_tokens = hasattr(clip.visual, "transformer")

    @property
    def clip(self) -> Any:
        """open_clip's model; hidden in a list from PyTorch's bookkeeping."""
        return self._held[0]

    def tokens(self, images: Tensor) -> Tensor:
        """The tokens of ``token_layer``: the class token, then the patches row by row; of a ResNet the places of its map.

        Args:
            images: (B, 3, H, W) in [0, 1].

        Returns:
            (B, N, C); (B, 50, 768) for ViT-B-32, after its last layer norm.
        """
        if not self._has_tokens:
            return self.maps(images, [self.token_layer])[0].flatten(2).mT
        found = self.clip.visual.forward_intermediates(
            self.prepare(images), indices=[self.token_layer], normalize_intermediates=True, output_fmt="NLC",
            output_extra_tokens=True,
        )  # fmt: skip
        return torch.cat([found["image_intermediates_prefix"][0], found["image_intermediates"][0]], 1)

    def embedding(self, images: Tensor) -> Tensor:
        """The joint space's vector of each image: (B, 3, H, W) in [0, 1] to (B, D) of length 1."""
        return F.normalize(self.clip.encode_image(self.prepare(images)), dim=-1)

    def caption_embedding(self, tokens: Tensor) -> Tensor:
        """The joint space's vector of each caption: (B, 77) int64 of open_clip's tokenizer to (B, D) of length 1."""
        return F.normalize(self.clip.encode_text(tokens[:, : self.clip.context_length]), dim=-1)

    def maps(self, images: Tensor, layers: Sequence[int] | None = None) -> list[Tensor]:
        """What layers see, place by place.

        Args:
            images: (B, 3, H, W) in [0, 1].
            layers: blocks of a transformer (whose class token is left out) or stages of a ResNet; None for the config's.

        Returns:
            A (B, C, h, w) a layer, in the order of the network.
        """
        chosen = self.layers if layers is None else layers
        found = self.clip.visual.forward_intermediates(
            self.prepare(images), indices=list(chosen), intermediates_only=True, output_fmt="NCHW"
        )
        return found["image_intermediates"]

    forward = embedding

    def prepare(self, images: Tensor) -> Tensor:
        """Images (B, 3, H, W) in [0, 1] as the network expects them: resized with antialiasing, normalised.

        Raises:
            ValueError: another shape.
        """
        if images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(f"CLIPEncoder: got images of shape {tuple(images.shape)}, expected (B, 3, H, W) in [0, 1]")
        if images.shape[-2:] != (self.size, self.size):
            images = F.interpolate(images, (self.size, self.size), mode="bicubic", antialias=True)
        return (images - self.mean) / self.std  # type: ignore[operator]

    def _apply(self, fn, recurse: bool = True):
        self.clip._apply(fn, recurse)
        return super()._apply(fn, recurse)

    def __deepcopy__(self, memo: dict) -> "CLIPEncoder":
        return self


def _from_open_clip(model: str, pretrained: str | None, image_size: int | None) -> tuple[Any, str]:
    clip = load_clip(model, pretrained, image_size)
    return clip, f"{model}, {pretrained or 'random weights'}"


def _from_here(trained: dict) -> tuple[Any, str]:
    """The CLIP inside a network trained by another config.

    Raises:
        ValueError: that config's network holds none.
    """
    network = MODELS.build({"type": "FrozenModel", **trained}).network
    if not hasattr(network, "clip"):
        raise ValueError(
            f"CLIPEncoder.trained: {trained['config']} trains a {type(network).__name__}, expected a ContrastiveCLIP"
        )
    return network.clip, f"the CLIP of {trained['config']}"
