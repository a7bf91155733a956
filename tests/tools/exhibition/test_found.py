"""Finding runs, and what their files say."""

import json
import shlex
from pathlib import Path

from stillhouse.engine.config import parse_options
from stillhouse.tools.exhibition.found import command_of, find_runs, is_of_another_version, read_run


def test_runs_are_found_at_any_depth_and_read_without_their_checkpoints(folder_of, tmp_path: Path):
    folder = folder_of("minigpt", {"nll": 5.5, "note": "text", "flag": True}, seed=3)
    (folder / "vis_data").mkdir()
    (folder / "vis_data" / "config.py").write_text("")
    (folder / "vis_data" / "result.json").write_text("{}")
    [run] = find_runs([tmp_path, tmp_path / "nowhere"])
    assert (run.folder, run.name, run.seed, run.fault) == (folder, "minigpt", 3, "")
    assert run.metrics == {"nll": 5.5}, "only numbers are figures"
    assert run.result["iterations"] == 1234 and run.changed > 0


def test_a_run_that_has_not_ended_has_no_result(folder_of):
    run = read_run(folder_of("minigpt"))
    assert run.result == {} and run.metrics == {} and run.fault == ""


def test_what_was_tested_stands_before_what_was_validated(folder_of):
    folder = folder_of("gat_teacher_normal", {"detection/f1": 0.5, "loss": 1.0})
    (folder / "test.json").write_text(json.dumps({"metrics": {"detection/f1": 0.75}}))
    assert read_run(folder).metrics == {"detection/f1": 0.75, "loss": 1.0}


def test_damage_is_a_fault_of_the_run(folder_of):
    folder = folder_of("minigpt", {})
    (folder / "result.json").write_text("{")
    assert "result.json: is not JSON" in read_run(folder).fault and read_run(folder).name == "minigpt"
    (folder / "result.json").write_text('{"metrics": [1]}')
    assert "metrics are a list, expected a table of numbers" in read_run(folder).fault
    (folder / "result.json").unlink()
    (folder / "test.json").write_text("[]")
    assert "test.json: holds a list" in read_run(folder).fault
    (folder / "config.py").write_text("seed = (")
    assert "config.py: cannot be read as a config" in read_run(folder).fault


def test_the_command_names_the_variables_that_differ(tiny):
    run = tiny("minigpt")
    assert command_of(run) == "python tools/train.py configs/minigpt.py --with-companions"
    assert not is_of_another_version(run)
    changed = read_run(run.folder)
    changed.config.update(seed=5, work_dir="elsewhere", tokenizer=dict(type="ByteBPE", vocabulary=300))
    command = shlex.split(command_of(changed))
    assert command[-3:] == ["--cfg-options", "seed=5", "tokenizer={'type': 'ByteBPE', 'vocabulary': 300}"]
    assert parse_options(command[-2:]) == {"seed": 5, "tokenizer": {"type": "ByteBPE", "vocabulary": 300}}
    changed.config["model"]["network"]["width"] = 32
    assert is_of_another_version(changed)


def test_a_config_that_is_not_shipped_has_its_name_for_a_command(folder_of):
    run = read_run(folder_of("mine", {}))
    assert command_of(run) == "python tools/train.py configs/mine.py --with-companions"
    assert is_of_another_version(run)
