import math

import pytest
import torch

from stillhouse.losses import CrossEntropy, cross_entropy

LOGITS = torch.tensor([[0.0, math.log(3.0)], [math.log(4.0), 0.0]])
TARGET = torch.tensor([1, 1])


def random_logits(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_by_hand():
    assert cross_entropy(LOGITS, TARGET).item() == pytest.approx((math.log(4 / 3) + math.log(5)) / 2)


def test_class_weights_by_hand():
    weights = torch.tensor([1.0, 3.0])
    mixed = cross_entropy(LOGITS, torch.tensor([1, 0]), weights=weights).item()
    assert mixed == pytest.approx((3 * math.log(4 / 3) + math.log(5 / 4)) / 4)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weights", [None, torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)])
def test_equals_the_mean_of_pytorch(smoothing, weights):
    logits, target = random_logits(5, 3), torch.tensor([0, 2, -100, 1, 1])
    reference = torch.nn.functional.cross_entropy(logits, target, weights, label_smoothing=smoothing)
    torch.testing.assert_close(cross_entropy(logits, target, smoothing, weights), reference)


def test_gradient_against_finite_differences():
    target = torch.tensor([0, 2, -100, 1])
    assert torch.autograd.gradcheck(
        lambda x: cross_entropy(x, target, 0.1), random_logits(4, 3).requires_grad_(), eps=1e-6
    )


def test_a_shift_of_the_logits_changes_nothing():
    torch.testing.assert_close(cross_entropy(LOGITS + 50.0, TARGET), cross_entropy(LOGITS, TARGET))


def test_leading_dimensions_are_flattened():
    logits, target = random_logits(2, 5, 3), torch.arange(10).view(2, 5) % 3
    torch.testing.assert_close(cross_entropy(logits, target), cross_entropy(logits.view(10, 3), target.view(10)))


def test_ignored_entries_have_no_gradient_and_a_wholly_ignored_batch_is_zero():
    logits = random_logits(2, 3).requires_grad_()
    cross_entropy(logits, torch.tensor([-100, 1])).backward()
    assert logits.grad is not None
    assert logits.grad[0].abs().max() == 0 < logits.grad[1].abs().max()
    for weights in (None, torch.ones(3, dtype=torch.float64)):
        assert cross_entropy(logits, torch.tensor([-100, -100]), weights=weights).item() == 0


def test_half_precision_is_computed_in_float32():
    exact = cross_entropy(LOGITS.bfloat16().float(), TARGET)
    half = cross_entropy(LOGITS.bfloat16(), TARGET)
    assert half.dtype == torch.float32
    assert torch.equal(half, exact)


def test_the_module_reads_its_names_and_a_dotted_target():
    loss = CrossEntropy("ids", "graph.node_id", class_weights=[1.0, 3.0])
    batch = {"graph": {"node_id": TARGET}}
    torch.testing.assert_close(loss({"ids": LOGITS}, batch), cross_entropy(LOGITS, TARGET))
    assert not loss.state_dict()


@pytest.mark.parametrize("target", [torch.tensor([1.0, 0.0]), torch.tensor([1]), torch.tensor([[1, 1]])])
def test_a_target_that_does_not_fit_is_refused(target):
    with pytest.raises(ValueError, match=r"expected an integer target of shape \(2,\) for logits of shape \(2, 2\)"):
        cross_entropy(LOGITS, target)


def test_weights_that_are_not_one_a_class_are_refused():
    with pytest.raises(ValueError, match=r"class_weights: expected 2 numbers, one a class of 'logits', got 3"):
        CrossEntropy(class_weights=[1.0, 1.0, 1.0])({"logits": LOGITS}, {"y": TARGET})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label_smoothing": 1.0}, r"label_smoothing: expected a number in \[0, 1\), got 1.0"),
        ({"class_weights": [1.0, -1.0]}, r"class_weights: expected numbers of at least 0, got \[1.0, -1.0\]"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        CrossEntropy(**arguments)
