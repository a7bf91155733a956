"""Types and arguments of components."""

import pytest
from experiments import loader, network, optimizer

from stillhouse.registry import LOSSES, MODELS

CROSS_ENTROPY = dict(type="CrossEntropy", logits="logits", target="next_tokens")


@MODELS.register_module(force=True)
class CheckedWrapper:
    """Takes a component by a key that says nothing, and one by a key that says what it is."""

    def __init__(self, inner: dict | None = None, encoder: dict | None = None, options: dict | None = None) -> None:
        raise AssertionError("the check must build nothing")


@LOSSES.register_module(force=True)
class CheckedZero:
    """Takes no argument."""

    def __init__(self) -> None:
        raise AssertionError("the check must build nothing")


@LOSSES.register_module(force=True)
class CheckedLoss:
    def __init__(self, encoder: dict | None = None) -> None:
        raise AssertionError("the check must build nothing")


def learner(net=None, **losses):
    return dict(type="Learner", network=net or network(), losses=losses or dict(cross_entropy=CROSS_ENTROPY))


def test_a_good_config_has_no_problem(problems):
    assert problems() == []


def test_an_unknown_argument_names_the_class_its_file_and_the_nearest(problems):
    net = {**network(), "num_layer": 2}
    del net["num_layers"]
    assert problems(model=learner(net)) == [
        "model.network.num_layer: unknown argument of MiniGPT (models/minigpt.py). Did you mean 'num_layers'?"
    ]


def test_an_unknown_argument_that_is_near_nothing_lists_what_there_is(problems):
    [line] = problems(custom_hooks=[dict(type="EMAHook", zzz=1)])
    assert line == (
        "custom_hooks.0.zzz: unknown argument of EMAHook (hooks/ema.py). Expected one of 'decay', 'warmup', 'validate', "
        "'priority'."
    )


def test_an_argument_of_a_class_without_any(problems):
    [line] = problems(model=learner(network(), checked=dict(type="CheckedZero", zzz=1)))
    assert line.startswith("model.losses.checked.zzz: unknown argument of CheckedZero (")
    assert line.endswith("). It takes none.")


def test_a_missing_argument_says_its_type(problems):
    net = network()
    del net["vocabulary"]
    [line] = problems(model=learner(net))
    assert line == "model.network.vocabulary: missing argument of MiniGPT (models/minigpt.py), expected int"


def test_every_problem_is_told_at_once(problems):
    net = {**network(), "widht": 4, "dropout": "much"}
    lines = problems(model=learner(net), custom_hooks=[dict(type="EMAHok")])
    assert [line.split(":")[0] for line in lines] == [
        "model.network.dropout", "model.network.widht", "custom_hooks.0.type"
    ]  # fmt: skip


def test_a_key_from_the_command_line_says_so(problems):
    lines = problems(options={"model.network.widht": 4, "model.network.dropout": "much"})
    assert all(line.endswith(" (from --cfg-options)") for line in lines) and len(lines) == 2
    [line] = problems(options={"optim_wraper.optimizer.lr": 0.1})
    assert line.startswith("optim_wraper: unknown") and line.endswith(" (from --cfg-options)")
    lines = problems(
        options={"model.network.width": 4, "custom_hooks.0.decay": 0.9}, custom_hooks=[dict(type="EMAHok", decay=0.5)]
    )
    assert len(lines) == 1 and "--cfg-options" not in lines[0]


@pytest.mark.parametrize(
    ("changes", "path", "near"),
    [
        (dict(model=learner(network(kind="MinGPT"))), "model.network.type", "'MiniGPT' (models/minigpt.py)"),
        (dict(model=learner(a=dict(type="CrossEntrpy"))), "model.losses.a.type", "'CrossEntropy' (losses/cross_entropy"),
        (dict(model=dict(learner(), type="Lerner")), "model.type", "'Learner' (engine/learner.py)"),
        (dict(train_dataloader=loader("train", dataset="TextFil")), "train_dataloader.dataset.type", "'TextFile'"),
        (dict(train_dataloader=loader("train", sampler=dict(type="EpochSample"))), "train_dataloader.sampler.type",
         "'EpochSampler' (datasets/samplers.py)"),
        (dict(val_evaluator=[dict(type="TermMaen", names=["nll"])]), "val_evaluator.0.type", "'TermMean'"),
        (dict(val_evaluator=dict(type="TermMaen", names=["nll"])), "val_evaluator.type", "'TermMean'"),
        (dict(val_evaluator=dict(metrics=[dict(type="TermMaen")])), "val_evaluator.metrics.0.type", "'TermMean'"),
        (dict(train_cfg=dict(type="TrainLop", max_epochs=1)), "train_cfg.type", "'TrainLoop' (engine/loops.py)"),
        (dict(val_cfg=dict(type="VaLoop")), "val_cfg.type", "'ValLoop'"),
        (dict(optim_wrapper=optimizer(kind="AdmW")), "optim_wrapper.optimizer.type", "'AdamW'"),
        (dict(optim_wrapper=dict(optimizer(), type="EngineOptmWrapper")), "optim_wrapper.type", "'EngineOptimWrapper'"),
        (dict(param_scheduler=[dict(type="CosineAnealingLR")]), "param_scheduler.0.type", "'CosineAnnealingLR'"),
        (dict(param_scheduler=dict(type="CosineAnealingLR")), "param_scheduler.type", "'CosineAnnealingLR'"),
        (dict(custom_hooks=[dict(type="EMAHok")]), "custom_hooks.0.type", "'EMAHook' (hooks/ema.py)"),
        (dict(default_hooks=dict(extra=dict(type="EMAHok"))), "default_hooks.extra.type", "'EMAHook'"),
        (dict(visualizer=dict(type="Visualiser")), "visualizer.type", "'Visualizer'"),
        (dict(visualizer=dict(vis_backends=[dict(type="LocalVisBacken")])), "visualizer.vis_backends.0.type",
         "'LocalVisBackend'"),
    ],
)  # fmt: skip
def test_an_unknown_type_names_the_nearest_of_its_registry(problems, changes, path, near):
    lines = [line for line in problems(**changes) if line.startswith(f"{path}: ")]
    assert len(lines) == 1
    assert "registry. Did you mean " in lines[0] and near in lines[0]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (dict(train_cfg=dict(max_epochs=1)), "train_cfg.type: missing; expected a name of the loop registry"),
        (dict(model=learner(a=dict(logits="logits"))), "model.losses.a.type: missing; expected a name of the loss"),
        (dict(custom_hooks=[dict(type=5)]), "custom_hooks.0.type: got 5; expected a name of the hook registry"),
        (dict(model=5), "model: got 5, expected dict(type=...) with a type of the model registry"),
        (dict(model=learner(a=5)), "model.losses.a: got 5, expected dict(type=...) with a type of the loss registry"),
        (dict(custom_hooks=dict(type="EMAHook")), "custom_hooks: got {'type': 'EMAHook'}, expected a list of"),
        (dict(train_dataloader=5), "train_dataloader: got 5, expected dict(batch_size=..., dataset=dict(type=...))"),
        (dict(train_dataloader=dict(batch_size=4)), "train_dataloader.dataset: missing; expected dict(type=...)"),
        (dict(train_dataloader=dict(batch_size=4, dataset="TextFile")),
         "train_dataloader.dataset: got 'TextFile', expected dict(type=...) with a type of the dataset registry"),
        (dict(train_dataloader=loader("train", sampler=5)),
         "train_dataloader.sampler: got 5, expected dict(type=...) with a type of the data sampler registry"),
        (dict(train_dataloader=dict(loader("train"), seed=1)), "train_dataloader.seed: unknown argument of BatchStream"),
        (dict(train_dataloader=loader("train", batch_siz=1)), "train_dataloader.batch_siz: unknown argument of"),
        (dict(train_dataloader=loader("train", datast={})),
         "train_dataloader.datast: unknown argument of BatchStream (engine/stream.py). Did you mean 'dataset'?"),
        (dict(train_dataloader=loader("train", samplr={})),
         "train_dataloader.samplr: unknown argument of BatchStream (engine/stream.py). Did you mean 'sampler'?"),
        (dict(train_dataloader=dict(loader("train"), batch_size=True)),
         "train_dataloader.batch_size: BatchStream (engine/stream.py) got True (bool), expected int"),
        (dict(optim_wrapper=optimizer(clip_grad=dict(max_nrm=1.0))), "optim_wrapper.clip_grad.max_norm: missing argument"),
        (dict(optim_wrapper=optimizer(clip_grad=dict(max_nrm=1.0))),
         "optim_wrapper.clip_grad.max_nrm: unknown argument of clip_grad_norm_"),
        (dict(optim_wrapper=optimizer(clip_grad=dict(type="max", max_norm=1.0))),
         "optim_wrapper.clip_grad.type: got 'max', expected 'norm', 'value'"),
        (dict(optim_wrapper=optimizer(paramwise_cfg=dict(custom_key={}))),
         "optim_wrapper.paramwise_cfg.custom_key: unknown key. Did you mean 'custom_keys'?"),
        (dict(optim_wrapper=optimizer(paramwise_cfg=0.1)), "optim_wrapper.paramwise_cfg: got 0.1, expected a dict of"),
        (dict(optim_wrapper=optimizer(precision="b16")),
         "optim_wrapper.precision: EngineOptimWrapper (engine/optim.py) got 'b16' (str), expected one of 'fp32', 'bf16'"),
        (dict(optim_wrapper=optimizer(kind="AdamW", lr="fast")), "optim_wrapper.optimizer.lr: AdamW"),
        (dict(default_hooks=5), "default_hooks: got 5, expected dict(name=dict(type=...))"),
        (dict(param_scheduler=dict(type="MultiStepLR")), "param_scheduler.milestones: missing argument of MultiStepLR"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_component(problems, changes, path):
    settings = {"_delete_": True} if isinstance(changes.get("visualizer"), dict) else {}
    assert any(line.startswith(path) for line in problems(**{**changes, **settings}))


@pytest.mark.parametrize(
    "scheduler",
    [
        [dict(type="LinearLR", start_factor=0.1, by_epoch=False, begin=0, end=500)],
        dict(type="CosineAnnealingLR", by_epoch=True, convert_to_iter_based=True, begin=2, eta_min=0),
        [dict(type="MultiStepLR", milestones=[1, 2], gamma=0.1)],
    ],
)
def test_schedules_are_accepted(problems, scheduler):
    assert problems(param_scheduler=scheduler) == []


def test_what_the_engine_gives_is_not_missing(problems):
    sampler = dict(type="EpochSampler", shuffle=False)
    wrapper = optimizer(paramwise_cfg=dict(norm_decay_mult=0.0), clip_grad=dict(type="value", clip_value=1.0))
    hooks = dict(image=None)
    test = dict(test_dataloader=loader("val"), test_evaluator=dict(type="TermMean", names=["nll"]))
    changes = dict(
        train_dataloader=loader("train", sampler=sampler), optim_wrapper=wrapper, default_hooks=hooks, **test
    )
    assert problems(test_cfg=dict(type="TestLoop"), **changes) == []


def wrapped(**arguments):
    return learner(dict(type="CheckedWrapper", **arguments), checked=dict(type="CheckedLoss"))


def test_a_component_inside_another_is_checked_by_the_role_of_its_key(problems):
    [line] = problems(model=wrapped(encoder=dict(type="MinGPT")))
    assert line.startswith("model.network.encoder.type: ") and "'MiniGPT'" in line
    [line] = problems(model=wrapped(encoder={**network(), "widht": 3}))
    assert line.startswith("model.network.encoder.widht: unknown argument of MiniGPT")


def test_a_component_under_any_other_key_may_be_of_any_registry(problems):
    assert problems(model=wrapped(inner=CROSS_ENTROPY)) == []
    assert problems(model=wrapped(options=dict(width=3, inner=[CROSS_ENTROPY]))) == []
    [line] = problems(model=wrapped(inner=dict(type="CrossEntrpy")))
    assert line.startswith("model.network.inner.type: 'CrossEntrpy' is in no registry. Did you mean 'CrossEntropy' (")
    [line] = problems(model=wrapped(options=dict(inner=[dict(CROSS_ENTROPY, wight=1.0)])))
    assert line.startswith("model.network.options.inner.0.wight: unknown argument of CrossEntropy")


def test_a_reference_to_a_config_takes_a_config_and_a_checkpoint(problems):
    hook = dict(type="CurriculumHook", scorer=dict(config="configs/minigpt.py", checkpont="auto"))
    lines = problems(custom_hooks=[hook])
    assert lines == [
        "custom_hooks.0.scorer.checkpont: unknown argument of FrozenModel (models/frozen.py). Did you mean 'checkpoint'?"
    ]
    [line] = problems(custom_hooks=[dict(type="CurriculumHook", scorer=dict(checkpoint="auto"))])
    assert line == "custom_hooks.0.scorer.config: missing argument of FrozenModel (models/frozen.py), expected str"


def test_a_registry_that_cannot_be_imported_is_a_problem(problems, monkeypatch):
    from stillhouse.registry import RegistryImportError

    def broken(key):
        raise RegistryImportError("the loss registry could not import stillhouse.losses: no module")

    monkeypatch.setattr(LOSSES, "get", broken)
    lines = problems()
    assert lines == ["model.losses.cross_entropy.type: the loss registry could not import stillhouse.losses: no module"]


@pytest.mark.parametrize("priority", ["LOWST", 101, -1, 2.5, None])
def test_a_priority_that_cannot_be(problems, priority):
    (line,) = problems(custom_hooks=[dict(type="EMAHook", priority=priority)])
    assert line == (
        f"custom_hooks.0.priority: got {priority!r}, expected an int from 0 (called first) to 100, or one of 'HIGHEST', "
        "'VERY_HIGH', 'HIGH', 'ABOVE_NORMAL', 'NORMAL', 'BELOW_NORMAL', 'LOW', 'VERY_LOW', 'LOWEST'"
    )


@pytest.mark.parametrize("priority", ["LOWEST", "low", 0, 100])
def test_a_priority_is_no_argument_of_the_hook(problems, priority):
    assert problems(custom_hooks=[dict(type="EMAHook", priority=priority)]) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (dict(train_cfg=dict(_delete_=True, type="EpochBasedTrainLoop", max_epochs=3)),
         "train_cfg.type: 'EpochBasedTrainLoop' is mmengine's, which does not fit this engine's batches; expected 'TestLoop', "
         "'TrainLoop', 'ValLoop'"),
        (dict(train_dataloader=loader("train", sampler=dict(type="DefaultSampler"))),
         "train_dataloader.sampler.type: 'DefaultSampler' is mmengine's, which does not fit this engine's batches; expected "
         "'CurriculumSampler', 'EpochSampler'"),
    ],
)  # fmt: skip
def test_loops_and_samplers_of_mmengine_are_refused(problems, changes, line):
    assert problems(**changes) == [line]
