"""The top level of a config, the plan's names, and the entry points."""

import pytest
from experiments import distillation, loader

from stillhouse.engine.checking import check, require, warnings
from stillhouse.engine.config import load_config
from stillhouse.engine.errors import ConfigError

RUN = dict(modality="automotive", dataset="hcrl_sa", model="gat", model_size="student", mode="curriculum")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (dict(optim_wraper=5), "optim_wraper: unknown top-level key. Did you mean 'optim_wrapper'?"),
        (dict(text_fil="x"), "text_fil: unknown top-level key. Did you mean 'text_file'?"),
        (dict(zzzz=5), 'zzzz: unknown top-level key. If it is a variable, refer to it as "${zzzz}", or take it out.'),
        (dict(model=None), "model: missing; training needs it"),
        (dict(train_dataloader=None), "train_dataloader: missing; training needs it"),
        (dict(train_cfg=None), "train_cfg: missing; training needs it"),
        (dict(optim_wrapper=None), "optim_wrapper: missing; training needs it"),
        (dict(val_cfg=None), "val_cfg: missing, but there is val_dataloader, val_evaluator; give val_dataloader, "
                             "val_cfg, val_evaluator, or none of them"),
        (dict(test_dataloader=loader("val"), test_cfg=dict(type="TestLoop")),
         "test_evaluator: missing, but there is test_dataloader, test_cfg; give test_dataloader, "
         "test_cfg, test_evaluator, or none of them"),
        (dict(compile="yes"), "compile: got 'yes' (str), expected bool"),
        (dict(log_level="INF"), "log_level: got 'INF' (str), expected one of 'DEBUG', 'INFO', 'WARNING', 'ERROR', "
                                "'CRITICAL'. Did you mean 'INFO'?"),
        *((dict(randomness=dict(seed=seed)), f"randomness.seed: got {seed!r}, expected an int from 0 to 4294967295: without a "
                                             "seed a stopped run would not go on as it began")
          for seed in ("one", None, True, -1, 2**32)),
        (dict(randomness=None), "randomness.seed: got None, expected an int from 0 to 4294967295: without a seed a stopped run "
                                "would not go on as it began"),
        (dict(randomness=dict(diff_rank_seed=True)), "randomness.diff_rank_seed: got True, but processes cut one order of "
                                                     "samples, the seed's; take it out, their random draws differ anyway"),
        (dict(env_cfg=dict(mp_cf={})), "env_cfg.mp_cf: unknown key. Did you mean 'mp_cfg'?"),
        (dict(auto_scale_lr=dict(base_batch_siz=8)), "auto_scale_lr.base_batch_siz: unknown key. "
                                                     "Did you mean 'base_batch_size'?"),
        (dict(train_cfg=dict(type="TrainLoop")), "train_cfg: got max_epochs=None, max_iters=None, expected exactly one of them"),
        (dict(train_cfg=dict(type="TrainLoop", max_epochs=1, max_iters=1)),
         "train_cfg: got max_epochs=1, max_iters=1, expected exactly one of them"),
        (dict(run={**RUN, "mode": "curriculm"}), "run.mode: got 'curriculm', expected 'normal' or 'curriculum' for 'gat'. "
                                                 "Did you mean 'curriculum'?"),
        (dict(run={**RUN, "model": "vgae"}), "run.mode: got 'curriculum', expected 'autoencoder' for 'vgae'."),
        (dict(run={**RUN, "model": "dqn"}), "run.mode: got 'curriculum', expected 'fusion' for 'dqn'."),
        (dict(run={**RUN, "learning_type": "unsupervised"}), "run.learning_type: got 'unsupervised', expected 'supervised' "
                                                             "for 'gat'"),
        (dict(run={**RUN, "model": "gatt"}), "run.learning_type: missing; the model 'gatt' has none of its own. "
                                             "Did you mean 'gat'?"),
        (dict(run={**RUN, "model": "zzz"}), "run.learning_type: missing; the model 'zzz' has none of its own. "
                                            "Known without it: 'vgae', 'gat', 'dqn'."),
        (dict(run={**RUN, "model_siz": "x"}), "run.model_siz: unknown key. Did you mean 'model_size'?"),
        (dict(run={**RUN, "dataset": 5}), "run.dataset: got 5 (int), expected str, the name of a folder"),
        (dict(run=dict(model="gat")), "run.modality: missing; the run's folder is named by it"),
        (dict(run="gat"), "run: got 'gat' (str), expected dict"),
    ],
)  # fmt: skip
def test_the_top_level(problems, changes, line):
    assert line in problems(**changes)


@pytest.mark.parametrize(
    ("changes", "start", "end"),
    [
        (dict(randomness=dict(sed=0)), "randomness.sed: unknown argument of set_randomness (", "Did you mean 'seed'?"),
        (
            dict(env_cfg=dict(mp_cfg=dict(mp_start_metod="fork"))),
            "env_cfg.mp_cfg.mp_start_metod: unknown argument of set_multi_processing (",
            "Did you mean 'mp_start_method'?",
        ),
    ],
)
def test_arguments_of_functions(problems, changes, start, end):
    [line] = problems(**changes)
    assert line.startswith(start) and line.endswith(end)


@pytest.mark.parametrize(
    "changes",
    [
        dict(run=RUN),
        dict(run={**RUN, "model": "minigpt", "learning_type": "unsupervised", "mode": "plain"}),
        dict(val_dataloader=None, val_cfg=None, val_evaluator=None),
        dict(compile=True, find_unused_parameters=False, load_from=None, resume=False, launcher="none"),
        dict(randomness=dict(seed=3, deterministic=True), auto_scale_lr=dict(base_batch_size=8)),
    ],
)
def test_what_is_allowed(problems, changes):
    assert problems(**changes) == []


def test_a_variable_is_known_because_something_refers_to_it(problems, config):
    assert problems(length=7, train_cfg=dict(type="TrainLoop", max_epochs="${length}")) == []
    [line] = problems(length=7)
    assert line.startswith("length: unknown top-level key")


def test_a_variable_of_the_base_stays_one_where_nothing_refers_to_it_any_more(problems):
    assert problems(randomness=dict(seed=3)) == []


def test_a_recorded_config_has_variables_without_references(config, tmp_path):
    recorded = tmp_path / "config.py"
    recorded.write_text(load_config(config()).cfg.pretty_text)
    assert "${" not in recorded.read_text()
    assert check(load_config(recorded)) == []
    recorded.write_text(recorded.read_text().replace("log_level =", "log_levl ="))
    assert check(load_config(recorded)) == ["log_levl: unknown top-level key. Did you mean 'log_level'?"]
    recorded.write_text(recorded.read_text().replace("log_levl = 'INFO'", "helper = dict(a=1)"))
    [line] = check(load_config(recorded))
    assert line.startswith("helper: unknown top-level key.")


def test_a_variable_that_only_a_companion_refers_to(config, tmp_path):
    config("teacher", spare=3, train_cfg=dict(type="TrainLoop", max_epochs="${spare}"))
    student = config("student", spare=4, custom_hooks=[distillation(tmp_path / "teacher.py")])
    assert check(load_config(student), companions=False) == []
    alone = config("alone", spare=4)
    [line] = check(load_config(alone))
    assert line.startswith("spare: unknown top-level key.")


def test_require_raises_all_problems_together(config):
    with pytest.raises(ConfigError, match="2 problems") as caught:
        require(load_config(config(zzzz=5, compile="yes")))
    assert len(caught.value.problems) == 2
    require(load_config(config()))


def test_a_distilled_teacher_is_odd(config):
    hook = distillation("configs/minigpt.py")
    experiment = load_config(config(run={**RUN, "model_size": "teacher"}, custom_hooks=[hook]))
    assert warnings(experiment) == [
        "run.model_size: got 'teacher' with a KDHook, expected 'student'; is the student's config meant?"
    ]
    assert warnings(load_config(config(run=RUN, custom_hooks=[hook]))) == []
    assert warnings(load_config(config(run={**RUN, "model_size": "teacher"}))) == []


def test_every_problem_is_one_line(config):
    lines = check(load_config(config(zzzz=5, model=5, train_cfg=5, custom_hooks=[dict(type="EMAHok")], run=RUN)))
    assert len(lines) >= 4 and all("\n" not in line for line in lines)


def test_an_option_without_its_path_is_shown_it(problems):
    assert problems({"max_iters": 5}, train_cfg=dict(type="TrainLoop", max_iters=7)) == [
        "max_iters: unknown top-level key. Did you mean 'train_cfg.max_iters'? (from --cfg-options)"
    ]
