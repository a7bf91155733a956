"""Names between networks, losses, data, teachers and metrics."""

import pytest
from experiments import distillation, loader, network

from stillhouse.models import MiniGPT
from stillhouse.models.network import Network
from stillhouse.registry import DATASETS, LOSSES, METRICS, MODELS

CROSS_ENTROPY = dict(type="CrossEntropy", logits="logits", target="next_tokens")


@MODELS.register_module(force=True)
class RefusingGPT(MiniGPT):
    kd_refusal = "its output is a policy, not a distribution over classes"


@MODELS.register_module(force=True)
class PreparingGPT(MiniGPT):
    inputs = ("tokens", "noise")
    prepares = ("noise",)


@MODELS.register_module(force=True)
class PlainGPT(MiniGPT):
    distillation = None


@MODELS.register_module(force=True)
class ConfiguredGPT(MiniGPT):
    """Its outputs depend on its arguments."""

    @classmethod
    def declared_outputs(cls, cfg):
        return ("logits", *(f"hidden_{i}" for i in range(cfg["num_layers"])))


@MODELS.register_module(force=True)
class SilentGPT(MiniGPT):
    """It does not say what it predicts."""

    predicts = None


@MODELS.register_module(force=True)
class OtherGPT(MiniGPT):
    """It predicts something else than the class it is made from, and does not say what."""

    def predict(self, batch: dict) -> dict:
        return {"own": batch["tokens"][:, 0].float()}


@MODELS.register_module(force=True)
class ForwardGPT(MiniGPT):
    """It predicts its outputs."""

    predicts = None
    predict = Network.predict


@MODELS.register_module(force=True)
class UndeclaredGPT:
    def __init__(self, **anything) -> None: ...


@DATASETS.register_module(force=True)
class UndeclaredData:
    def __init__(self) -> None: ...


@LOSSES.register_module(force=True)
class CheckedSum:
    output_args, batch_args = ("names",), ("target",)

    def __init__(self, names: list[str], target: str | None = None) -> None: ...


@METRICS.register_module(force=True)
class CheckedPlainMetric:
    names = ("f1",)
    default_prefix = "plain"

    def __init__(self, prefix: str | None = None) -> None: ...


@METRICS.register_module(force=True)
class CheckedOldMetric:
    def __init__(self) -> None: ...


def learner(kind="MiniGPT", **losses):
    return dict(type="Learner", network=network(kind=kind), losses=losses or dict(cross_entropy=CROSS_ENTROPY))


def test_an_output_that_the_network_has_not(problems):
    [line] = problems(model=learner(a=dict(CROSS_ENTROPY, logits="logit")))
    assert line == (
        "model.losses.a.logits: 'logit' is not in the outputs of MiniGPT (models/minigpt.py): 'logits'. "
        "Did you mean 'logits'?"
    )


def test_a_batch_key_that_the_data_has_not(problems):
    [line] = problems(model=learner(a=dict(CROSS_ENTROPY, target="next_token")))
    assert line == (
        "model.losses.a.target: 'next_token' is not in the batch of TextFile (datasets/text.py): "
        "'tokens', 'next_tokens', 'index'. Did you mean 'next_tokens'?"
    )


def test_the_default_of_a_loss_is_judged_too(problems):
    [line] = problems(model=learner(a=dict(type="CrossEntropy")))
    assert line.startswith("model.losses.a.target: 'y' is not in the batch of TextFile")


def test_a_dotted_batch_key_is_judged_by_its_first_part(problems):
    assert problems(model=learner(a=dict(CROSS_ENTROPY, target="tokens.x"))) == []
    [line] = problems(model=learner(a=dict(CROSS_ENTROPY, target="graph.x")))
    assert "'graph.x' is not in the batch" in line


def test_lists_of_names_are_judged_one_by_one(problems):
    assert problems(model=learner(a=dict(type="CheckedSum", names=["logits"]))) == []
    [line] = problems(model=learner(a=dict(type="CheckedSum", names=["logits", "embedding"])))
    assert line.startswith("model.losses.a.names: 'embedding' is not in the outputs")


def test_inputs_come_from_the_data_or_are_prepared(problems, monkeypatch):
    assert problems(model=learner("PreparingGPT")) == []
    monkeypatch.setattr(PreparingGPT, "prepares", ())
    [line] = problems(model=learner("PreparingGPT"))
    assert line.startswith("model.network: 'noise' is not in the batch of TextFile")


def test_outputs_declared_by_the_arguments(problems):
    assert problems(model=learner("ConfiguredGPT", a=dict(type="CheckedSum", names=["hidden_0"]))) == []
    [line] = problems(model=learner("ConfiguredGPT", a=dict(type="CheckedSum", names=["hidden_1"])))
    assert "'hidden_1' is not in the outputs of ConfiguredGPT" in line


def test_what_declares_nothing_is_not_judged(problems):
    assert problems(model=learner("UndeclaredGPT", a=dict(CROSS_ENTROPY, logits="anything"))) == []
    data = dict(batch_size=4, dataset=dict(type="UndeclaredData"))
    assert problems(train_dataloader=data, model=learner(a=dict(CROSS_ENTROPY, target="anything"))) == []


def kd(config, teacher_kind="MiniGPT", **more):
    teacher = config("teacher", model=learner(teacher_kind))
    (teacher.parent / "given.pth").touch()
    hook = distillation(teacher, **more)
    hook["teacher"]["checkpoint"] = str(teacher.parent / "given.pth")
    return [hook]


def test_distillation_by_the_default_losses(problems, config):
    assert problems(custom_hooks=kd(config)) == []


def test_a_network_that_cannot_be_distilled_says_why(problems, config):
    [line] = problems(model=learner("RefusingGPT"), custom_hooks=kd(config))
    assert line.startswith("custom_hooks.0: KDHook: RefusingGPT (")
    assert line.endswith("cannot be distilled: its output is a policy, not a distribution over classes")


def test_a_distillation_loss_needs_the_student_output(problems, config):
    losses = dict(soft=dict(type="SoftLabels", output="latent"))
    [line] = problems(custom_hooks=kd(config, "LatentGPT", losses=losses))
    assert line.startswith("custom_hooks.0.losses.soft.output: 'latent' is not in the outputs of MiniGPT")


def test_a_distillation_loss_needs_the_teacher_output(problems, config):
    [line] = problems(model=learner("LatentGPT"), custom_hooks=kd(config))
    assert line.startswith("custom_hooks.0.losses.latent.output: 'latent' is not in the outputs of MiniGPT")
    assert "the teacher in " in line and "teacher.py: 'logits'." in line


def test_a_network_without_distillation_needs_losses(problems, config):
    [line] = problems(model=learner("PlainGPT"), custom_hooks=kd(config))
    assert line.startswith("custom_hooks.0.losses: missing; PlainGPT (")
    assert problems(model=learner("PlainGPT"), custom_hooks=kd(config, losses=dict(a=dict(type="SoftLabels")))) == []


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (dict(alpha=1.5), "custom_hooks.0.alpha: KDHook got 1.5, expected a number in [0, 1]"),
        (dict(alpha=-0.1), "custom_hooks.0.alpha: KDHook got -0.1, expected a number in [0, 1]"),
        (dict(temperature=0), "custom_hooks.0.temperature: KDHook got 0, expected a number above 0"),
    ],
)
def test_the_strength_of_distillation(problems, config, given, line):
    assert problems(custom_hooks=kd(config, **given)) == [line]


def stopping(monitor):
    return dict(custom_hooks=[dict(type="EarlyStoppingHook", monitor=monitor)])


def test_a_metric_that_is_not_reported(problems):
    assert problems(**stopping("nll")) == []
    [line] = problems(**stopping("nl"))
    assert line == (
        "custom_hooks.0.monitor: EarlyStoppingHook (hooks/early_stopping.py) watches 'nl', which is no validation "
        "metric; there are 'nll'. Did you mean 'nll'?"
    )
    [line] = problems(default_hooks=dict(checkpoint=dict(save_best="nl")))
    assert line.startswith("default_hooks.checkpoint.save_best: CheckpointHook (hooks/checkpoint.py) watches 'nl'")


DETECTION = dict(type="DetectionMetric", score="nll", target="tokens")


@pytest.mark.parametrize(
    ("evaluator", "name", "good"),
    [
        ([dict(type="TermMean", names=["nll"], prefix="text")], "text/nll", True),
        ([dict(type="TermMean", names=["nll"], prefix="text")], "nll", False),
        (dict(type="CheckedPlainMetric"), "plain/f1", True),
        (dict(metrics=[dict(type="CheckedPlainMetric", prefix="own")]), "own/f1", True),
        (dict(DETECTION), "detection/auroc", True),
        (dict(DETECTION), "detection/val/auroc", True),
        (dict(DETECTION), "detection/val/aurok", False),
        ([dict(type="TermMean", names=["nll"]), dict(type="CheckedPlainMetric")], "nll", True),
        ([dict(type="CheckedOldMetric")], "anything", True),
    ],
)
def test_metric_names_and_their_prefixes(problems, evaluator, name, good):
    assert (problems(val_evaluator=evaluator, **stopping(name)) == []) == good


@pytest.mark.parametrize(
    ("evaluator", "line"),
    [
        ([dict(type="TermMean", names=["nll", "nl"])],
         "val_evaluator.0.names: 'nl' is not in the predictions of MiniGPT (models/minigpt.py): 'logits', 'nll'. Did you mean"),
        (dict(DETECTION, score="score"), "val_evaluator.score: 'score' is not in the predictions of MiniGPT"),
        (dict(metrics=[dict(DETECTION, target="y")]), "val_evaluator.metrics.0.target: 'y' is not in the batch of TextFile"),
    ],
)  # fmt: skip
def test_a_name_that_a_metric_reads_and_nothing_gives(problems, evaluator, line):
    (found,) = problems(val_evaluator=evaluator)
    assert found.startswith(line)


def test_a_test_metric_is_checked_by_the_test_data(problems):
    (found,) = problems(
        test_dataloader=loader("val"), test_cfg=dict(type="TestLoop"), test_evaluator=dict(DETECTION, target="y")
    )
    assert found.startswith("test_evaluator.target: 'y' is not in the batch of TextFile")


def test_predictions_that_are_not_declared_are_let_be(problems):
    terms = [dict(type="TermMean", names=["own"])]
    assert problems(model=learner("SilentGPT"), val_evaluator=terms) == []
    assert problems(model=learner("OtherGPT"), val_evaluator=terms) == []
    (line,) = problems(model=learner("ForwardGPT"), val_evaluator=terms)
    assert line.startswith("val_evaluator.0.names: 'own' is not in the outputs of ForwardGPT")


def test_a_metric_without_validation(problems):
    [line] = problems(val_dataloader=None, val_cfg=None, val_evaluator=None, **stopping("nll"))
    assert line.endswith("watches 'nll', but the config has no validation; give val_evaluator, or None here")


def test_a_schedule_that_counts_iterations_cannot_be_converted_to_them(problems):
    schedule = dict(type="LinearLR", by_epoch=False, convert_to_iter_based=True)
    expected = (
        "convert_to_iter_based: got True with by_epoch=False, which counts iterations already; take one of the two out"
    )
    assert problems(param_scheduler=[schedule]) == [f"param_scheduler.0.{expected}"]
    assert problems(param_scheduler=schedule) == [f"param_scheduler.{expected}"]
