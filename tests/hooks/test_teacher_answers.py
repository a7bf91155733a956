"""Teachers that are asked once."""

from pathlib import Path

import pytest
import torch
from experiments import LatentGPT, StopAt, distillation, network, newest, train

from stillhouse.models.frozen import FrozenModel

SHORT = dict(train_cfg=dict(type="TrainLoop", max_iters=6))


SOFT = dict(soft_labels=dict(type="SoftLabels", output="logits"))


def student(config, teacher, own=SOFT, **hook) -> Path:
    losses = dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens"))
    model = dict(type="Learner", network=network(kind="LatentGPT"), losses=losses)
    return config(model=model, custom_hooks=[distillation(teacher, measure_teacher=False, losses=own, **hook)], **SHORT)


def weights(folder: Path) -> torch.Tensor:
    return torch.cat([value.flatten() for value in newest(folder)["state_dict"].values()])


def test_answers_that_are_kept_teach_the_same(config, teacher, second_teacher, tmp_path: Path):
    train(student(config, [teacher, second_teacher]), tmp_path / "asked")
    train(student(config, [teacher, second_teacher], cache_dir=str(tmp_path / "cache")), tmp_path / "kept")
    assert len(list((tmp_path / "cache").glob("teacher-*.pt"))) == 2
    torch.testing.assert_close(weights(tmp_path / "kept"), weights(tmp_path / "asked"), rtol=1e-4, atol=1e-5)


def test_a_teacher_is_asked_once_and_not_by_the_next_run(config, teacher, tmp_path: Path, monkeypatch):
    asked, forward = [], FrozenModel.forward
    monkeypatch.setattr(
        FrozenModel, "forward", lambda self, batch: asked.append(len(batch["index"])) or forward(self, batch)
    )
    path = student(config, teacher, cache_dir=str(tmp_path / "cache"))
    samples = len(train(path, tmp_path / "one").train_loop.dataloader.dataset)
    assert sum(asked) == samples
    train(path, tmp_path / "two")
    assert sum(asked) == samples
    assert torch.equal(weights(tmp_path / "one"), weights(tmp_path / "two"))


def test_a_resumed_run_ends_with_the_same_bits_without_the_file_too(config, teacher, tmp_path: Path):
    path = student(config, teacher, cache_dir=str(tmp_path / "cache"))
    train(path, tmp_path / "whole")
    train(path, tmp_path / "halves", stop=StopAt(3))
    next((tmp_path / "cache").glob("teacher-*.pt")).unlink()
    train(path, tmp_path / "halves", resume=True)
    assert torch.equal(weights(tmp_path / "whole"), weights(tmp_path / "halves"))


def test_a_student_that_draws_what_its_teacher_must_see_is_refused(config, teacher, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(LatentGPT, "prepares", ("noise",))
    with pytest.raises(ValueError, match=r"cache_dir: LatentGPT draws noise anew at each step.*take cache_dir out"):
        train(student(config, teacher, cache_dir=str(tmp_path / "cache")), tmp_path / "run")


def test_data_that_is_drawn_anew_is_refused(config, teacher, tmp_path: Path, monkeypatch):
    from stillhouse.datasets.text import TextFile

    monkeypatch.setattr(TextFile, "random", True, raising=False)
    with pytest.raises(ValueError, match=r"cache_dir: TextFile draws its samples anew"):
        train(student(config, teacher, cache_dir=str(tmp_path / "cache")), tmp_path / "run")


def test_an_output_without_a_row_a_sample_is_refused(config, teacher, tmp_path: Path):
    with pytest.raises(ValueError, match=r"cache_dir: LatentGPT gives no latent with one row a sample"):
        train(student(config, teacher, own=None, cache_dir=str(tmp_path / "cache")), tmp_path / "run")
