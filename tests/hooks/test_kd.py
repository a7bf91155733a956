"""Distillation changes the student's objective and nothing else."""

from pathlib import Path

import pytest
import torch
from experiments import LatentGPT, StopAt, distillation, everything, loader, network, newest, train, write_config

from stillhouse.engine.checkpoint import chosen
from stillhouse.engine.config import load_config
from stillhouse.engine.errors import CompanionError
from stillhouse.engine.runner import EngineRunner
from stillhouse.hooks import KDHook
from stillhouse.hooks.kd import Distillation
from stillhouse.losses import Loss, soft_label_kl

SHORT = dict(train_cfg=dict(type="TrainLoop", max_iters=3))


def model(kind: str = "LatentGPT", **more) -> dict:
    losses = dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens"))
    return dict(type="Learner", network=network(kind=kind, **more), losses=losses)


def student(config, hook: dict | None, **changes) -> Path:
    return config(model=model(), custom_hooks=[hook] if hook else [], **SHORT, **changes)


def test_alpha_zero_is_no_hook_bit_for_bit(config, teacher, tmp_path: Path):
    train(student(config, None), tmp_path / "plain")
    train(student(config, distillation(teacher, alpha=0.0)), tmp_path / "zero")
    plain, zero = newest(tmp_path / "plain"), newest(tmp_path / "zero")
    assert all(torch.equal(zero["state_dict"][key], value) for key, value in plain["state_dict"].items())
    assert torch.equal(plain["random"][0]["torch"], zero["random"][0]["torch"])


def test_distillation_draws_nothing_from_the_student_s_stream(config, teacher, tmp_path: Path):
    train(student(config, None), tmp_path / "plain")
    train(student(config, distillation(teacher, alpha=0.9)), tmp_path / "taught")
    plain, taught = newest(tmp_path / "plain"), newest(tmp_path / "taught")
    for stream in ("torch", "numpy", "python"):
        assert str(plain["random"][0][stream]) == str(taught["random"][0][stream])
    key = "network.head.weight"
    assert not torch.equal(plain["state_dict"][key], taught["state_dict"][key]), "alpha 0.9 must teach something"


def test_the_total_is_alpha_kd_and_the_rest_task(config, teacher, tmp_path: Path):
    runner = train(student(config, distillation(teacher, alpha=0.3)), tmp_path / "run")
    terms = runner.model.terms[0]
    assert set(terms) == {"loss", "cross_entropy", "task", "kd", "kd_soft_labels", "kd_latent"}
    assert terms["loss"] == pytest.approx(float(0.3 * terms["kd"] + 0.7 * terms["task"]), rel=1e-5)
    assert terms["kd"] == pytest.approx(float(terms["kd_soft_labels"] + terms["kd_latent"]), rel=1e-5)


def test_the_projection_is_trained_averaged_and_kept_and_the_teacher_is_nowhere(config, teacher, tmp_path: Path):
    path = config(**everything(teacher, **SHORT))
    runner = train(path, tmp_path / "run")
    content = newest(tmp_path / "run")
    projection = [key for key in content["state_dict"] if "projection" in key]
    assert len(projection) == 2 and all(key in content["ema"] for key in projection)
    names = [name for name, _ in runner.model.named_parameters()]
    assert all(name.startswith(("network.", "distillation.losses.latent@0.projection")) for name in names)
    assert set(content["state_dict"]) == set(content["ema"]) == set(names)
    assert len(content["optimizer"]["state"]) == len(names) == len(content["hooks"]["EMAHook.0"]["average"])
    weight = content["state_dict"][projection[0]]
    assert not torch.equal(weight, content["ema"][projection[0]]), "the average must lag behind"


def test_the_projection_moves(config, teacher, tmp_path: Path):
    path = student(config, distillation(teacher))
    key = "distillation.losses.latent@0.projection.weight"
    train(path, tmp_path / "run", stop=StopAt(1))
    early = newest(tmp_path / "run")["state_dict"][key]
    train(path, tmp_path / "run", resume=True)
    assert not torch.equal(early, newest(tmp_path / "run")["state_dict"][key])


def test_two_teachers_are_averaged(config, teacher, second_teacher, tmp_path: Path):
    both = [teacher, second_teacher]
    hook = distillation(both, losses=dict(soft=dict(type="SoftLabels", output="logits", temperature=2.0)))
    runner = EngineRunner.from_experiment(load_config(student(config, hook)))
    runner.close()
    learner = runner.model.eval().requires_grad_(False)
    assert [held.config for held in learner.distillation.teachers] == [str(path) for path in both]
    batch = {"tokens": torch.randint(100, (3, 8)), "next_tokens": torch.randint(100, (3, 8))}
    outputs = learner.network(batch)
    singles = [soft_label_kl(outputs["logits"], held(batch)["logits"], 2.0) for held in learner.distillation.teachers]
    assert float(singles[0]) != pytest.approx(float(singles[1]))
    kd = learner.distillation(outputs, batch)["kd"]
    assert float(kd) == pytest.approx(float(sum(singles)) / 2, rel=1e-6)


def test_the_teacher_is_measured_and_recorded(config, teacher, tmp_path: Path):
    runner = train(student(config, distillation(teacher)), tmp_path / "run")
    assert runner.teacher_metrics[str(teacher)]["nll"] < 4.0


def test_a_teacher_at_chance_is_refused(config, teacher, tmp_path: Path):
    hook = distillation(teacher, floor=dict(nll=1e9))
    with pytest.raises(ValueError, match=r"the teacher .*teacher\.py is at chance: nll is .*expected above"):
        train(student(config, hook), tmp_path / "run")
    assert chosen(tmp_path / "run") is None, "refused before the first step"


def test_an_unmeasured_teacher_is_not_refused(config, teacher, tmp_path: Path):
    hook = distillation(teacher, floor=dict(nll=1e9), measure_teacher=False)
    train(student(config, hook), tmp_path / "run")


def test_a_teacher_without_the_named_output_fails_clearly(config, tmp_path: Path):
    plain = write_config(tmp_path, "plain_teacher", **SHORT)
    train(plain)
    losses = dict(latent=dict(type="OutputMatch", output="latent"))
    with pytest.raises(KeyError, match=r"outputs: no 'teacher\.latent'.*it has .*'teacher\.logits'"):
        train(student(config, distillation(plain, losses=losses)), tmp_path / "run")


def test_a_teacher_of_another_vocabulary_fails_clearly(config, tmp_path: Path):
    wide = model()
    wide["network"]["vocabulary"] = 140
    other = write_config(tmp_path, "other_teacher", model=wide, **SHORT)
    train(other)
    with pytest.raises(ValueError, match=r"student's output has shape .*128.* teacher's .*140.*same vocabulary"):
        train(student(config, distillation(other)), tmp_path / "run")


def test_a_teacher_of_other_data_is_refused(config, teacher, tmp_path: Path):
    (tmp_path / "text.txt").write_text("other words " * 40)
    with pytest.raises(CompanionError, match=r"teacher\.py: was trained on other data \(digest .*same data_root"):
        train(student(config, distillation(teacher)), tmp_path / "run")


def test_a_network_that_cannot_be_distilled_says_why(config, teacher, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(LatentGPT, "kd_refusal", "its actions are not probabilities")
    with pytest.raises(ValueError, match="LatentGPT cannot be distilled: its actions are not probabilities"):
        train(student(config, distillation(teacher)), tmp_path / "run")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(alpha=1.5), r"KDHook\.alpha: got 1\.5, expected a number in \[0, 1\]"),
        (dict(temperature=0), r"KDHook\.temperature: got 0, expected a positive number"),
    ],
)
def test_arguments_out_of_range(arguments: dict, message: str):
    with pytest.raises(ValueError, match=message):
        KDHook(teacher=dict(config="x.py"), **arguments)


def test_the_temperature_reaches_the_losses_that_have_one(config, teacher, tmp_path: Path):
    runner = EngineRunner.from_experiment(load_config(student(config, distillation(teacher, temperature=7.0))))
    runner.close()
    losses = runner.model.distillation.losses
    assert losses["soft_labels@0"].temperature == 7.0
    assert not hasattr(losses["latent@0"], "temperature")


class Constant(Loss):
    """A loss of a given weight that is the batch's ``x``."""

    def forward(self, outputs: dict, batch: dict) -> torch.Tensor:
        return outputs["y"] * batch["x"]


class Still(torch.nn.Module):
    """A teacher that answers nothing."""

    def forward(self, batch: dict) -> dict:
        return {}


def test_weights_of_distillation_losses_count():
    losses = torch.nn.ModuleDict({"a@0": Constant(2.0), "b@0": Constant(0.5)})
    terms = Distillation([Still()], losses, 0.5)({"y": torch.tensor(3.0)}, {"x": torch.tensor(4.0)})
    assert {name: float(value) for name, value in terms.items()} == {"kd": 30.0, "kd_a": 24.0, "kd_b": 6.0}


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_terms_are_differentiated_unless_alpha_is_zero(alpha: float):
    losses = torch.nn.ModuleDict({"a@0": Constant(2.0)})
    outputs = {"y": torch.tensor(3.0, requires_grad=True)}
    terms = Distillation([Still()], losses, alpha)(outputs, {"x": torch.tensor(4.0)})
    assert terms["kd"].item() == 24.0 and terms["kd"].requires_grad is (alpha > 0)


def test_teacher_weights_stay_as_they_were(config, teacher, tmp_path: Path):
    runner = train(student(config, distillation(teacher)), tmp_path / "run")
    held = runner.model.distillation.teachers[0]
    expected = {
        key.removeprefix("network."): value
        for key, value in newest(teacher.parent / "runs/teacher")["state_dict"].items()
    }
    assert all(torch.equal(value, expected[key]) for key, value in held.network.state_dict().items())
    assert not held.network.training and all(p.grad is None for p in held.network.parameters())


def test_distillation_with_averaging_and_workers_runs(config, teacher, tmp_path: Path):
    path = config(**everything(teacher, train_dataloader=loader("train", batch_size=4, num_workers=1), **SHORT))
    assert train(path, tmp_path / "run").iter == 3
