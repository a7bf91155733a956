"""Samples prepared once."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from stillhouse.datasets.table import SampleTable
from stillhouse.hooks import PreparedCacheHook


class Data:
    """Sample i is the number i, beside something that is no column."""

    def __init__(self, split: str, digest: str | None = "d") -> None:
        self.metainfo, self.digest = {"split": split}, digest
        self.labels = torch.arange(5) % 2

    def __len__(self) -> int:
        return 5

    def provenance(self) -> dict:
        return {"digest": self.digest}

    def __getitems__(self, indices) -> dict:
        x = torch.tensor(list(indices)).float()
        return {"x": x, "y": self.labels[list(indices)], "graph": object(), "nodes": torch.zeros(9), "mean": x.mean()}


class Network(nn.Module):
    """Multiplies by its frozen weight, and draws random numbers meanwhile."""

    def __init__(self, weight: float = 2.0, version: int = 1) -> None:
        super().__init__()
        self.own = nn.Parameter(torch.zeros(1))
        self.frozen = nn.Linear(1, 1, bias=False)
        nn.init.constant_(self.frozen.weight, weight)
        self.version, self.calls = version, 0

    def preparers(self) -> tuple:
        return self.version, [self.frozen]

    def prepare(self, batch: dict) -> dict:
        self.calls += 1
        torch.rand(1)
        return {**batch, "state": self.frozen(batch["x"].unsqueeze(1))}


def run(
    network: nn.Module, cache_dir: Path | None, digest: str | None = "d", **data
) -> tuple[SampleTable, SampleTable]:
    loops = [SimpleNamespace(dataloader=SimpleNamespace(dataset=Data(split, digest))) for split in ("train", "val")]
    for loop in loops:
        vars(loop.dataloader.dataset).update(data)
    checked = []
    runner = SimpleNamespace(
        learner=SimpleNamespace(network=network), train_loop=loops[0], val_loop=loops[1], check_companion=checked.append
    )
    PreparedCacheHook(batch_size=2, cache_dir=cache_dir and str(cache_dir)).before_run(runner)
    assert checked == [runner.learner], "detectors of other data must be refused"
    return loops[0].dataloader.dataset, loops[1].dataloader.dataset


def test_tables_take_the_place_of_both_data_sets():
    train, val = run(Network(), None)
    assert train.metainfo == {"split": "train"} and val.metainfo == {"split": "val"}
    assert set(train.fields) == {"x", "y", "state"}, "a graph and a mean of a batch are no columns"
    batch = train.__getitems__([3, 1])
    assert batch["state"].tolist() == [[6.0], [2.0]] and batch["y"].tolist() == [1, 1]
    assert not batch["state"].requires_grad


def test_tables_are_kept_by_data_weights_and_version(tmp_path: Path):
    first, again = Network(), Network()
    run(first, tmp_path)
    train, _ = run(again, tmp_path)
    assert (first.calls, again.calls) == (6, 0) and train.columns["state"].flatten().tolist() == [
        0.0,
        2.0,
        4.0,
        6.0,
        8.0,
    ]
    for network, data in (
        (Network(3.0), {}),
        (Network(version=2), {}),
        (Network(), dict(labels=torch.zeros(5).long())),
    ):
        run(network, tmp_path, **data)
        assert network.calls == 6
    other = Network()
    run(other, tmp_path, digest="e")
    assert other.calls == 6


def test_data_without_a_digest_is_always_prepared(tmp_path: Path):
    network = Network()
    run(network, tmp_path, digest=None)
    assert network.calls == 6 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("cached", [False, True])
def test_fresh_tables_draw_as_little_as_cached_ones(tmp_path: Path, cached: bool):
    if cached:
        run(Network(), tmp_path)
    network, before = Network(), torch.get_rng_state()
    run(network, tmp_path)
    assert network.calls == (0 if cached else 6)
    assert torch.equal(before, torch.get_rng_state())


def test_refusals():
    with pytest.raises(ValueError, match=r"PreparedCacheHook: Linear has no preparers\(\)"):
        run(nn.Linear(1, 1), None)
    with pytest.raises(ValueError, match="PreparedCacheHook: Data draws its samples anew each time"):
        run(Network(), None, random=True)
