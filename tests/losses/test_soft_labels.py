import math

import pytest
import torch

from stillhouse.losses import SoftLabels, soft_label_kl


def pair(*shape):
    return torch.randn(2, *shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_by_hand():
    teacher, student = torch.tensor([[2 * math.log(3.0), 0.0]]), torch.tensor([[0.0, 0.0]])
    by_hand = 4 * (0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5))
    assert soft_label_kl(student, teacher, temperature=2.0).item() == pytest.approx(by_hand)


@pytest.mark.parametrize("shape", [(4, 3), (2, 4, 3), (5, 1), (5,)])
def test_gradient_against_finite_differences(shape):
    student, teacher = pair(*shape)
    assert torch.autograd.gradcheck(lambda s: soft_label_kl(s, teacher, 2.0), student.requires_grad_())


@pytest.mark.parametrize("shape", [(4, 3), (5, 1), (5,)])
def test_equal_logits_cost_nothing_and_others_something(shape):
    student, teacher = pair(*shape)
    assert soft_label_kl(teacher, teacher).abs() < 1e-12
    assert soft_label_kl(student, teacher) > 1e-3


def test_a_shift_of_either_side_changes_nothing():
    student, teacher = pair(4, 3)
    base = soft_label_kl(student, teacher)
    torch.testing.assert_close(soft_label_kl(student + 9, teacher - 4), base)


@pytest.mark.parametrize("squeeze", [False, True])
def test_a_single_logit_is_a_binary_decision(squeeze):
    student, teacher = pair(6, 1)
    two = soft_label_kl(*(torch.cat([torch.zeros_like(v), v], dim=1) for v in (student, teacher)), temperature=3.0)
    one = (student.squeeze(1), teacher.squeeze(1)) if squeeze else (student, teacher)
    torch.testing.assert_close(soft_label_kl(*one, temperature=3.0), two)


def test_the_mean_runs_over_rows_so_a_repeated_batch_costs_the_same():
    student, teacher = pair(4, 3)
    doubled = soft_label_kl(student.repeat(2, 1), teacher.repeat(2, 1))
    torch.testing.assert_close(doubled, soft_label_kl(student, teacher))
    tokens = soft_label_kl(student.view(2, 2, 3), teacher.view(2, 2, 3))
    torch.testing.assert_close(tokens, soft_label_kl(student, teacher))


def test_the_gradient_keeps_its_size_at_a_high_temperature():
    sizes = []
    for temperature in (20.0, 40.0):
        student, teacher = pair(4, 3)
        student.requires_grad_()
        soft_label_kl(student, teacher, temperature).backward()
        assert student.grad is not None
        sizes.append(student.grad.norm().item())
    assert sizes[0] == pytest.approx(sizes[1], rel=0.05)


def test_the_teacher_receives_no_gradient():
    student, teacher = pair(4, 3)
    student.requires_grad_()
    teacher.requires_grad_()
    SoftLabels()({"logits": student, "teacher.logits": teacher}, {}).backward()
    assert student.grad is not None and teacher.grad is None


def test_extreme_logits_stay_finite():
    for shape in ((1, 2), (1, 1)):
        student = torch.full(shape, -1e4)
        student[..., 0] = 1e4
        loss = soft_label_kl(student.requires_grad_(), -student.detach(), 1.0)
        loss.backward()
        assert loss.isfinite() and student.grad is not None and student.grad.isfinite().all()


def test_half_precision_is_computed_in_float32():
    student, teacher = (v.bfloat16() for v in pair(4, 3))
    loss = soft_label_kl(student, teacher)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, soft_label_kl(student.float(), teacher.float()), rtol=0, atol=0)


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"soft labels: .*shape \(4, 3\) and the teacher's \(4, 2\)"):
        soft_label_kl(torch.zeros(4, 3), torch.zeros(4, 2))


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan])
def test_a_temperature_that_is_not_positive_is_refused(temperature):
    with pytest.raises(ValueError, match=r"SoftLabels.temperature: expected a number above 0, got"):
        SoftLabels(temperature=temperature)


def test_an_absent_teacher_is_refused():
    with pytest.raises(KeyError, match=r"outputs: no 'teacher.logits'"):
        SoftLabels()({"logits": torch.zeros(2, 2)}, {})
