"""Soft and hard vectors of scenes."""

import torch
from scene_toys import vectors

from stillhouse.datasets.scene.encoding import FIELDS, decode
from stillhouse.models.scene.relaxation import hardened, relaxed, with_layers


def logits(count: int = 4) -> torch.Tensor:
    return torch.randn(vectors(count).shape, generator=torch.Generator().manual_seed(0)) * 2


def test_soft_entries_are_shares():
    soft = relaxed(logits())
    for field in FIELDS:
        entry = soft[:, field.slice]
        assert entry.min() > 0 and entry.max() < 1
        if field.role == "choice":
            torch.testing.assert_close(entry.sum(1), torch.ones(4))


def test_straight_through_is_hard_with_the_soft_gradient():
    scores = logits().requires_grad_()
    hard = relaxed(scores, "straight-through")
    torch.testing.assert_close(hard, hardened(relaxed(scores)))
    weights = torch.randn_like(hard)
    (hard * weights).sum().backward()
    found, scores.grad = scores.grad, None
    (relaxed(scores) * weights).sum().backward()
    torch.testing.assert_close(found, scores.grad)
    categories = next(field.slice for field in FIELDS if field.role == "choice")
    assert found[:, categories].abs().sum() > 0, "an argmax alone has no gradient"


def test_hard_vectors_stand_for_themselves():
    params = vectors(6)
    torch.testing.assert_close(hardened(params), params)


def test_the_first_layers_are_present():
    counts = torch.tensor([0, 2, 5])
    found = with_layers(hardened(relaxed(logits(3))), counts)
    assert [len(scene["layers"]) for scene in decode(found)] == counts.tolist()
