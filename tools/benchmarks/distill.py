"""What a step of CLIP distillation costs: the flow's path, the drawing, the encoder, the image's own encoding, the replay."""

import json
import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from stillhouse.datasets.sketch.shapes import SHAPES, UNSEEN_SHAPES
from stillhouse.datasets.sketch.synthetic import draw
from stillhouse.losses import CLIPPerceptual
from stillhouse.models.clip.weights import require_open_clip
from stillhouse.models.sketch import FlowRollout

ROUNDS, IMAGES, PAIRS, SIZE = 5, 16, 24, 64
BACKBONE = dict(type="StrokeDiT", width=128, num_layers=4, num_heads=4, ffn_width=192)
VISION = dict(image_size=SIZE, layers=[1, 1, 1, 1], width=16, patch_size=None)
TEXT = dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=1)


def benchmark() -> list[dict]:
    """Medians of interleaved rounds at the sizes of ``sketch_distill_clip``: synthetic sketches, random weights.

    Returns:
        rows of ``part``, ``views`` of each sample, ``forward_ms``, ``backward_ms``, ``share`` of the whole step's time, and
        ``kept_mb``, what the forward pass keeps for the backward pass.
    """
    logging.getLogger().setLevel(logging.ERROR)  # open_clip warns of random weights, which are meant here
    _name_encoder()
    return [row for views in (1, 4) for row in _step(views)]


def _name_encoder() -> None:
    open_clip = require_open_clip("benchmark")
    with tempfile.TemporaryDirectory() as folder:
        cfg = dict(embed_dim=64, vision_cfg=VISION, text_cfg=TEXT)
        Path(folder, "benchmark-resnet.json").write_text(json.dumps(cfg))
        open_clip.add_model_config(Path(folder))


def _step(views: int) -> list[dict]:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    encoder = dict(type="CLIPEncoder", model="benchmark-resnet", pretrained=None, token_layer=2)
    condition = dict(type="TokenCondition", channels=128, tokens=64)
    network = FlowRollout(BACKBONE, condition, encoder, rollout=dict(sampler="euler", steps=4), data_scale=2.5).to(
        device
    )
    loss = CLIPPerceptual(encoder, canvas_size=SIZE, stroke_width=0.8, num_augmentations=views).to(device)
    parts = _parts(network, loss, device)
    times = {name: [] for name in parts}
    kept = {name: _kept(run, given) / 2**20 for name, (run, given) in parts.items()}
    for _ in range(ROUNDS + 1):
        for name, (run, given) in parts.items():
            times[name].append(_measured(run, given, device))
    medians = {name: [statistics.median(column) for column in zip(*found[1:])] for name, found in times.items()}
    whole = sum(sum(found) for found in medians.values())
    return [
        {
            "part": name, "views": views, "forward_ms": 1e3 * found[0], "backward_ms": 1e3 * found[1],
            "share": sum(found) / whole, "kept_mb": kept[name],
        }
        for name, found in medians.items()
    ]  # fmt: skip


def _parts(network: FlowRollout, loss: CLIPPerceptual, device: str) -> dict[str, tuple[Callable, Tensor | None]]:
    """Each part as a function of what the part before it gives, so that its gradient can be timed alone."""
    generator = torch.Generator().manual_seed(0)
    strokes = _sketches().to(device)
    images = torch.rand(PAIRS, 3, SIZE, SIZE, generator=generator).to(device)
    batch = network.train().prepare({"image": images[:IMAGES], "strokes": strokes, "replay_image": images})
    tokens = {"features": batch["target_tokens"]}
    views = loss.draw_views(IMAGES)
    drawn = loss.draw(strokes[:IMAGES]).detach()
    wanted = images[:IMAGES]
    replay = {name: value for name, value in batch.items() if name != "target_tokens"}
    return {
        "path of the flow": (lambda noise: network.drawn(noise, tokens), batch["rollout_noise"]),
        "drawing": (loss.draw, strokes[:IMAGES]),
        "encoding": (lambda pictures: loss.seen(pictures, views), drawn),
        "the images' encoding": (lambda _: torch.no_grad()(loss.seen)(wanted, views), None),
        "replay": (lambda _: network(replay)["velocity"], strokes),
    }


def _sketches() -> Tensor:
    """(PAIRS, 32, 4, 2): where the strokes lie decides what drawing costs, so they are those of sketches."""
    r = np.random.default_rng(0)
    return torch.from_numpy(np.stack([draw(name, r)[1] for name in list(SHAPES)[:PAIRS] + list(UNSEEN_SHAPES)][:PAIRS]))


def _measured(run: Callable, given: Tensor | None, device: str) -> tuple[float, float]:
    leaf = None if given is None else given.detach().requires_grad_()
    begin = _now(device)
    found = run(leaf)
    middle = _now(device)
    if leaf is not None:
        _total(found).backward()
    return middle - begin, _now(device) - middle


def _kept(run: Callable, given: Tensor | None) -> int:
    """Bytes that the forward pass keeps for the backward pass, each storage once."""
    if given is None:
        return 0
    storages: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        _held = run(given.detach().requires_grad_())
    return sum(storages.values())


def _total(found) -> Tensor:
    if isinstance(found, Tensor):
        return found.square().sum()
    return torch.stack([one.square().sum() for values in found.values() for one in _listed(values)]).sum()


def _listed(values) -> list[Tensor]:
    return [values] if isinstance(values, Tensor) else list(values)


def _now(device: str) -> float:
    if device == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()
