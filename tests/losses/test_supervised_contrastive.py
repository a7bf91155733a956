"""Views of a class near each other."""

import math

import pytest
import torch

from stillhouse.losses import SupervisedContrastive, supervised_contrastive

LABELS = torch.tensor([0, 1, 0, 2, 1, 0])


def vectors() -> torch.Tensor:
    return torch.randn(6, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def test_hand_value():
    # Two of one class at right angles to the third sample, which has no other of its own.
    points = torch.tensor([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0]], dtype=torch.float64)
    found = supervised_contrastive(points, torch.tensor([0, 0, 1]), temperature=0.5)
    assert found.item() == pytest.approx(math.log(1 + math.exp(-2)))


def test_the_definition_term_by_term():
    points = vectors() / vectors().norm(dim=1, keepdim=True)
    terms = []
    for i in range(6):
        others = [a for a in range(6) if a != i]
        shares = {a: math.exp(points[i] @ points[a] / 0.1) for a in others}
        logs = [math.log(shares[p] / sum(shares.values())) for p in others if LABELS[p] == LABELS[i]]
        terms += [-sum(logs) / len(logs)] if logs else []
    assert supervised_contrastive(vectors(), LABELS).item() == pytest.approx(sum(terms) / 5)


def test_length_and_order_do_not_matter():
    found, order = supervised_contrastive(vectors(), LABELS), torch.tensor([4, 0, 2, 5, 1, 3])
    torch.testing.assert_close(supervised_contrastive(3 * vectors(), LABELS), found)
    torch.testing.assert_close(supervised_contrastive(vectors()[order], LABELS[order]), found)


def test_gradient_by_finite_differences():
    assert torch.autograd.gradcheck(lambda z: supervised_contrastive(z, LABELS), (vectors().requires_grad_(),))


@pytest.mark.parametrize("labels", [[0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0]])
def test_one_of_each_class_or_one_class_alone(labels: list):
    points = vectors().requires_grad_()
    loss = supervised_contrastive(points, torch.tensor(labels))
    loss.backward()
    assert loss.isfinite() and points.grad is not None and points.grad.isfinite().all()
    assert (loss.item() == 0.0) == (len(set(labels)) == 6)


def test_views_of_photos_and_sketches_are_one_set():
    photo, sketch = vectors()[:3], vectors()[3:]
    found = SupervisedContrastive()({"image_embedding": photo, "sketch_embedding": sketch}, {"label": LABELS[:3]})
    torch.testing.assert_close(found, supervised_contrastive(vectors(), LABELS[:3].repeat(2)))


def test_half_precision_is_computed_in_float32():
    with torch.autocast("cpu", torch.bfloat16):
        found = supervised_contrastive(vectors().bfloat16(), LABELS)
    torch.testing.assert_close(found, supervised_contrastive(vectors().bfloat16().float(), LABELS))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(embeddings="image"), r"SupervisedContrastive\.embeddings: got 'image', expected a list of output names"),
        (dict(temperature=0.0), r"SupervisedContrastive\.temperature: got 0\.0, expected a number above 0"),
    ],
)
def test_arguments_out_of_place(arguments: dict, message: str):
    with pytest.raises(ValueError, match=message):
        SupervisedContrastive(**arguments)
