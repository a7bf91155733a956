"""A CLIP small enough to train on a CPU, for photos, sketches and captions."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ...registry import MODELS
from ..network import Network
from .scribbles import SCRIBBLE, scribbles_like
from .views import colour_jitter, random_warps, random_widths, warp_images, warp_strokes
from .weights import require_open_clip

GREATEST_SCALE = 100.0


@MODELS.register_module()
class ContrastiveCLIP(Network):
    """open_clip's ``ModifiedResNet`` and text transformer, both small; photos and drawn sketches share the image tower.

    In training ``prepare`` gives each photo and its sketch the same random warp, the photo other colours, the sketch another
    stroke width and some noise. The sketch is drawn by the renderer and seen in three equal channels. With ``scribbles`` drawings
    of nothing stand beside the sketches, under a caption of their own, so that no scribble is near any photo.

    Args:
        embedding_width: of the joint space.
        width: channels of the ResNet's first stage.
        blocks: in its four stages.
        image_size: side of the images, in pixels; a multiple of 32.
        text_width, text_layers, text_heads: of the text transformer.
        context_length: tokens of a caption; longer ones lose their end.
        renderer: config of a stroke renderer; ``BezierRasterizer`` at ``image_size`` with 1 px by default.
        noise: standard deviation of the noise on control points, in canvas units.
        augment: False leaves all views as they are.
        scribbles: drawings of nothing in a training batch.
        map_layers: stages of the ResNet whose maps are outputs too, 0 the stem, 1 to 4.

    Attributes:
        clip: open_clip's model.

    Shapes:
        batch["image"] (B, 3, image_size, image_size) in [0, 1], batch["strokes"] (B, S, 4, 2), batch["caption_tokens"]
        (B, L) int64. Outputs: ``image_embedding``, ``text_embedding``, ``sketch_embedding``, each (B, embedding_width) of
        length 1, and ``logit_scale``, one number for all. ``drawn_embedding`` and ``drawn_text`` (B + N, embedding_width)
        are sketches and their captions followed by the N scribbles and theirs; batch["drawn_label"] (B + N,) is -1 for these.
        ``image_map_K`` and ``sketch_map_K`` (B, C, h, w) for each K of ``map_layers``.

    Raises:
        ImportError: open_clip is absent.
        ValueError: an image size that is no multiple of 32; at a step, images of another size.

    Source:
        Radford et al., Learning Transferable Visual Models From Natural Language Supervision (2021), arXiv:2103.00020.
    """

    outputs = ("image_embedding", "text_embedding", "sketch_embedding", "drawn_embedding", "drawn_text", "logit_scale")
    inputs = ("image", "caption_tokens", "strokes")
    prepares = ("sketch_image", "scribble_image", "drawn_label")
    kd_refusal = "its embeddings mean something beside each other only; use it as CLIPEncoder(trained=...)"
    sharding_refusal = "open_clip keeps its temperature as a parameter without dimensions"
    vocabulary_modules = ("clip.token_embedding",)

    def __init__(
        self, embedding_width: int = 64, width: int = 16, blocks: Sequence[int] = (1, 1, 1, 1), image_size: int = 64,
        text_width: int = 64, text_layers: int = 1, text_heads: int = 2, context_length: int = 32,
        renderer: dict | None = None, noise: float = 0.01, augment: bool = True, scribbles: int = 0,
        map_layers: Sequence[int] = (),
    ) -> None:  # fmt: skip
        super().__init__()
        _check_arguments(image_size, scribbles, map_layers)
        open_clip = require_open_clip("ContrastiveCLIP")
        vision = open_clip.CLIPVisionCfg(layers=tuple(blocks), width=width, head_width=2 * width, image_size=image_size)
        text = open_clip.CLIPTextCfg(
            context_length=context_length, width=text_width, heads=text_heads, layers=text_layers
        )
        self.clip: Any = open_clip.CLIP(embedding_width, vision, text)
        self.image_size, self.noise, self.augment = image_size, noise, augment
        self.scribbles, self.map_layers = scribbles, tuple(map_layers)
        self.outputs = self.declared_outputs(dict(map_layers=map_layers))
        self.register_buffer("scribble_tokens", open_clip.SimpleTokenizer()([SCRIBBLE], 77), persistent=False)
        default = dict(type="BezierRasterizer", canvas_size=image_size, stroke_width=1.0)
        self.renderer = MODELS.build(dict(renderer or default))
        mean, std = torch.tensor(open_clip.OPENAI_DATASET_MEAN), torch.tensor(open_clip.OPENAI_DATASET_STD)
        self.register_buffer("mean", mean.view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", std.view(1, 3, 1, 1), persistent=False)

    @classmethod
    def declared_outputs(cls, cfg: dict) -> tuple[str, ...]:
        """The names of the outputs that a config makes it give."""
        return (
            *cls.outputs,
            *(f"{kind}_map_{layer}" for layer in cfg.get("map_layers", ()) for kind in ("image", "sketch")),
        )

    @torch.no_grad()
    def prepare(self, batch: dict) -> dict:
        """The batch with ``sketch_image`` (B, 3, H, W), ``scribble_image`` (N, 3, H, W) and, in training, an augmented ``image``.

        N is 0 in evaluation.

        Raises:
            ValueError: images of another size than ``image_size``.
        """
        image, strokes, width = batch["image"], batch["strokes"], None
        if image.shape[1:] != (3, self.image_size, self.image_size):
            raise ValueError(
                f"ContrastiveCLIP: got images of shape {tuple(image.shape)}, expected (B, 3, {self.image_size}, "
                f"{self.image_size}); give the data set image_size={self.image_size}"
            )
        scribbles = scribbles_like(strokes, self.scribbles if self.training else 0)
        if self.training and self.augment:
            warps = random_warps(image)
            image = colour_jitter(warp_images(image, warps))
            strokes = warp_strokes(strokes, warps) + self.noise * torch.randn_like(strokes)
            width = random_widths(torch.cat([strokes, scribbles]), 0.7, 1.6) * self.renderer.stroke_width
        drawn = self.renderer(torch.cat([strokes, scribbles]), width).unsqueeze(1).expand(-1, 3, -1, -1)
        seen = {"image": image, "sketch_image": drawn[: len(image)], "scribble_image": drawn[len(image) :]}
        return {**batch, **seen, **self._drawn_labels(batch, len(scribbles))}

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """The embeddings of photos, captions and drawings, the factor of their cosines, and the maps asked for."""
        count, scribbles = len(batch["image"]), batch["scribble_image"]
        seen = torch.cat([batch["image"], batch["sketch_image"], scribbles])
        # One pass, so that batch statistics are those of all kinds, as the running ones are.
        embeddings, maps = self._embed_images((seen - self.mean) / self.std)  # type: ignore[operator]
        image, drawn = embeddings[:count], embeddings[count:]
        tokens = batch["caption_tokens"]
        nothing = F.pad(self.scribble_tokens, (0, max(tokens.shape[1] - 77, 0)))[:, : tokens.shape[1]]  # type: ignore[arg-type]
        text = self.embed_captions(torch.cat([tokens, nothing.expand(len(scribbles), -1)]))
        return {
            "image_embedding": image,
            "text_embedding": text[:count],
            "sketch_embedding": drawn[:count],
            "drawn_embedding": drawn,
            "drawn_text": text,
            "logit_scale": self.clip.logit_scale.exp().clamp(max=GREATEST_SCALE),
            **{f"image_map_{layer}": found[:count] for layer, found in maps.items()},
            **{f"sketch_map_{layer}": found[count : 2 * count] for layer, found in maps.items()},
        }

    def _embed_images(self, images: Tensor) -> tuple[Tensor, dict[int, Tensor]]:
        if not self.map_layers:
            return self.clip.encode_image(images, normalize=True), {}
        # The last stage is asked for too: open_clip goes no further than the last one asked for, and pools what it has.
        found = self.clip.visual.forward_intermediates(images, indices=sorted({*self.map_layers, 4}))
        maps = dict(zip(sorted(self.map_layers), found["image_intermediates"]))
        return F.normalize(found["image_features"], dim=-1), maps

    @staticmethod
    def _drawn_labels(batch: dict, scribbles: int) -> dict[str, Tensor]:
        label = batch.get("label")
        return {} if label is None else {"drawn_label": torch.cat([label, label.new_full((scribbles,), -1)])}

    def embed_captions(self, tokens: Tensor) -> Tensor:
        """Captions (B, L) int64 to (B, embedding_width) of length 1; equal captions are computed once."""
        captions, place = fit_captions(tokens, self.clip.context_length).unique(dim=0, return_inverse=True)
        return F.normalize(self.clip.encode_text(captions), dim=-1)[place]


def _check_arguments(image_size: int, scribbles: int, map_layers: Sequence[int]) -> None:
    if image_size < 32 or image_size % 32:
        raise ValueError(f"ContrastiveCLIP.image_size: got {image_size}, expected a multiple of 32")
    if scribbles < 0:
        raise ValueError(f"ContrastiveCLIP.scribbles: got {scribbles}, expected a number of drawings, at least 0")
    if not set(map_layers) <= set(range(5)) or len(set(map_layers)) < len(map_layers):
        raise ValueError(f"ContrastiveCLIP.map_layers: got {list(map_layers)}, expected different stages from 0 to 4")


def fit_captions(tokens: Tensor, length: int) -> Tensor:
    """Captions of exactly ``length`` tokens: padded by 0, or cut with the end token, the greatest, in the last place.

    Args:
        tokens: (B, L) int64.
        length: tokens wanted.

    Returns:
        (B, length) int64.
    """
    if tokens.shape[1] <= length:
        return F.pad(tokens, (0, length - tokens.shape[1]))
    cut = tokens[:, :length].clone()
    end = tokens.max(1).values
    cut[:, -1] = torch.where((cut == end[:, None]).any(1), cut[:, -1], end)
    return cut
