"""Orders that depend on the seed and the epoch alone."""

from types import SimpleNamespace

import pytest
import torch

from stillhouse.datasets.samplers import CurriculumSampler, EpochSampler


def test_every_sample_once_an_epoch_in_an_order_of_its_own():
    sampler = EpochSampler(range(50), seed=1)
    orders = [sampler.indices(epoch).tolist() for epoch in range(3)]
    assert all(sorted(order) == list(range(50)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    assert orders[1] == EpochSampler(range(50), seed=1).indices(1).tolist()
    assert orders[0] != EpochSampler(range(50), seed=2).indices(0).tolist()


def test_drawing_leaves_the_global_stream_alone():
    before = torch.get_rng_state()
    EpochSampler(range(5)).indices(0)
    curriculum().indices(0)
    assert torch.equal(before, torch.get_rng_state())


def test_without_shuffling_the_order_is_the_data_s():
    assert EpochSampler(range(4), shuffle=False).indices(7).tolist() == [0, 1, 2, 3]


def curriculum(attacks: int = 10, normals: int = 200, **arguments) -> CurriculumSampler:
    """Sample ``attacks + k`` is the k-th easiest normal one."""
    labels = torch.cat([torch.ones(attacks), torch.zeros(normals)]).long()
    sampler = CurriculumSampler(SimpleNamespace(labels=labels), **{"epochs": 20, **arguments})
    sampler.difficulty = torch.cat([torch.full((attacks,), -1.0), torch.arange(normals).float()])
    return sampler


def test_the_ratio_by_hand():
    sampler = curriculum(epochs=3, ratio_start=1.0, ratio_end=5.0, momentum=0.5)
    assert [sampler.ratio(epoch) for epoch in range(4)] == pytest.approx([1.0, 2.0, 3.5, 4.25])


def test_all_attacks_and_so_many_normals():
    sampler = curriculum(momentum=0.0, ratio_end=10.0)
    for epoch in (0, 5, 19):
        order = sampler.indices(epoch)
        assert len(order) == sampler.size(epoch) == len(order.unique())
        assert (order < 10).sum() == 10, "every attack is there"
    assert sampler.size(0) == 20 and sampler.size(19) == 110


@pytest.mark.parametrize(("epoch", "eligible"), [(0, 20), (4, 100), (9, 200)])
def test_normals_come_from_the_easiest(epoch: int, eligible: int):
    sampler = curriculum(ratio_end=1.0, warmup_epochs=10)
    drawn = torch.cat([CurriculumSampler.indices(_seeded(sampler, seed), epoch) for seed in range(40)])
    hardest = (drawn[drawn >= 10] - 10).max().item()
    assert 0.9 * eligible <= hardest < eligible


def _seeded(sampler: CurriculumSampler, seed: int) -> CurriculumSampler:
    sampler.seed = seed
    return sampler


def test_never_more_normals_than_there_are():
    sampler = curriculum(attacks=10, normals=15, ratio_start=9.0)
    assert sampler.size(0) == 25 and sorted(sampler.indices(0).tolist()) == list(range(25))


@pytest.mark.parametrize("labels", [[0, 0], [1, 1]])
def test_both_classes_are_needed(labels: list[int]):
    with pytest.raises(
        ValueError, match=r"CurriculumSampler: got \d normal and \d attack samples, expected some of both"
    ):
        CurriculumSampler(SimpleNamespace(labels=torch.tensor(labels)), epochs=3)


def test_difficulty_is_needed():
    sampler = curriculum()
    sampler.difficulty = None
    with pytest.raises(RuntimeError, match="CurriculumSampler has no difficulty; add a CurriculumHook"):
        sampler.indices(0)
