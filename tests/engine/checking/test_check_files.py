"""Companions, checkpoints and data."""

from pathlib import Path

import pytest
from experiments import distillation, loader

from stillhouse.engine.checking import check
from stillhouse.engine.config import PACKAGE_ROOT, load_config


@pytest.fixture
def teacher_config(config) -> Path:
    return config("teacher")


def checked(path: Path, companions: bool = True, options: dict | None = None) -> list[str]:
    return check(load_config(path, options), companions=companions)


def test_data_that_is_not_there_names_the_variable_to_set(problems):
    [line] = problems(text_file="nowhere/text.txt")
    places = " and ".join(dict.fromkeys((str(Path.cwd()), str(PACKAGE_ROOT))))
    assert line == (
        f"train_dataloader.dataset.path: nowhere/text.txt: no such file or folder (looked in {places}). "
        "For your own add --cfg-options text_file=..."
    )


@pytest.mark.parametrize(
    ("config", "option", "made_by"),
    [
        ("gat_teacher_normal", "data_root", "python tools/make_can.py"),
        ("sketch_flow_small", "data_root", "python tools/make_sketches.py data/sketches"),
        ("scene_forward_small", "data_root", "python tools/generate_scenes.py 5000"),
    ],
)
def test_data_that_a_tool_writes_names_the_tool(config: str, option: str, made_by: str):
    lines = checked(PACKAGE_ROOT / f"configs/{config}.py", options={option: "data/nowhere"})
    assert any(
        f"`{made_by}` writes synthetic data; for your own add --cfg-options {option}=..." in line for line in lines
    )


def test_a_checkpoint_to_begin_with_must_be_there(problems, tmp_path):
    assert problems(load_from=str(tmp_path / "none.pth")) == [f"load_from: {tmp_path / 'none.pth'}: no such checkpoint"]


def test_data_below_a_variable_names_the_variable(problems, tmp_path):
    data = loader("train")
    data["dataset"]["path"] = "${text_file}/train"
    lines = problems(text_file="nowhere", train_dataloader=data)
    assert all(line.endswith("--cfg-options text_file=...") for line in lines) and len(lines) == 2


def test_data_without_a_variable_names_the_key(problems, tmp_path):
    data = loader("train")
    data["dataset"]["path"] = "nowhere"
    lines = problems(train_dataloader=data)
    assert lines[-1].endswith("--cfg-options train_dataloader.dataset.path=...")


def test_data_below_the_package_is_found_from_anywhere(problems, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert problems(text_file="ARCHITECTURE.md") == []


def test_a_companion_config_that_is_not_there(problems):
    [line] = problems(custom_hooks=[distillation("configs/nowhere.py")])
    assert line.startswith("custom_hooks.0.teacher.config: configs/nowhere.py: no such config file (looked in ")


def test_a_companion_that_is_not_trained(config, teacher_config):
    student = config(custom_hooks=[distillation(teacher_config)])
    [line] = checked(student)
    assert line.startswith("custom_hooks.0.teacher: ") and "teacher.py has no checkpoint in " in line
    assert "Train it first with `python tools/train.py " in line and "--with-companions" in line
    assert checked(student, companions=False) == []


def test_a_checkpoint_that_was_given_must_be_there_even_if_companions_are_trained(config, teacher_config):
    hook = distillation(teacher_config)
    hook["teacher"]["checkpoint"] = "nowhere.pth"
    for companions in (True, False):
        lines = checked(config(custom_hooks=[hook]), companions)
        assert lines == ["custom_hooks.0.teacher.checkpoint: nowhere.pth: no such file"]


def test_a_companion_is_checked_itself_under_its_path(config):
    teacher = config("teacher", compile="yes")
    lines = checked(config(custom_hooks=[distillation([teacher, teacher])]), companions=False)
    assert lines == [f"{teacher}: compile: got 'yes' (str), expected bool"]


def test_a_variable_from_the_command_line_reaches_companions(config, teacher_config):
    student = config(custom_hooks=[distillation(teacher_config)])
    data = load_config(teacher_config).cfg.train_dataloader.dataset.path
    assert Path(data).is_file()
    assert checked(student, companions=False, options={"text_file": "nowhere"})[0].startswith(
        "train_dataloader.dataset.path: "
    )


def test_the_data_of_a_companion_must_be_there_where_it_is_still_to_be_trained(config):
    teacher = config("teacher", text_file="nowhere")
    student = config(custom_hooks=[distillation(teacher)])
    [line] = checked(student, companions=False)
    assert line.startswith(f"{teacher}: train_dataloader.dataset.path: nowhere: no such file")
    assert not any("nowhere" in line for line in checked(student))


def test_missing_data_of_a_config_and_its_companion_is_told_once(config):
    teacher = config("teacher", text_file="nowhere")
    student = config(custom_hooks=[distillation(teacher)], text_file="nowhere")
    assert len(checked(student, companions=False)) == 1


def test_configs_that_name_each_other_in_a_circle(config, tmp_path):
    student = config("student", custom_hooks=[distillation(tmp_path / "teacher.py")])
    config("teacher", custom_hooks=[distillation(student)])
    lines = checked(student, companions=False)
    assert lines == [
        "custom_hooks.0.teacher: the configs name each other in a circle: student.py -> teacher.py -> student.py"
    ]


def test_a_companion_whose_folder_cannot_be_named(config):
    teacher = config("teacher", run=dict(model="gat"))
    for companions in (True, False):
        lines = checked(config(custom_hooks=[distillation(teacher)]), companions)
        assert len(lines) == 4 and all(line.startswith(f"{teacher}: run.") for line in lines)


def test_a_trained_companion_is_fine(config, teacher):
    assert checked(config(custom_hooks=[distillation(teacher)], model=load_config(teacher).cfg.model.to_dict())) == []
