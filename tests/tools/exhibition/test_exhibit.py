"""Which run is shown, and the facts below it."""

import os
from pathlib import Path

from stillhouse.tools.exhibition.exhibit import Exhibit, Hall, facts_of
from stillhouse.tools.exhibition.found import Run, find_runs, read_run

EXHIBIT = Exhibit(
    "text", "minigpt", "A small GPT", ("minigpt",), {"nll": "nats a token"}, "make it", lambda run, hall: []
)


def test_the_first_config_the_finished_and_the_newest_run_come_first(folder_of, tmp_path: Path):
    def copy(name: str, result: bool, changed: float) -> Path:
        folder = folder_of(name, {} if result else None).rename(tmp_path / "runs" / f"{name}_{changed:g}")
        file = folder / ("result.json" if result else "last_checkpoint")
        os.utime(file, (changed, changed))
        return folder

    old, new, unfinished = copy("minigpt", True, 10), copy("minigpt", True, 20), copy("minigpt", False, 30)
    other = copy("gat_teacher_normal", True, 40)
    hall = Hall(find_runs([tmp_path]), [tmp_path])
    assert [run.folder for run in hall.of(("minigpt", "gat_teacher_normal"))] == [new, old, unfinished, other]
    assert [run.folder for run in hall.of(("gat_teacher_normal",))] == [other]
    assert hall.of(("dqn_fusion",)) == []


def test_facts_come_from_the_files(folder_of):
    facts = facts_of(EXHIBIT, read_run(folder_of("minigpt", {"nll": 5.4321}, seed=3)))
    assert facts[:4] == ["configs/minigpt.py", "seed 3", "1,234 steps", "nats a token 5.43"]
    assert facts[4:] == ["made by another version of this config"]


def test_what_the_files_do_not_say_is_said(tiny):
    run = tiny("minigpt")
    bare = Run(run.folder, run.name, {**run.config, "randomness": {}, "seed": None})
    assert facts_of(EXHIBIT, bare) == [
        "configs/minigpt.py", "no seed recorded", "training has not ended", "no headline figure in its result.json",
    ]  # fmt: skip
