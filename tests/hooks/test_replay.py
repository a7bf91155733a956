"""Exploring, remembering, and learning from remembered steps."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from stillhouse.hooks import ReplayHook
from stillhouse.hooks.replay import exploration
from stillhouse.losses import TemporalDifference
from stillhouse.models.can import FusionAgent

ACTIONS = 4
SMALL_VGAE = dict(type="VGAE", num_ids=4, embedding_dim=2, hidden_dims=[4], latent_dim=2, num_heads=1)
SMALL_GAT = dict(type="GAT", num_ids=4, embedding_dim=2, hidden_dim=2, num_layers=1, num_heads=1)


class Agent(nn.Module):
    """Values action a of a state s at ``weight[a] * s``; pays the action's number."""

    num_actions = ACTIONS

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([0.0, 1.0, 2.0, -1.0]))

    def forward(self, batch: dict) -> dict:
        q = batch["state"] * self.weight
        return {"q": q, "action": q.argmax(1)}

    def reward(self, batch: dict, action: torch.Tensor) -> torch.Tensor:
        return action.float() + 10 * batch["y"]


def start(hooks: tuple = (), world_size: int = 1, network: nn.Module | None = None, **arguments) -> tuple:
    hook = ReplayHook(**{"batch_size": 64, "epsilon_start": 0.0, "epsilon_end": 0.0, **arguments})
    learner = nn.Module()
    learner.network, learner.input_transforms = network or Agent(), []
    runner = SimpleNamespace(learner=learner, world_size=world_size, hooks=[hook, *hooks], seed=3, iter=0)
    hook.before_train(runner)
    return hook, runner, learner.input_transforms[0]


def batch(count: int = 8, y: int = 0) -> dict:
    state = torch.arange(1.0, count + 1).unsqueeze(1)
    return {"state": state, "scores": torch.zeros(count, 5), "y": torch.full((count,), y)}


def step(hook, runner, transform, iteration: int, **changes) -> dict:
    runner.iter = iteration
    hook.before_train_iter(runner, 0)
    return transform({**batch(), **changes})


def test_exploration_falls_from_start_to_end():
    assert exploration(0, 1.0, 0.1, 100) == 1.0
    assert exploration(100, 1.0, 0.1, 100) == pytest.approx(0.1 + 0.9 / 2.718281828)
    assert exploration(10**6, 1.0, 0.1, 100) == pytest.approx(0.1)


def test_without_exploration_the_best_action_is_taken_and_paid():
    drawn = step(*start(), 0)
    assert drawn["state"].shape == (64, 1) and set(drawn["action"].tolist()) == {2}
    assert torch.equal(drawn["reward"], torch.full((64,), 2.0)) and torch.equal(drawn["td_target"], drawn["reward"])


def test_exploring_takes_every_action():
    hook, runner, transform = start(epsilon_start=1.0, epsilon_end=1.0, batch_size=256)
    drawn = {}
    for iteration in range(10):
        drawn = step(hook, runner, transform, iteration)
    assert set(drawn["action"].tolist()) == set(range(ACTIONS))
    assert torch.equal(drawn["reward"], drawn["action"].float())


def test_the_share_of_random_actions():
    hook, runner, transform = start(epsilon_start=0.4, epsilon_end=0.4, capacity=8000)
    for iteration in range(1000):
        step(hook, runner, transform, iteration)
    best = (hook.state_dict()["action"] == 2).float().mean()
    assert float(best) == pytest.approx(0.6 + 0.4 / ACTIONS, abs=0.02)


def test_unlabelled_windows_are_not_remembered():
    hook, runner, transform = start()
    step(hook, runner, transform, 0, y=torch.tensor([0, -1] * 4))
    assert hook.state_dict()["state"].flatten().tolist() == [1.0, 3.0, 5.0, 7.0]


def test_the_slow_copy_values_what_the_network_chooses():
    """The network prefers action 2; the average holds that it is worth -3 s, and prefers action 0."""

    def averaged(learner):
        return {"network.weight": torch.tensor([5.0, 0.0, -3.0, 0.0]), "losses.other": torch.zeros(1)}

    drawn = step(*start(hooks=(SimpleNamespace(averaged_state=averaged),), gamma=0.5), 0)
    expected = 2.0 + 0.5 * -3.0 * drawn["state"].flatten()
    torch.testing.assert_close(drawn["td_target"], expected)
    assert not drawn["td_target"].requires_grad


def test_draws_depend_on_seed_iteration_and_part_alone():
    arguments = dict(epsilon_start=0.5, epsilon_end=0.5)
    one, two = start(**arguments), start(**arguments)
    torch.rand(7)
    first, again = step(*one, 4), step(*two, 4)
    assert all(torch.equal(first[name], again[name]) for name in first)
    second_part = one[2](batch())
    assert not torch.equal(second_part["action"], first["action"])
    other_iteration = step(*two, 5)
    assert not torch.equal(other_iteration["action"], second_part["action"])


def test_a_resumed_hook_goes_on_as_if_it_had_not_stopped():
    arguments = dict(epsilon_start=0.5, epsilon_end=0.5, capacity=20)
    whole, resumed = start(**arguments), start(**arguments)
    for iteration in range(4):
        step(*whole, iteration)
    resumed[0].load_state_dict(whole[0].state_dict())
    one, two = step(*whole, 4), step(*resumed, 4)
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_it_learns_whom_to_trust():
    """The state says which of two detectors is right; any fixed share is right half the time."""
    detectors = dict(vgae=SMALL_VGAE, gat=SMALL_GAT)
    agent = FusionAgent(**detectors, hidden=[32], benign_side=1.0)
    hook, runner, transform = start(network=agent, epsilon_start=1.0, epsilon_end=0.1, epsilon_decay=50.0)
    loss, optimizer = TemporalDifference(), torch.optim.Adam(agent.q_network.parameters(), lr=3e-3)
    for iteration in range(400):
        outputs = agent(step(hook, runner, transform, iteration, **contradictory(64)))
        optimizer.zero_grad()
        loss(outputs, {}).backward()
        optimizer.step()
    fresh = contradictory(1000)
    fixed = [float(agent.reward(fresh, torch.full((1000,), action)).mean()) for action in range(21)]
    assert max(fixed) < 0.2
    assert float(agent(fresh)["reward"].mean()) > 0.95
    assert float(((agent.predict(fresh)["score"] > 0.5) == (fresh["y"] == 1)).float().mean()) > 0.97


def contradictory(count: int) -> dict:
    """Windows on which one detector is right and the other wrong, equally sure; the sign of the first state says which."""
    y, trusted = torch.randint(2, (count,)), torch.randint(2, (count,))
    right = 4.0 * y - 2
    vgae, gat = torch.where(trusted == 0, right, -right), torch.where(trusted == 1, right, -right)
    state = torch.randn(count, 15)
    state[:, 0] = 2.0 * trusted - 1
    return {"state": state, "scores": torch.stack([vgae, vgae, vgae, vgae, gat], dim=1), "y": y}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(capacity=0), r"ReplayHook\.capacity: got 0, expected at least 1"),
        (dict(batch_size=0), r"ReplayHook\.batch_size: got 0, expected at least 1"),
        (dict(gamma=1.0), r"ReplayHook\.gamma: got 1\.0, expected a number in \[0, 1\)"),
        (dict(epsilon_end=-0.1), r"ReplayHook\.epsilon_end: got -0\.1, expected a share in \[0, 1\]"),
        (dict(epsilon_decay=0.0), r"ReplayHook\.epsilon_decay: got 0\.0, expected a number of iterations above 0"),
        (dict(gamma=0.9), r"ReplayHook\.gamma: got 0\.9, which needs a slow copy of the network; add an EMAHook"),
        (dict(world_size=2), "ReplayHook: got 2 processes, expected one"),
        (dict(network=nn.Linear(1, 1)), "ReplayHook: Linear has no actions; use FusionAgent"),
    ],
)
def test_refusals(arguments: dict, message: str):
    with pytest.raises(ValueError, match=message):
        start(**arguments)
