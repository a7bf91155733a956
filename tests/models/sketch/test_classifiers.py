"""The two judges: what they see, what they cannot see, and that they learn."""

import pytest
import torch
from sketch_toys import toys
from torch.nn import functional as F

from stillhouse.models.sketch import StrokeImageClassifier, StrokePointClassifier
from stillhouse.models.sketch.point_classifier import point_channels

JUDGES = [StrokeImageClassifier, StrokePointClassifier]


@pytest.fixture(scope="module")
def sketches() -> torch.Tensor:
    return toys(3)[0]


@pytest.mark.parametrize(("judge", "parameters"), [(StrokeImageClassifier, 149_050), (StrokePointClassifier, 103_762)])
def test_sizes_and_shapes(judge, parameters: int, sketches):
    network = judge(num_classes=18)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
    found = network({"strokes": sketches})
    assert found["logits"].shape == (12, 18) and found["embedding"].shape == (12, 64)
    assert set(found) == set(judge.outputs)


@pytest.mark.parametrize("judge", JUDGES)
def test_neither_knows_the_order_of_strokes_nor_their_direction(judge, sketches):
    network = judge(num_classes=4).eval()
    seen = network({"strokes": sketches})["logits"]
    for other in (sketches[:, torch.randperm(16)], sketches.flip(2)):
        torch.testing.assert_close(network({"strokes": other})["logits"], seen, rtol=1e-3, atol=1e-4)
    assert (network({"strokes": sketches + 0.2})["logits"] - seen).abs().max() > 1e-3


@pytest.mark.parametrize("judge", JUDGES)
def test_augmentation_in_training_alone(judge, sketches):
    batch, network = {"strokes": sketches}, judge(num_classes=4)
    prepared = network.train().prepare(batch)
    assert set(prepared) == {"strokes", *judge.prepares} and prepared["strokes"] is sketches
    moved = (prepared["seen_strokes"] - sketches).abs()
    assert 0.01 < moved.mean() < 0.3
    assert (network(prepared)["logits"] - network(batch)["logits"]).abs().max() > 1e-4
    assert network.eval().prepare(batch) is batch
    assert judge(num_classes=4, augment=False).train().prepare(batch) is batch
    still = judge(num_classes=4, augment=dict(rotation=0.0, scale=0.0, shift=0.0, shear=0.0, noise=0.0))
    torch.testing.assert_close(still.train().prepare(batch)["seen_strokes"], sketches)


def test_the_stroke_width_of_the_picture_judge_varies_by_sketch(sketches):
    width = StrokeImageClassifier(num_classes=4).train().prepare({"strokes": sketches})["seen_width"]
    assert width.shape == (12, 16) and torch.equal(width[:, :1].expand(-1, 16), width)
    assert 0.7 <= float(width.min()) < 0.9 and 1.4 < float(width.max()) <= 1.7


def test_channels_of_points():
    line = torch.tensor([[[[0.0, 0.0], [0.1, 0.0], [0.2, 0.0], [0.3, 0.0]]]])
    found = point_channels(torch.cat([line, line.flip(-1)], 1), 2)
    assert found.shape == (1, 4, 24)
    # Angle doubled: (1, 0) along x, (-1, 0) along y.
    torch.testing.assert_close(found[0, :, :4], torch.tensor(
        [[0.075, 0, 1, 0], [0.225, 0, 1, 0], [0, 0.075, -1, 0], [0, 0.225, -1, 0]]
    ))  # fmt: skip
    assert point_channels(torch.zeros(1, 2, 4, 2), 2).isfinite().all()


@pytest.mark.parametrize("judge", JUDGES)
def test_a_judge_learns_the_toys(judge):
    strokes, label = toys(16, classes=3)
    held_out, wanted = toys(8, classes=3, seed=1)
    # Small pictures, to save time.
    small = dict(renderer=dict(type="BezierRasterizer", canvas_size=32)) if judge is StrokeImageClassifier else {}
    network = judge(num_classes=3, **small)
    optimizer = torch.optim.AdamW(network.parameters(), 4e-3)
    for _ in range(40):
        chosen = torch.randint(len(label), (32,))
        batch = network.prepare({"strokes": strokes[chosen]})
        loss = F.cross_entropy(network(batch)["logits"], label[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        right = network.eval()({"strokes": held_out})["logits"].argmax(1) == wanted
    assert right.double().mean() > 0.8
