"""Configs that name other configs."""

import json
from pathlib import Path

import pytest
import torch
from experiments import StopAt, distillation, newest, train

from stillhouse.engine.checkpoint import chosen
from stillhouse.engine.companions import (
    check_same_data,
    companions_of,
    inherit,
    is_reference,
    load_companion,
    missing_message,
    resolved,
    training_order,
)
from stillhouse.engine.config import load_config
from stillhouse.engine.errors import CompanionError, ConfigError
from stillhouse.engine.launch import is_finished, train_companions

SHORT = dict(train_cfg=dict(type="TrainLoop", max_iters=2))


def names(path: Path) -> list[str]:
    return [companion.experiment.path.stem for companion in training_order(load_config(path))]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dict(config="a.py"), True),
        (dict(type="FrozenModel", config="a.py", checkpoint="auto"), True),
        (dict(config=3), False),
        (dict(config="a.py", lr=1), False),
        ({}, False),
    ],
)
def test_what_a_reference_is(value: dict, expected: bool):
    assert is_reference(value) is expected


def test_those_that_others_need_come_first_and_once(config):
    base = config("base")
    left = config("left", custom_hooks=[distillation(base)])
    right = config("right", custom_hooks=[distillation(base)])
    top = config("top", custom_hooks=[distillation([right, left, base])])
    assert names(top) == ["base", "right", "left"]
    assert [companion.where for companion in companions_of(load_config(top))] == [
        f"custom_hooks.0.teacher.{number}" for number in range(3)
    ]


def test_a_circle_is_named(config, tmp_path: Path):
    a = config("a", custom_hooks=[distillation(tmp_path / "b.py")])
    config("b", custom_hooks=[distillation(a)])
    with pytest.raises(ConfigError, match=r"custom_hooks\.0\.teacher: .*in a circle: a\.py -> b\.py -> a\.py"):
        training_order(load_config(a))


def test_a_missing_companion_says_the_command_that_trains_it(config, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config("base", data_root="x", extra="${data_root}")
    top = load_config(
        config("top", custom_hooks=[distillation(tmp_path / "base.py")]), {"data_root": "here", "seed": 5}
    )
    (companion,) = companions_of(top)
    message = missing_message(companion, top)
    assert "`python tools/train.py base.py --cfg-options data_root=here seed=5`" in message
    assert str(tmp_path / "runs" / "base") in message and "--with-companions to train all that top.py needs" in message
    with pytest.raises(CompanionError, match="has no checkpoint in"):
        resolved(top)


def test_a_named_file_that_is_missing(config, tmp_path: Path):
    base = config("base")
    hook = dict(type="KDHook", teacher=dict(config=str(base), checkpoint=str(tmp_path / "no.pth")))
    with pytest.raises(CompanionError, match=r"custom_hooks\.0\.teacher\.checkpoint: .*no\.pth: no such file"):
        resolved(load_config(config("top", custom_hooks=[hook])))


def test_variables_reach_a_companion_s_companion_past_one_that_does_not_name_them(config, tmp_path: Path):
    def naming(other: Path) -> list[dict]:
        return [dict(type="KDHook", teacher=dict(config=str(other), checkpoint="auto"))]

    last = config("last", tempo=1, optim_wrapper=dict(optimizer=dict(type="SGD", lr="${tempo}")))
    middle = config("middle", tempo=1, custom_hooks=naming(last))
    first = load_config(config("first", tempo=1, custom_hooks=naming(middle)), {"tempo": 5})
    (second,) = companions_of(first)
    (third,) = companions_of(second.experiment)
    assert third.experiment.cfg.optim_wrapper.optimizer.lr == 5
    with pytest.raises(ConfigError, match=r"nothing in .* refers to it"):
        load_config(config("alone", tempo=1), {"tempo": 5})


def test_variables_of_the_command_line_are_inherited(config):
    base = config("base", data_root="x", extra="${data_root}/y", private=1)
    top = load_config(config("top"), {"data_root": "here", "seed": 5, "work_root": "there", "private": 2, "lr": 9})
    inherited = inherit(str(base), top)
    assert inherited.options == {"data_root": "here", "seed": 5, "work_root": "there"}
    assert inherited.cfg.extra == "here/y" and inherited.cfg.randomness.seed == 5 and inherited.cfg.private == 1
    assert inherited.work_dir == Path("there/base")


def test_missing_ones_are_trained_and_finished_ones_are_left(config, tmp_path: Path):
    base = config("base", **SHORT)
    top = load_config(config("top", custom_hooks=[distillation(base)]))
    said: list[str] = []
    train_companions(top, say=said.append)
    assert is_finished(load_config(base)) and said == [f"base.py: trains in {tmp_path / 'runs' / 'base'}"]
    file = chosen(tmp_path / "runs" / "base")
    assert file is not None
    written = file.stat().st_mtime_ns
    train_companions(top, say=said.append)
    assert said[1] == f"base.py: already trained, {file}" and file.stat().st_mtime_ns == written


def test_an_unfinished_one_is_resumed(config, tmp_path: Path):
    base = config("base", **SHORT)
    train(base, stop=StopAt(1))
    top = load_config(config("top", custom_hooks=[distillation(base)]))
    (companion,) = companions_of(top)
    assert not companion.trained and companion.file is not None
    said: list[str] = []
    train_companions(top, say=said.append)
    assert said == [f"base.py: resumes in {tmp_path / 'runs' / 'base'}"] and companion.trained
    train(base, tmp_path / "whole")
    whole, run = (newest(tmp_path / name)["state_dict"] for name in ("whole", "runs/base"))
    assert all(torch.equal(whole[key], run[key]) for key in whole)


def test_a_companion_from_another_config_is_refused(config, teacher):
    file = chosen(teacher.parent / "runs" / "teacher")
    with pytest.raises(CompanionError, match=r"was made by teacher\.py, expected other\.py"):
        load_companion(str(config("other")), str(file))


def test_a_companion_that_is_not_there(config):
    with pytest.raises(CompanionError, match=r"no_run\.py: has no checkpoint; train it with `python tools/train\.py"):
        load_companion(str(config("no_run")), "auto")


def test_the_network_is_the_one_that_was_trained(config, teacher):
    network, meta = load_companion(str(teacher), "auto")
    expected = newest(teacher.parent / "runs" / "teacher")["state_dict"]
    assert all(torch.equal(value, expected[f"network.{key}"]) for key, value in network.state_dict().items())
    assert meta["config_file"] == "teacher.py" and len(meta["data"]["digest"]) == 64
    json.dumps(meta)


class Data:
    """A data set of a given digest."""

    def __init__(self, digest: str | None) -> None:
        self.digest = digest

    def provenance(self) -> dict:
        return {"digest": self.digest}


def test_other_data_is_refused_and_unknown_data_is_not():
    with pytest.raises(CompanionError, match=r"x\.pth: was trained on other data \(digest aaa, this run has bbb\)"):
        check_same_data({"data": {"digest": "aaa"}}, Data("bbb"), "x.pth")
    check_same_data({"data": {"digest": "aaa"}}, Data("aaa"), "x.pth")
    check_same_data({"data": {}}, Data("bbb"), "x.pth")
    check_same_data({"data": {"digest": "aaa"}}, object(), "x.pth")


def test_resuming_on_other_data_is_refused(config, tmp_path: Path):
    path = config(**SHORT)
    train(path, tmp_path / "run", stop=StopAt(1))
    (tmp_path / "text.txt").write_text("other words " * 40)
    with pytest.raises(CompanionError, match=r"iter_1\.pth: was trained on other data"):
        train(path, tmp_path / "run", resume=True)
