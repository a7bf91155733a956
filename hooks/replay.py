"""Learning from actions: explore, remember, and train on remembered steps."""

import math
from typing import Any

import torch
from mmengine.hooks import Hook
from torch import Tensor
from torch.func import functional_call

from ..losses.temporal_difference import double_q_target
from ..registry import HOOKS
from .replay_buffer import ReplayBuffer


def exploration(iteration: int, start: float, end: float, decay: float) -> float:
    """``end + (start - end) * exp(-iteration / decay)``, the share of random actions.

    Args:
        iteration: optimizer steps taken.
        start, end: shares in [0, 1], at the beginning and in the long run.
        decay: iterations in which the difference falls to 1/e, above 0.
    """
    return end + (start - end) * math.exp(-iteration / decay)


@HOOKS.register_module()
class ReplayHook(Hook):
    """Trains a Q-network on its own steps: in each iteration it acts on the loader's batch and learns from steps drawn at random.

    The network has ``num_actions``, gives ``q`` from a batch with ``state``, and values an action by ``reward(batch, action)``.
    The loss sees ``state``, ``action``, ``reward`` and ``td_target`` of the drawn steps. Draws come from a generator seeded with
    the run's seed and the iteration; the buffer is part of every checkpoint.

    A decision does not change what the bus sends next, so with ``gamma`` above 0 the next state is the state itself. The slow
    copy that values it is the ``EMAHook``'s average.

    Args:
        capacity: steps remembered.
        batch_size: steps drawn in an iteration.
        gamma: discount in [0, 1); 0 is the one-step decision.
        epsilon_start, epsilon_end, epsilon_decay: see ``exploration``.

    Raises:
        ValueError: an argument out of range; when training begins, several processes, another kind of network, or a discount
            without an ``EMAHook``.
    """

    priority = "NORMAL"
    only_alone = "each would remember other steps. Train without a launcher; with a PreparedCacheHook one process is fast enough."

    def __init__(
        self, capacity: int = 50_000, batch_size: int = 256, gamma: float = 0.0,
        epsilon_start: float = 1.0, epsilon_end: float = 0.05, epsilon_decay: float = 500.0,
    ) -> None:  # fmt: skip
        _check(capacity, batch_size, gamma, epsilon_start, epsilon_end, epsilon_decay)
        self.batch_size, self.gamma = batch_size, gamma
        self.epsilon = (epsilon_start, epsilon_end, epsilon_decay)
        self.buffer = ReplayBuffer(capacity)
        self._learner: Any = None
        self._average: Any = None
        self._clock = (0, 0, 0)  # seed, iteration, part of the iteration

    def before_train(self, runner) -> None:
        """Stand between the loader's batch and the network."""
        if runner.world_size > 1:
            raise ValueError(f"ReplayHook: got {runner.world_size} processes, expected one: {self.only_alone}")
        self._learner = runner.learner
        if not hasattr(self._learner.network, "num_actions"):
            raise ValueError(f"ReplayHook: {type(self._learner.network).__name__} has no actions; use FusionAgent")
        self._average = next((hook for hook in runner.hooks if hasattr(hook, "averaged_state")), None)
        if self.gamma and self._average is None:
            raise ValueError(
                f"ReplayHook.gamma: got {self.gamma}, which needs a slow copy of the network; add an EMAHook"
            )
        self._learner.input_transforms.append(self._step)
        self.buffer.to(next(self._learner.parameters()).device)  # resumed steps come from a file

    def before_train_iter(self, runner, batch_idx: int, data_batch=None) -> None:
        """Follow the iteration."""
        self._clock = (runner.seed or 0, runner.iter, 0)

    @torch.no_grad()
    def _step(self, batch: dict) -> dict:
        """Act on the batch, remember it, and give remembered steps in its place."""
        seed, iteration, part = self._clock
        self._clock = (seed, iteration, part + 1)
        generator = torch.Generator().manual_seed(hash(self._clock) & 0x7FFFFFFF)
        labelled = batch["y"] >= 0
        known = {name: batch[name][labelled] for name in ("state", "scores", "y")}
        if labelled.any():
            action = self._act(known, exploration(iteration, *self.epsilon), generator)
            reward = self._learner.network.reward(known, action)
            self.buffer.add({"state": known["state"], "action": action, "reward": reward})
        drawn = self.buffer.draw(self.batch_size, generator)
        return {**drawn, "td_target": self._target(drawn)}

    def _act(self, batch: dict, epsilon: float, generator: torch.Generator) -> Tensor:
        """(B,) the best action, or, with the probability ``epsilon``, any."""
        network, count = self._learner.network, len(batch["state"])
        best = network({"state": batch["state"]})["action"]
        random = torch.randint(network.num_actions, (count,), generator=generator)
        explores = torch.rand(count, generator=generator) < epsilon
        return torch.where(explores.to(best.device), random.to(best.device), best)

    def _target(self, drawn: dict[str, Tensor]) -> Tensor:
        if not self.gamma:
            return drawn["reward"]
        network, state = self._learner.network, {"state": drawn["state"]}
        averaged = self._average.averaged_state(self._learner)
        slow = {name.removeprefix("network."): value for name, value in averaged.items() if name.startswith("network.")}
        next_target = functional_call(network, slow, (state,))["q"]
        return double_q_target(drawn["reward"], network(state)["q"], next_target, self.gamma)

    def state_dict(self) -> dict:
        """The steps remembered."""
        return self.buffer.state_dict()

    def load_state_dict(self, state: dict) -> None:
        """Remember saved steps."""
        self.buffer.load_state_dict(state)


def _check(capacity: int, batch_size: int, gamma: float, start: float, end: float, decay: float) -> None:
    for name, value in (("capacity", capacity), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"ReplayHook.{name}: got {value}, expected at least 1")
    if not 0 <= gamma < 1:
        raise ValueError(f"ReplayHook.gamma: got {gamma}, expected a number in [0, 1)")
    for name, value in (("epsilon_start", start), ("epsilon_end", end)):
        if not 0 <= value <= 1:
            raise ValueError(f"ReplayHook.{name}: got {value}, expected a share in [0, 1]")
    if not 0 < decay < math.inf:
        raise ValueError(f"ReplayHook.epsilon_decay: got {decay}, expected a number of iterations above 0")
