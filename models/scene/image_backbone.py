"""What an inverse model sees an image with: a pretrained network of timm, or a small residual network trained from scratch."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...registry import MODELS

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
POOL = 4  # the residual network's last map is averaged to at most so many pixels a side


@MODELS.register_module()
class TimmBackbone(nn.Module):
    """A network of timm: images of any size are resized and normalised, and the class token or pooled map is the feature.

    Args:
        model: timm's name, with the tag of the weights.
        pretrained: load these weights; False leaves random ones, which is a network from scratch.
        image_size: side of the images that it sees, in pixels; a multiple of the patch size for transformers.

    Attributes:
        width: of the features.
        name: of model and weights, for reports; random weights are named as such.

    Raises:
        ImportError: timm is absent.
        RuntimeError: the weights can be neither found nor downloaded.

    Source: Oquab et al., DINOv2: Learning Robust Visual Features without Supervision (2023), arXiv:2304.07193.
    """

    def __init__(
        self, model: str = "vit_small_patch14_dinov2.lvd142m", pretrained: bool = True, image_size: int = 252
    ) -> None:
        super().__init__()
        self.network = _timm_network(model, pretrained, image_size)
        self.size, self.width = image_size, int(self.network.num_features)
        self.name = f"timm {model}, {'pretrained' if pretrained else 'from scratch'}"
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] to (B, width)."""
        if images.shape[-2:] != (self.size, self.size):
            images = F.interpolate(images, (self.size, self.size), mode="bicubic", antialias=True).clamp(0, 1)
        return self.network((images - self.mean) / self.std)  # type: ignore[operator]


@MODELS.register_module()
class SceneResNet(nn.Module):
    """A small residual network from scratch, for images of 64 px and without any download.

    Its features keep their place in the image, because a scene's parameters are mostly places. Intensities enter as their
    square roots, so that faint strokes count.

    Args:
        width: channels after the first halving; they double with each later one, up to eight times.
        features: of the result.
        image_size: side of the images, in pixels; a multiple of 32.

    Attributes:
        width: of the features.
        name: for reports.

    Raises:
        ValueError: a size that is no multiple of 32.

    Source: He et al., Deep Residual Learning for Image Recognition (2015), arXiv:1512.03385.
    """

    def __init__(self, width: int = 32, features: int = 768, image_size: int = 64) -> None:
        super().__init__()
        if image_size < 32 or image_size % 32:
            raise ValueError(f"SceneResNet.image_size: got {image_size}, expected a multiple of 32")
        self.size, self.width, self.name = image_size, features, "small ResNet, from scratch"
        self.maps = nn.Sequential(
            *_halving(3, width, 5), *_halving(width, 2 * width, 3),
            Residual(2 * width, 2 * width), Residual(2 * width, 4 * width, 2), Residual(4 * width, 4 * width),
            Residual(4 * width, 8 * width, 2), nn.AdaptiveAvgPool2d(min(POOL, image_size // 16)),
        ).to(memory_format=torch.channels_last)  # fmt: skip
        places = min(POOL, image_size // 16) ** 2
        self.features = nn.Sequential(nn.Flatten(), nn.Linear(8 * width * places, features), nn.ReLU())

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] to (B, width)."""
        if images.shape[-2:] != (self.size, self.size):
            images = F.interpolate(images, (self.size, self.size), mode="area")
        seen = images.clamp_min(0).sqrt() - 0.5
        return self.features(self.maps(seen.contiguous(memory_format=torch.channels_last)))


class Residual(nn.Module):
    """Two convolutions with batch statistics, beside a short cut.

    Args:
        channels: of the input.
        width: of the result.
        stride: 2 halves the map.
    """

    def __init__(self, channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.first = nn.Sequential(
            nn.Conv2d(channels, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))
        same = channels == width and stride == 1
        self.short = nn.Identity() if same else nn.Conv2d(channels, width, 1, stride, bias=False)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, channels, H, W) to (B, width, H / stride, W / stride)."""
        return F.relu(self.second(self.first(maps)) + self.short(maps))


def _halving(channels: int, width: int, kernel: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, width, kernel, 2, kernel // 2, bias=False), nn.BatchNorm2d(width), nn.ReLU()]


def _timm_network(model: str, pretrained: bool, image_size: int) -> Any:
    try:
        import timm
    except ImportError as error:
        raise ImportError('TimmBackbone needs timm: pip install "stillhouse[scene]"') from error
    # Convolutional networks take images of any size, and no argument for it.
    size: dict[str, Any] = {"img_size": image_size} if "vit" in model or "deit" in model or "swin" in model else {}
    try:
        return timm.create_model(model, pretrained=pretrained, num_classes=0, **size)
    except (OSError, RuntimeError) as error:
        if not pretrained:
            raise
        raise RuntimeError(
            f"TimmBackbone: the weights of {model} can be neither found nor downloaded ({error}). Where the network is "
            f"reachable, run `python -c \"import timm; timm.create_model('{model}', pretrained=True)\"` once; they then lie in "
            "HF_HOME (by default ~/.cache/huggingface), which may be copied. Offline: pretrained=False trains it from "
            'scratch, and dict(type="SceneResNet") is a small network for 64 px.'
        ) from error
