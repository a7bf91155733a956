"""Difficulty, as another network scores it."""

import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from stillhouse.hooks import CurriculumHook
from stillhouse.hooks.columns import weights_digest


class Data:
    """Sample i is the number i."""

    def __init__(self, digest: str | None = "0123456789abcdef0123") -> None:
        self.digest = digest

    def __len__(self) -> int:
        return 10

    def __getitems__(self, indices) -> dict:
        return {"x": torch.tensor(list(indices)).float()}

    def provenance(self) -> dict:
        return {"digest": self.digest}


class Scorer(nn.Module):
    """Finds a sample as difficult as its weight says, and draws random numbers meanwhile."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self.network = nn.Linear(1, 1, bias=False)
        nn.init.constant_(self.network.weight, weight)
        self.calls = 0

    def predict(self, batch: dict) -> dict:
        self.calls += 1
        torch.rand(1)
        score = self.network.weight[0, 0] * batch["x"]
        return {"difficulty": score, "other": -score}


def run(scorer: Scorer, digest: str | None = "0123456789abcdef0123", sampler=None, **arguments) -> torch.Tensor:
    sampler = sampler or SimpleNamespace(difficulty=None)
    loader = SimpleNamespace(sampler=sampler, dataset=Data(digest))
    checked = []
    runner = SimpleNamespace(
        train_dataloader=loader, build_companion=lambda cfg: scorer, check_companion=lambda model: checked.append(model),
        logger=logging.getLogger("curriculum"),
    )  # fmt: skip
    CurriculumHook(scorer=dict(config="scorer.py"), batch_size=4, **arguments).before_run(runner)
    assert checked == [scorer], "a scorer of other data must be refused"
    return sampler.difficulty


def test_every_sample_is_scored_in_the_order_of_the_data():
    assert run(Scorer(2.0), cache_dir=None).tolist() == [2.0 * i for i in range(10)]


def test_another_output_can_be_named():
    assert run(Scorer(2.0), cache_dir=None, output="other").tolist() == [-2.0 * i for i in range(10)]


def test_scores_are_kept_by_data_weights_and_output(tmp_path: Path):
    first, again, heavier = Scorer(2.0), Scorer(2.0), Scorer(3.0)
    cache = str(tmp_path / "cache")
    scores = run(first, cache_dir=cache)
    assert torch.equal(run(again, cache_dir=cache), scores) and (first.calls, again.calls) == (3, 0)
    assert torch.equal(run(heavier, cache_dir=cache), 1.5 * scores)
    assert torch.equal(run(again, cache_dir=cache, output="other"), -scores)
    run(again, digest="fedcba9876543210", cache_dir=cache)
    assert again.calls == 6 and len(list(Path(cache).iterdir())) == 4


def test_data_without_a_digest_is_always_scored(tmp_path: Path):
    scorer = Scorer(1.0)
    run(scorer, digest=None, cache_dir=str(tmp_path / "cache"))
    assert scorer.calls == 3 and not (tmp_path / "cache").exists()


@pytest.mark.parametrize("cached", [False, True])
def test_fresh_scores_draw_as_little_as_cached_ones(tmp_path: Path, cached: bool):
    scorer, before = Scorer(1.0), torch.get_rng_state()
    run(scorer, cache_dir=str(tmp_path / "cache") if cached else None)
    assert torch.equal(before, torch.get_rng_state())


def test_a_sampler_without_difficulty_is_refused():
    with pytest.raises(ValueError, match="CurriculumHook: list takes no difficulty; use CurriculumSampler"):
        run(Scorer(1.0), sampler=[0], cache_dir=None)


def test_digests_differ_by_weights():
    assert weights_digest(Scorer(1.0).network) == weights_digest(Scorer(1.0).network)
    assert weights_digest(Scorer(1.0).network) != weights_digest(Scorer(1.1).network)
