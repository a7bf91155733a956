"""The error of action values."""

import pytest
import torch

from stillhouse.losses import TemporalDifference, double_q_target, temporal_difference

Q = torch.tensor([[1.0, 2.0, 3.0], [0.0, -1.0, 5.0]])


def test_by_hand():
    # Errors .5 and 3: .125 and 1 * (3 - .5).
    loss = temporal_difference(Q, torch.tensor([0, 2]), torch.tensor([1.5, 2.0]))
    assert float(loss) == pytest.approx((0.125 + 2.5) / 2)
    assert float(temporal_difference(Q, torch.tensor([0, 2]), torch.tensor([1.5, 2.0]), delta=10)) == pytest.approx(
        (0.125 + 4.5) / 2
    )


def test_one_network_chooses_and_the_other_values():
    online, slow = torch.tensor([[0.0, 9.0], [3.0, 1.0]]), torch.tensor([[7.0, 2.0], [4.0, 8.0]])
    reward = torch.tensor([1.0, -1.0])
    assert double_q_target(reward, online, slow, 0.5).tolist() == [2.0, 1.0]
    assert torch.equal(double_q_target(reward, online, slow, 0.0), reward)


def test_gradient_reaches_the_taken_action_alone_and_matches_differences():
    q = Q.double().requires_grad_()
    action, target = torch.tensor([0, 2]), torch.tensor([1.5, 2.0], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda values: temporal_difference(values, action, target), (q,))
    temporal_difference(q, action, target).backward()
    assert torch.equal(q.grad != 0, torch.tensor([[True, False, False], [False, False, True]]))


def test_the_target_is_held_still():
    target = torch.tensor([1.5, 2.0], requires_grad=True)
    outputs = {"q": Q.clone().requires_grad_(), "action": torch.tensor([0, 2]), "td_target": target}
    TemporalDifference()(outputs, {}).backward()
    assert target.grad is None


def test_half_precision_values():
    loss = temporal_difference(Q.bfloat16(), torch.tensor([0, 2]), torch.tensor([1.5, 2.0]))
    assert loss.dtype == torch.float32 and float(loss) == pytest.approx((0.125 + 2.5) / 2)


def test_names_are_the_configs():
    outputs = {"values": Q, "taken": torch.tensor([0, 2]), "goal": torch.tensor([1.5, 2.0])}
    assert float(TemporalDifference("values", "taken", "goal")(outputs, {})) == pytest.approx(1.3125)


def test_refusals():
    with pytest.raises(ValueError, match=r"temporal difference: got q \(2, 3\), action \(3,\) and target \(2,\)"):
        temporal_difference(Q, torch.tensor([0, 1, 2]), torch.zeros(2))
    with pytest.raises(ValueError, match=r"TemporalDifference\.delta: got 0, expected a number above 0"):
        TemporalDifference(delta=0)
