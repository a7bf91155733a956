"""What tests of refinement share: an untrained small CLIP, a generator that looks at images by it, and pictures."""

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from stillhouse.engine.checkpoint import write_checkpoint
from stillhouse.registry import MODELS

TEXT = dict(context_length=77, vocab_size=64, width=16, heads=2, layers=1)
RESNET = dict(embed_dim=16, vision_cfg=dict(image_size=32, layers=[1] * 4, width=8, patch_size=None), text_cfg=TEXT)
NONE = dict(type="Unconditional")
ENCODER = dict(type="CLIPEncoder", model="refinable-resnet", pretrained=None, token_layer=-2)


def know_clip(folder: Path) -> None:
    """Tell open_clip, in this process, of the encoder's architecture."""
    import open_clip

    models = folder / "models"
    models.mkdir(exist_ok=True)
    (models / f"{ENCODER['model']}.json").write_text(json.dumps(RESNET))
    open_clip.add_model_config(models)


def loss_config(**more) -> dict:
    """The config of a loss with that encoder."""
    return dict(type="CLIPPerceptual", encoder=ENCODER, canvas_size=32, num_augmentations=2, stroke_width=1.0, **more)


def write_run(folder: Path, losses: dict | None = None, strokes: int = 32, looks: bool = True) -> Path:
    """The checkpoint of an untrained generator, with the losses of its run."""
    know_clip(folder)
    backbone = dict(type="StrokeDiT", width=16, num_layers=1, num_heads=2, ffn_width=16, num_strokes=strokes)
    images = dict(condition=dict(type="TokenCondition", channels=128, tokens=4), encoder=ENCODER)
    network = dict(
        type="FlowMatching", backbone=backbone, sampling=dict(steps=1), **(images if looks else dict(condition=NONE))
    )
    losses = dict(clip=loss_config(weight=3.0)) if losses is None else losses
    torch.manual_seed(0)
    built = MODELS.build(network).state_dict()
    # As they are made, such networks stand still.
    state = {f"network.{name}": value + 0.05 * torch.randn_like(value) for name, value in built.items()}
    config = {"model": {"type": "Learner", "network": network, "losses": losses}}
    meta = {"config": config, "config_file": "distill.py", "data": {}, "iter": 1}
    file = folder / "generator.pth"
    write_checkpoint({"state_dict": state, "ema": None, "meta": meta}, file)
    return file


def write_loss_config(folder: Path) -> Path:
    """A config with the loss, for ``--loss``."""
    know_clip(folder)
    path = folder / "loss.py"
    path.write_text(f"model = {dict(losses=dict(clip=loss_config()))!r}\n")
    return path


def write_pictures(folder: Path, names: Sequence[str] = ("a.png", "b.jpg"), size: int = 40) -> Path:
    """A disk of its own colour and place in each."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(names):
        pixels = np.full((size, size + 8 * (i % 3), 3), 230, np.uint8)
        cv2.circle(pixels, (size // 2 + i % 9, size // 2), max(size // 3 - i, 4), (40 * i % 256, 90, 200), -1)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), pixels)
    return folder
