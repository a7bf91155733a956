"""A photo-and-sketch batch, and tiny architectures that open_clip is told of."""

import json
from pathlib import Path

import pytest
import torch

open_clip = pytest.importorskip("open_clip")

TEXT = dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=1)
VIT = dict(
    embed_dim=24, vision_cfg=dict(image_size=64, layers=3, width=32, head_width=16, patch_size=16), text_cfg=TEXT
)
RESNET = dict(
    embed_dim=24, vision_cfg=dict(image_size=64, layers=[1, 1, 1, 1], width=8, patch_size=None), text_cfg=TEXT
)


@pytest.fixture(scope="session", autouse=True)
def tiny_models(tmp_path_factory) -> Path:
    """The architectures ``tiny-vit`` and ``tiny-resnet``."""
    folder = tmp_path_factory.mktemp("models")
    for name, content in (("tiny-vit", VIT), ("tiny-resnet", RESNET)):
        (folder / f"{name}.json").write_text(json.dumps(content))
    open_clip.add_model_config(folder)
    return folder


@pytest.fixture
def batch() -> dict:
    """Four photos with their strokes and captions of three classes."""
    generator = torch.Generator().manual_seed(5)
    return {
        "image": torch.rand(4, 3, 64, 64, generator=generator),
        "strokes": 0.4 * torch.randn(4, 8, 4, 2, generator=generator),
        "caption_tokens": open_clip.SimpleTokenizer()(["a photo of a cat", "a cup", "a photo of a cat", "a key"]),
        "label": torch.tensor([0, 1, 0, 2]),
        "index": torch.arange(4),
    }
