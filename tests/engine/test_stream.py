"""Batches: every sample once, in shares that make their mean the iteration's, wherever a run goes on."""

import random

import numpy as np
import pytest
import torch

from stillhouse.datasets.samplers import CurriculumSampler, EpochSampler
from stillhouse.engine.stream import BatchStream, IndexBatch, fetch, seeded


class Numbers:
    """Sample i is the number i."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, i: int) -> dict:
        return {"x": float(i)}


class Drawn(Numbers):
    """Sample i is i plus noise from all three generators."""

    random = True

    def __getitems__(self, indices) -> dict:
        noise = torch.rand(len(indices)).double() + random.random() + np.random.rand()
        return {"x": torch.tensor(list(indices)) + noise}


def stream(size: int = 21, batch_size: int = 4, dataset=Numbers, **more) -> BatchStream:
    data = dataset(size)
    return BatchStream(data, EpochSampler(data, seed=3), batch_size, **more)


def values(iterations) -> list[list[float]]:
    return [[x for batch in iteration.batches for x in batch["x"].tolist()] for iteration in iterations]


def test_an_epoch_holds_every_sample_once_and_the_last_iteration_is_short():
    got = values(stream(accumulate=2).iterate(0))
    assert [len(iteration) for iteration in got] == [8, 8, 5]
    assert sorted(x for iteration in got for x in iteration) == list(range(21))


def test_parts_and_weights():
    *_, last = stream(accumulate=2).iterate(0)
    assert [len(batch["x"]) for batch in last.batches] == [4, 1]
    assert last.weights == pytest.approx([0.8, 0.2])


@pytest.mark.parametrize("size", [16, 17, 18, 21, 25, 26])
@pytest.mark.parametrize("world_size", [1, 2, 3])
def test_the_weighted_mean_over_parts_and_ranks_is_the_mean_over_samples(size: int, world_size: int):
    ranks = [
        list(stream(size, accumulate=2, rank=rank, world_size=world_size).iterate(1)) for rank in range(world_size)
    ]
    whole = values(stream(size, batch_size=8 * world_size).iterate(1))
    for number, samples in enumerate(whole):
        parts = [
            (weight, batch["x"].mean())
            for own in ranks
            for weight, batch in zip(own[number].weights, own[number].batches)
        ]
        assert sum(weight * mean for weight, mean in parts) / world_size == pytest.approx(np.mean(samples))


def test_going_on_in_the_middle_gives_the_rest():
    assert values(stream().iterate(2, start=3)) == values(stream().iterate(2))[3:]


def test_epochs_differ():
    assert values(stream().iterate(0)) != values(stream().iterate(1))


def test_workers_fetch_the_same_random_samples():
    alone, helped = (values(stream(dataset=Drawn, num_workers=n).iterate(0)) for n in (0, 2))
    assert alone == helped
    assert alone != values(stream(dataset=Drawn, seed=1).iterate(0)), "the noise must depend on the seed"


@pytest.mark.parametrize("num_workers", [0, 2])
def test_fetching_leaves_the_random_streams_alone(num_workers: int):
    expected = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())
    list(stream(dataset=Drawn, num_workers=num_workers).iterate(0))
    assert (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()) == expected


def test_split_makes_smaller_parts_of_the_same_samples():
    whole, halved = stream(), stream()
    halved.split = 2
    first, second = next(whole.iterate(0)), next(halved.iterate(0))
    assert [len(batch["x"]) for batch in second.batches] == [2, 2]
    assert values([first]) == values([second])


def test_limit_and_drop_last():
    limited = stream()
    limited.limit = 2
    assert len(limited) == len(list(limited.iterate(0))) == 2
    assert len(stream(drop_last=True)) == 5 and len(stream()) == 6


class Graphs(Numbers):
    """Sample i has 1 + 7 i mod 10 nodes."""

    labels = torch.arange(21) % 3 == 0

    @property
    def node_counts(self) -> np.ndarray:
        return 1 + np.arange(self.size) * 7 % 10


def parts(made: BatchStream, epoch: int = 0, start: int = 0) -> list[list[list[int]]]:
    return [[batch["x"].int().tolist() for batch in iteration.batches] for iteration in made.iterate(epoch, start)]


@pytest.mark.parametrize("budget", [10, 17, 1000])
@pytest.mark.parametrize("world_size", [1, 2])
def test_no_part_holds_more_nodes_than_the_budget(budget: int, world_size: int):
    more = dict(dataset=Graphs, accumulate=2, world_size=world_size)
    seen = []
    for rank in range(world_size):
        whole, cut = stream(rank=rank, **more), stream(rank=rank, node_budget=budget, **more)
        counts = cut.dataset.node_counts
        got = parts(cut, epoch=1)
        assert all(counts[part].sum() <= budget and len(part) <= 4 for iteration in got for part in iteration)
        assert values(cut.iterate(1)) == values(whole.iterate(1)), "a step's samples and their order are the same"
        assert len(got) == cut.length(1) == whole.length(1)
        assert [sum(iteration.weights) for iteration in cut.iterate(1)] == pytest.approx(
            [sum(iteration.weights) for iteration in whole.iterate(1)]
        )
        seen += [i for iteration in got for part in iteration for i in part]
    assert sorted(seen) == list(range(21))


def test_a_budget_goes_on_in_the_middle_and_with_workers():
    made = stream(dataset=Graphs, node_budget=12)
    assert parts(made, 2, start=3) == parts(made, 2)[3:]
    assert parts(stream(dataset=Graphs, node_budget=12, num_workers=2), 2) == parts(made, 2)


def test_a_budget_works_with_a_curriculum():
    data = Graphs(21)
    sampler = CurriculumSampler(data, epochs=4, seed=1, ratio_end=2.0)
    sampler.difficulty = torch.rand(21, generator=torch.Generator().manual_seed(0))
    made = BatchStream(data, sampler, 8, node_budget=15)
    for epoch in range(4):
        got = parts(made, epoch)
        assert [i for iteration in got for part in iteration for i in part] == sampler.indices(epoch).tolist()
        assert all(data.node_counts[part].sum() <= 15 for iteration in got for part in iteration)


def test_a_factor_and_a_split_shrink_the_budget():
    half = stream(dataset=Graphs, batch_size=8, node_budget=40, budget_factor=0.5)
    assert parts(half) == parts(stream(dataset=Graphs, batch_size=8, node_budget=20))
    split = stream(dataset=Graphs, batch_size=8, node_budget=40)
    split.split = 4
    counts = split.dataset.node_counts
    assert all(counts[part].sum() <= 10 and len(part) <= 2 for iteration in parts(split) for part in iteration)


def test_a_budget_below_the_largest_sample_is_refused():
    with pytest.raises(ValueError, match="the largest sample has 10 nodes, more than the 9"):
        stream(dataset=Graphs, node_budget=9)


def test_seeded_restores_after_an_error():
    before = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError), seeded(1):
        torch.rand(1)
        raise ZeroDivisionError
    assert torch.equal(before, torch.get_rng_state())


def test_fetch_follows_the_part_s_seed():
    draw = [fetch(Drawn(4), IndexBatch([0, 1], seed))["x"] for seed in (5, 5, 6)]
    assert torch.equal(draw[0], draw[1]) and not torch.equal(draw[0], draw[2])
