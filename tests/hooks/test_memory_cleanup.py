"""Going on with smaller parts when memory runs out."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from experiments import LatentGPT, StopAt, network, newest, optimizer, train

from stillhouse.hooks import MemoryCleanupHook
from stillhouse.hooks.memory_cleanup import is_out_of_memory
from stillhouse.registry import MODELS


@MODELS.register_module(force=True)
class Hungry(LatentGPT):
    """Runs out of memory when a batch is larger than ``most``, and in the forward passes listed in ``failing``."""

    most = 8
    failing: tuple[int, ...] = ()
    sizes: list[int] = []

    def forward(self, batch: dict) -> dict:
        if self.training:
            Hungry.sizes.append(len(batch["tokens"]))
            if len(batch["tokens"]) > Hungry.most or len(Hungry.sizes) in Hungry.failing:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return super().forward(batch)


@pytest.fixture
def hungry(config, monkeypatch):
    """Configs of a network that can take so many samples at once."""

    def write(name: str, most: int, **changes) -> Path:
        monkeypatch.setattr(Hungry, "most", most)
        monkeypatch.setattr(Hungry, "sizes", [])
        losses = dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens"))
        model = dict(type="Learner", network=network(kind="Hungry", dropout=0.0), losses=losses)
        step = optimizer(lr=0.5, kind="SGD")
        return config(
            name,
            **{"model": model, "optim_wrapper": step, "train_cfg": dict(type="TrainLoop", max_epochs=1), **changes},
        )

    return write


def weights(folder: Path) -> torch.Tensor:
    return torch.cat([value.flatten() for value in newest(folder)["state_dict"].values()])


def test_goes_on_in_halves_with_the_same_mean_gradient(hungry, tmp_path: Path, capsys):
    train(hungry("plenty", 8), tmp_path / "plenty")
    train(hungry("scarce", 4), tmp_path / "scarce")
    assert Hungry.sizes == [8, 4, 4, 4, 4, 4, 4, 4, 4, 4, 1]
    torch.testing.assert_close(weights(tmp_path / "plenty"), weights(tmp_path / "scarce"), rtol=0, atol=1e-6)
    assert "out of memory at iteration 1: goes on with parts of 4 samples, 2 parts a step" in capsys.readouterr().out


def test_gradients_of_a_half_done_step_do_not_count_twice(hungry, tmp_path: Path, monkeypatch):
    train(hungry("plenty", 8), tmp_path / "plenty")
    path = hungry("scarce", 4)
    monkeypatch.setattr(Hungry, "failing", (3,))  # a batch of 8, then the first half, then the second
    train(path, tmp_path / "scarce")
    assert Hungry.sizes[:7] == [8, 4, 4, 2, 2, 2, 2]
    torch.testing.assert_close(weights(tmp_path / "plenty"), weights(tmp_path / "scarce"), rtol=0, atol=1e-6)


def test_halves_as_often_as_it_must_and_keeps_it_over_a_resume(hungry, tmp_path: Path):
    path = hungry("scarce", 2)
    train(path, tmp_path / "run", stop=StopAt(2))
    assert Hungry.sizes[:4] == [8, 4, 2, 2]
    content = newest(tmp_path / "run")
    assert content["loop"]["split"] == 4 and content["hooks"]["MemoryCleanupHook.0"]["halvings"] == 2
    Hungry.sizes.clear()
    train(path, tmp_path / "run", resume=True)
    assert max(Hungry.sizes) == 2, "a resumed run must not run out of memory again"


def test_a_single_sample_that_does_not_fit_is_an_error(hungry, tmp_path: Path):
    with pytest.raises(torch.OutOfMemoryError):
        train(hungry("none", 0), tmp_path / "run")
    assert Hungry.sizes == [8, 4, 2, 1]


def runner(world_size: int = 1) -> SimpleNamespace:
    logger = SimpleNamespace(warning=lambda text: None)
    stream = SimpleNamespace(batch_size=64, split=1, accumulate=1)
    return SimpleNamespace(world_size=world_size, train_dataloader=stream, logger=logger, iter=0)


def test_distributed_runs_raise():
    assert MemoryCleanupHook().on_out_of_memory(runner(), torch.OutOfMemoryError())
    assert not MemoryCleanupHook().on_out_of_memory(runner(world_size=2), torch.OutOfMemoryError())


def test_gives_up_after_so_many_halvings():
    hook = MemoryCleanupHook(max_halvings=2)
    assert [hook.on_out_of_memory(runner(), MemoryError()) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError(), True),
        (MemoryError(), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("shapes differ"), False),
    ],
)
def test_which_errors_are_about_memory(error: Exception, expected: bool):
    assert is_out_of_memory(error) is expected


def test_cleans_up_every_few_iterations(monkeypatch):
    calls = []
    monkeypatch.setattr("stillhouse.hooks.memory_cleanup.release", lambda: calls.append(run.iter))
    hook, run = MemoryCleanupHook(interval=3), runner()
    for run.iter in range(7):
        hook.after_train_iter(run, 0)
    assert calls == [2, 5]


def test_a_step_that_failed_half_way_is_not_taken_again(hungry, tmp_path: Path, monkeypatch):
    steps = []

    def step(self, closure=None):
        steps.append(1)
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(torch.optim.SGD, "step", step)
    with pytest.raises(torch.OutOfMemoryError):
        train(hungry("step", 8), tmp_path / "run")
    assert len(steps) == 1
