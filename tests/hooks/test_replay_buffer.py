"""The last steps of an agent."""

import pytest
import torch

from stillhouse.hooks.replay_buffer import ReplayBuffer


def steps(first: int, count: int) -> dict:
    numbers = torch.arange(first, first + count)
    return {"state": torch.stack([numbers, -numbers], dim=1).float(), "action": numbers}


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_the_oldest_give_way():
    buffer = ReplayBuffer(5)
    for first in (0, 3, 6):
        buffer.add(steps(first, 3))
    assert len(buffer) == 5 and buffer.state_dict()["action"].tolist() == [4, 5, 6, 7, 8]


def test_more_than_it_holds_at_once():
    buffer = ReplayBuffer(5)
    buffer.add(steps(0, 2))
    buffer.add(steps(2, 12))
    assert buffer.state_dict()["action"].tolist() == [9, 10, 11, 12, 13]


def test_draws_are_whole_rows_of_what_was_added():
    buffer = ReplayBuffer(50)
    buffer.add(steps(0, 7))
    drawn = buffer.draw(400, generator())
    assert set(drawn["action"].tolist()) == set(range(7))
    assert torch.equal(drawn["state"][:, 0].long(), drawn["action"])


def test_a_copy_draws_the_same_wherever_its_rows_lie():
    buffer = ReplayBuffer(5)
    for first in (0, 3, 6):
        buffer.add(steps(first, 3))
    copy = ReplayBuffer(5)
    copy.load_state_dict(buffer.state_dict())
    for more in (0, 2):
        for one in (buffer, copy):
            one.add(steps(20, more))
        assert torch.equal(buffer.draw(40, generator())["action"], copy.draw(40, generator())["action"])


def test_a_smaller_buffer_keeps_the_newest():
    buffer, small = ReplayBuffer(9), ReplayBuffer(3)
    buffer.add(steps(0, 7))
    small.load_state_dict(buffer.state_dict())
    assert small.state_dict()["action"].tolist() == [4, 5, 6]


def test_an_empty_one_gives_nothing_and_loads():
    buffer = ReplayBuffer(3)
    with pytest.raises(ValueError, match="ReplayBuffer: nothing to draw from"):
        buffer.draw(1, generator())
    buffer.add(steps(0, 2))
    buffer.load_state_dict({})
    assert len(buffer) == 0
