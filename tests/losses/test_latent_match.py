from types import SimpleNamespace

import pytest
import torch

from stillhouse.losses import LatentMatch, latent_distance


def network(width):
    return SimpleNamespace(output_width=lambda name: {"mu": width}[name])


def pair(*shape):
    return torch.randn(2, *shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_by_hand():
    student, teacher = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.tensor([[1.0, 1.0], [0.0, -3.0]])
    assert latent_distance(student, teacher).item() == 6.5
    cosine = latent_distance(student, teacher, "cosine").item()
    assert cosine == pytest.approx(((1 - 0.5**0.5) + 2) / 2)


@pytest.mark.parametrize("kind", ["mse", "cosine"])
def test_gradient_against_finite_differences(kind):
    student, teacher = pair(3, 4)
    assert torch.autograd.gradcheck(lambda s: latent_distance(s, teacher, kind), student.requires_grad_())


def test_cosine_ignores_lengths_and_the_square_does_not():
    student, teacher = pair(3, 4)
    torch.testing.assert_close(
        latent_distance(5 * student, teacher, "cosine"), latent_distance(student, teacher, "cosine")
    )
    assert latent_distance(5 * student, teacher) > 2 * latent_distance(student, teacher)


def test_a_projection_is_made_only_where_widths_differ():
    loss = LatentMatch()
    loss.bind(network(16), network(16))
    assert list(loss.parameters()) == []
    loss.bind(network(16), network(96))
    assert loss.projection is not None and loss.projection.weight.shape == (96, 16)


def test_the_projection_is_trained_and_the_teacher_is_not():
    torch.manual_seed(0)
    loss = LatentMatch()
    loss.bind(network(2), network(5))
    student, teacher = torch.randn(4, 2, requires_grad=True), torch.randn(4, 5, requires_grad=True)
    loss({"mu": student, "teacher.mu": teacher}, {}).backward()
    assert student.grad is not None and teacher.grad is None
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in loss.parameters())


def test_a_projection_can_reach_a_teacher_of_the_students_rank():
    torch.manual_seed(0)
    loss = LatentMatch()
    loss.bind(network(2), network(5))
    student = torch.randn(16, 2)
    outputs = {"mu": student, "teacher.mu": student @ torch.randn(2, 5)}
    optimizer = torch.optim.Adam(loss.parameters(), lr=0.1)
    for _ in range(150):
        optimizer.zero_grad()
        loss(outputs, {}).backward()
        optimizer.step()
    assert loss(outputs, {}).item() < 1e-3


def test_half_precision_is_computed_in_float32():
    student, teacher = (v.bfloat16() for v in pair(3, 4))
    assert latent_distance(student, teacher).dtype == torch.float32


def test_widths_that_differ_without_a_projection_are_refused():
    outputs = {"mu": torch.zeros(3, 16), "teacher.mu": torch.zeros(3, 96)}
    with pytest.raises(ValueError, match=r"shape \(3, 16\) and the teacher's \(3, 96\). Call bind"):
        LatentMatch()(outputs, {})


def test_an_unknown_kind_names_the_known():
    with pytest.raises(ValueError, match=r"LatentMatch.kind: expected one of 'mse', 'cosine', got 'cosin'. Did you"):
        LatentMatch(kind="cosin")  # type: ignore[arg-type]
