"""A small network learns to draw what it is asked for."""

import math

import torch

from stillhouse.registry import MODELS

STROKES, SIDES, STEPS = 8, (3, 4, 6), 120


def _polygons(samples: int, seed: int):
    """Noisy polygons, (N, STROKES, 4, 2), of varied size, place and tilt."""
    generator = torch.Generator().manual_seed(seed)
    label = torch.randint(len(SIDES), (samples,), generator=generator)
    sides = torch.tensor(SIDES)[label][:, None]
    at = torch.linspace(0, 1, 3 * STROKES + 1) * sides
    tilt = 0.4 * (torch.rand(samples, 1, generator=generator) - 0.5)

    def corner(number):
        angle = 2 * math.pi * number / sides + tilt
        return torch.stack([angle.sin(), -angle.cos()], -1)

    points = torch.lerp(corner(at.floor()), corner(at.floor() + 1), at.frac()[..., None])
    size, centre = (torch.rand(samples, 1, width, generator=generator) for width in (1, 2))
    points = (0.35 + 0.3 * size) * points + 0.3 * (centre - 0.5)
    points = points + 0.02 * torch.randn(points.shape, generator=generator)
    return points[:, 3 * torch.arange(STROKES)[:, None] + torch.arange(4)], label


def _form(strokes):
    """Points without place and size."""
    points = strokes.flatten(1, 2)
    points = points - points.mean(1, keepdim=True)
    return (points / points.std((1, 2), keepdim=True)).flatten(1)


def _trained():
    torch.manual_seed(0)
    backbone = dict(type="StrokeDiT", width=48, num_layers=2, num_heads=4, num_strokes=STROKES)
    condition = dict(type="ClassCondition", num_classes=len(SIDES))
    network = MODELS.build(dict(type="FlowMatching", backbone=backbone, condition=condition, data_scale=2.5))
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, STEPS)
    strokes, label = _polygons(1000, 0)
    for _ in range(STEPS):
        rows = torch.randint(len(label), (64,))
        batch = network.prepare({"strokes": strokes[rows], "label": label[rows]})
        loss = (network(batch)["velocity"] - batch["velocity_target"]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval(), strokes, label


def test_samples_show_the_class_that_was_asked_for():
    network, strokes, label = _trained()
    means = torch.stack([_form(strokes)[label == k].mean(0) for k in range(len(SIDES))])
    asked = torch.arange(240) % len(SIDES)

    def agreement(**settings) -> float:
        drawn = network.sample(240, {"label": asked}, generator=torch.Generator().manual_seed(1), **settings)
        return float((torch.cdist(_form(drawn), means).argmin(1) == asked).float().mean())

    assert agreement() > 0.9
    assert agreement(sampler="euler", steps=30, cfg_scale=2.0) > 0.9
    assert agreement(cfg_scale=0.0) < 0.5
    drawn = network.sample(240, {"label": asked}, generator=torch.Generator().manual_seed(1))
    centres = drawn.flatten(1, 2).mean(1).std(0)
    assert (centres > 0.05).all(), "samples of a class differ as the training sketches do"
