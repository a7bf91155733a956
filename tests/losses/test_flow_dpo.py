"""Direct preference optimization of flows, by hand."""

import math

import pytest
import torch

from stillhouse.losses import preference_loss, preference_margin, safe_share, velocity_errors
from stillhouse.registry import LOSSES


def dpo(**arguments):
    return LOSSES.build(dict(type="FlowDPO", **arguments))


def pairs(count: int = 3, seed: int = 0):
    """Policy, reference and true velocities (2 count, 4, 4, 2), and times, each pair's twice."""
    generator = torch.Generator().manual_seed(seed)
    policy, reference, target = torch.randn(3, 2 * count, 4, 4, 2, generator=generator, dtype=torch.float64)
    t = torch.rand(count, generator=generator, dtype=torch.float64).repeat(2)
    return policy, reference, {"velocity_target": target, "t": t}


def loss_of(loss, policy, reference, batch):
    return loss({"velocity": policy, "teacher.velocity": reference}, batch)


def test_errors_and_margin_by_hand():
    velocity, target = torch.tensor([[1.0, 3.0], [0.0, 0.0]]), torch.tensor([[0.0, 1.0], [0.0, 2.0]])
    assert velocity_errors(velocity, target).tolist() == [2.5, 2.0]
    margin = preference_margin((torch.tensor([1.0]), torch.tensor([5.0])), (torch.tensor([2.0]), torch.tensor([4.0])))
    assert margin.tolist() == [2.0]  # the winner fell by 1, the loser rose by 1


def test_preference_losses_by_hand():
    z = torch.tensor([0.0, 1.0, -2.0], dtype=torch.float64)
    plain = [math.log(2), math.log1p(math.exp(-1)), math.log1p(math.exp(2))]
    torch.testing.assert_close(preference_loss(z), torch.tensor(plain, dtype=torch.float64))
    smooth = [0.9 * a + 0.1 * (a + v) for a, v in zip(plain, z.tolist())]  # -log sigmoid(-z) = -log sigmoid(z) + z
    torch.testing.assert_close(preference_loss(z, "sigmoid", 0.1), torch.tensor(smooth, dtype=torch.float64))
    assert preference_loss(z, "ipo").tolist() == [0.25, 0.25, 6.25]


@pytest.mark.parametrize("options", [{}, dict(label_smoothing=0.2), dict(time_power=2), dict(winner_preserving=True)])
def test_policy_and_reference_alike_give_log_two(options):
    policy, _, batch = pairs()
    assert float(loss_of(dpo(**options), policy, policy.clone(), batch)) == pytest.approx(math.log(2), abs=1e-12)


def test_the_loss_is_the_mean_over_pairs():
    policy, reference, batch = pairs()
    loss = dpo(beta=0.7)
    one_by_one = []
    for pair in range(3):
        rows = [pair, pair + 3]
        one_by_one.append(loss_of(loss, policy[rows], reference[rows], {k: v[rows] for k, v in batch.items()}))
    torch.testing.assert_close(loss_of(loss, policy, reference, batch), torch.stack(one_by_one).mean())
    errors = [velocity_errors(v, batch["velocity_target"]).chunk(2) for v in (policy, reference)]
    of_mean = preference_loss(0.7 * preference_margin(*errors).mean())
    assert abs(float(of_mean - loss_of(loss, policy, reference, batch))) > 1e-3


def test_swapping_winners_and_losers_mirrors_z():
    policy, reference, batch = pairs(1)
    swap = [1, 0]
    there = loss_of(dpo(beta=1.0), policy, reference, batch)
    back = loss_of(dpo(beta=1.0), policy[swap], reference[swap], {k: v[swap] for k, v in batch.items()})
    z = preference_margin(*(velocity_errors(v, batch["velocity_target"]).chunk(2) for v in (policy, reference)))
    torch.testing.assert_close(back - there, z[0])


@pytest.mark.parametrize("options", [{}, dict(kind="ipo"), dict(label_smoothing=0.1), dict(time_power=2.0)])
def test_gradients_by_finite_differences(options):
    policy, reference, batch = pairs(2)
    loss = dpo(beta=0.5, **options)
    policy.requires_grad_()
    assert torch.autograd.gradcheck(lambda v: loss_of(loss, v, reference, batch), (policy,))


def test_no_gradient_reaches_the_reference():
    policy, reference, batch = pairs()
    reference.requires_grad_()
    policy.requires_grad_()
    loss_of(dpo(), policy, reference, batch).backward()
    assert reference.grad is None and policy.grad is not None


def test_times_weigh_the_margin():
    policy, reference, batch = pairs(1)
    batch["t"] = torch.tensor([0.5, 0.5], dtype=torch.float64)
    torch.testing.assert_close(
        loss_of(dpo(beta=4.0, time_power=2), policy, reference, batch), loss_of(dpo(beta=1.0), policy, reference, batch)
    )


def test_the_safe_share_lets_the_winner_s_error_not_rise():
    winner, loser = (
        torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]),
        torch.tensor([[2.0, 5.0], [-1.0, 0.0], [0.5, 0.0]]),
    )
    share = safe_share(winner, loser)
    assert share.tolist() == [0.5, 1, 1]
    # One step along -r_w + share r_l, as if both velocities moved together, lets the error's derivative be at most 0.
    assert ((winner * (-winner + share[:, None] * loser)).sum(1) <= 1e-7).all()


def test_winner_preserving_changes_the_loser_s_gradient_alone():
    _, reference, batch = pairs()
    policy = (batch["velocity_target"] + 1).requires_grad_()  # residuals are all 1: aligned, and a loser's share of 1
    with torch.no_grad():
        policy[3:] += 3.0  # losers' residuals 4: a share of 1/4
    grads = []
    for preserving in (False, True):
        policy.grad = None
        loss_of(dpo(beta=1.0, winner_preserving=preserving), policy, reference, batch).backward()
        grads.append(policy.grad.clone())
    torch.testing.assert_close(grads[0][:3], grads[1][:3])
    torch.testing.assert_close(grads[0][3:] / 4, grads[1][3:])


def test_beta_is_lowered_until_z_spreads_as_wanted():
    policy, reference, batch = pairs(200)
    loss = dpo(beta=1e6, target_spread=1.0)
    for _ in range(3):
        policy.requires_grad_()
        held = loss_of(loss, policy, reference, batch)
    margin = preference_margin(*(velocity_errors(v, batch["velocity_target"]).chunk(2) for v in (policy, reference)))
    assert float(loss.spread) == pytest.approx(float(margin.detach().std()), rel=1e-5)
    torch.testing.assert_close(held, preference_loss(margin / margin.std()).mean(), rtol=1e-5, atol=0)
    loss.eval()
    before = loss.spread.clone()
    loss_of(loss, 2 * policy, reference, batch)
    assert torch.equal(loss.spread, before) and "spread" in loss.state_dict()
    small = dpo(beta=1e-3, target_spread=1.0)  # never raised
    torch.testing.assert_close(loss_of(small, policy, reference, batch), preference_loss(1e-3 * margin).mean())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(beta=0), "beta: got 0"),
        (dict(label_smoothing=0.5), "label_smoothing: got 0.5"),
        (dict(time_power=-1), "time_power: got -1"),
        (dict(target_spread=0), "target_spread: got 0"),
        (dict(kind="hinge"), "kind: expected one of"),
        (dict(kind="ipo", label_smoothing=0.1), "belongs to kind='sigmoid'"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        dpo(**arguments)


def test_samples_that_are_no_pairs():
    policy, reference, batch = pairs()
    with pytest.raises(ValueError, match="got 5 samples"):
        loss_of(dpo(), policy[:5], reference[:5], {k: v[:5] for k, v in batch.items()})
