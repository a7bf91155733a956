import math

import pytest
import torch

from stillhouse.losses import OutputMatch, bernoulli_kl, output_distance

KINDS = ["mse", "l1", "bernoulli"]


def pair(*shape):
    return torch.randn(2, *shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("mse", 5.0), ("l1", 2.0), ("bernoulli", (0.75 * math.log(1.5) + 0.25 * math.log(0.5)) / 2)],
)
def test_by_hand(kind, expected):
    log3 = math.log(3.0)
    student, teacher = ([0.0, 0.0], [log3, 0.0]) if kind == "bernoulli" else ([1.0, 2.0], [0.0, 5.0])
    assert output_distance(torch.tensor(student), torch.tensor(teacher), kind).item() == pytest.approx(expected)


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_against_finite_differences(kind):
    student, teacher = pair(3, 4)
    assert torch.autograd.gradcheck(lambda s: output_distance(s, teacher, kind), student.requires_grad_())


@pytest.mark.parametrize("kind", KINDS)
def test_equal_outputs_cost_nothing_and_order_does_not_matter(kind):
    student, teacher = pair(3, 4)
    assert output_distance(teacher, teacher, kind).abs() < 1e-12
    flipped = output_distance(student.flip(0), teacher.flip(0), kind)
    torch.testing.assert_close(flipped, output_distance(student, teacher, kind))


def test_bernoulli_kl_equals_the_distribution_of_torch():
    student, teacher = pair(5)
    reference = torch.distributions.kl_divergence(
        torch.distributions.Bernoulli(logits=teacher), torch.distributions.Bernoulli(logits=student)
    )
    torch.testing.assert_close(bernoulli_kl(student, teacher), reference)


def test_extreme_logits_stay_finite():
    extremes = torch.tensor([1e4, -1e4, 1e4])
    assert bernoulli_kl(-extremes, extremes).isfinite().all()
    assert bernoulli_kl(extremes, extremes).tolist() == [0.0] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_teacher_receives_no_gradient_and_half_is_computed_in_float32(kind):
    student, teacher = (v.float().bfloat16().requires_grad_() for v in pair(3, 4))
    loss = OutputMatch("cont_out", kind)({"cont_out": student, "teacher.cont_out": teacher}, {})
    loss.backward()
    assert loss.dtype == torch.float32
    assert student.grad is not None and teacher.grad is None


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"output match: .*shape \(4, 1\) and the teacher's \(4, 3\).*vocabulary"):
        output_distance(torch.zeros(4, 1), torch.zeros(4, 3))


def test_an_unknown_kind_names_the_nearest():
    with pytest.raises(ValueError, match=r"OutputMatch.kind: .*got 'bernouli'. Did you mean 'bernoulli'"):
        OutputMatch(kind="bernouli")  # type: ignore[arg-type]
