"""A CLIP of open_clip with its weights, or an error that says how to get them."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from ...registry import nearest


def require_open_clip(owner: str) -> Any:
    """The package open_clip.

    Raises:
        ImportError: it is absent; names the extra.
    """
    try:
        import open_clip
    except ImportError as error:
        raise ImportError(f'{owner} needs open_clip: pip install "stillhouse[sketch]"') from error
    return open_clip


def load_clip(model: str, pretrained: str | None, image_size: int | None = None, seed: int = 0) -> nn.Module:
    """A CLIP as open_clip builds and loads it; PyTorch's random streams stay as they were.

    Args:
        model: open_clip's name of the architecture, such as ``ViT-B-32``.
        pretrained: a tag of that model, such as ``openai``, or a file; None for random weights.
        image_size: side of the images in pixels; None for the model's own.
        seed: of the random weights.

    Raises:
        ImportError: open_clip is absent.
        ValueError: a model, or a tag of it, that open_clip does not know.
        RuntimeError: the weights can be neither found nor downloaded.
    """
    open_clip = require_open_clip("CLIPEncoder")
    _check_names(open_clip, model, pretrained)
    # A tag's weights were trained with one activation, the model's name stands for another, and open_clip merely warns.
    quick = bool(pretrained and open_clip.get_pretrained_cfg(model, pretrained).get("quick_gelu"))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        try:
            return open_clip.create_model(
                model, pretrained=pretrained, force_image_size=image_size, force_quick_gelu=quick
            )
        except (OSError, RuntimeError) as error:
            raise RuntimeError(_unavailable(model, pretrained, error)) from error


def _check_names(open_clip: Any, model: str, pretrained: str | None) -> None:
    models = open_clip.list_models()
    if model not in models:
        raise ValueError(
            f"CLIPEncoder.model: open_clip has no {model!r}. Nearest: {', '.join(nearest(model, models, 3)) or 'none'}."
        )
    tags = open_clip.list_pretrained_tags_by_model(model)
    if pretrained is None or pretrained in tags or Path(pretrained).is_file():
        return
    raise ValueError(
        f"CLIPEncoder.pretrained: got {pretrained!r}, which is no file and no tag of {model}; its tags: "
        f"{', '.join(tags) or 'none'}. None gives random weights."
    )


def _unavailable(model: str, pretrained: str | None, error: Exception) -> str:
    return (
        f"CLIPEncoder: the weights {pretrained!r} of {model} could not be loaded ({error}). Where the network is reachable, "
        f"run `python -c \"import open_clip; open_clip.create_model('{model}', pretrained='{pretrained}')\"` once; they then "
        "lie in HF_HOME (by default ~/.cache/huggingface), which may be copied (HF_HUB_OFFLINE=1 spares the attempts to "
        'connect). Without the network: trained=dict(config="configs/clip_tiny.py", checkpoint="auto") for the small CLIP '
        "trained here, pretrained= the path of a file, or pretrained=None for random features."
    )
