"""Runs under faults, judged."""

from pathlib import Path

import pytest
from experiments import distillation, train

from stillhouse.engine.chaos.campaign import Outcome, disturb
from stillhouse.engine.chaos.faults import FAULTS, Kill
from stillhouse.engine.chaos.place import prepare
from stillhouse.engine.chaos.table import all_kept
from stillhouse.engine.checkpoint import read_checkpoint, saved, write_checkpoint
from stillhouse.engine.errors import ConfigError

SAVING = dict(default_hooks=dict(checkpoint=dict(interval=2, by_epoch=False, max_keep=3), log=dict(interval=2)))


class Spoiling(Kill):
    """Changes one weight of every checkpoint by the least step, unseen by checksums."""

    name = "spoiling"
    needs_checkpoint = True

    def strike(self, process, place, draw) -> int:
        good = super().strike(process, place, draw)
        process.wait()
        for path in saved(place.folder):
            content = read_checkpoint(path)
            next(iter(content["state_dict"].values())).view(-1)[0] += 1e-7
            write_checkpoint(content, path)
        return good


class Forgetting(Kill):
    """Removes the checkpoints."""

    name = "forgetting"
    needs_checkpoint = True

    def strike(self, process, place, draw) -> int:
        good = super().strike(process, place, draw)
        process.wait()
        for path in saved(place.folder):
            path.unlink()
        return good


def test_a_campaign_keeps_all_and_notices_what_is_lost(config, tmp_path: Path):
    place = prepare(str(config(**SAVING)), {}, tmp_path / "chaos")
    said: list[str] = []
    kept, spoilt, forgotten = disturb(place, [Kill(), Spoiling(), Forgetting()], 3, say=said.append)
    assert (kept.verdict, kept.ended, kept.messages) == ("same bits", True, [])
    assert spoilt.verdict == "lost" and "differ: state_dict" in spoilt.messages[0]
    assert forgotten.verdict == "lost" and "was saved, and only 0 was left" in forgotten.messages[0]
    assert said[0].startswith("[1/3] SIGKILL after ") and "lost" in said[1]


class Late(Kill):
    """Always comes when the run has ended."""

    def strike(self, process, place, draw) -> int:
        process.wait()
        raise ProcessLookupError(process.pid)


def test_a_fault_that_always_comes_late_is_missed_and_what_was_done_is_not_done_again(
    config, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr("stillhouse.engine.chaos.campaign.MISSES", 2)
    place = prepare(str(config(train_cfg=dict(type="TrainLoop", max_iters=1))), {}, tmp_path / "chaos")
    done, added = Outcome("SIGKILL", "same bits", True, 1.0, []), []
    outcomes = disturb(place, [Late()], 2, say=lambda line: None, done=[done], keep=added.append)
    assert outcomes == [done, *added] and [one.verdict for one in added] == ["missed"]
    assert disturb(place, [Late()], 2, say=pytest.fail, done=outcomes) == outcomes


def test_companions_are_copied_and_must_be_there(config, tmp_path: Path):
    teacher = config("teacher", train_cfg=dict(type="TrainLoop", max_iters=2, val_interval=2))
    student = config(custom_hooks=[distillation(teacher)])
    with pytest.raises(ConfigError, match="has no checkpoint in"):
        prepare(str(student), {}, tmp_path / "chaos")
    train(teacher)
    place = prepare(str(student), {}, tmp_path / "chaos")
    assert place.companions == [tmp_path / "chaos" / "companions" / "teacher"]
    assert (place.companions[0] / "iter_2.pth").is_file()
    assert place.options["default_hooks.memory.max_halvings"] == 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_nothing_is_lost_under_any_fault(config, tmp_path: Path):
    teacher = config("teacher")
    train(teacher)
    hooks = [dict(type="EMAHook", decay=0.9), distillation(teacher, measure_teacher=False)]
    student = config(custom_hooks=hooks, train_cfg=dict(type="TrainLoop", max_epochs=4), **SAVING)
    outcomes = disturb(prepare(str(student), {}, tmp_path / "chaos"), list(FAULTS), 14)
    assert all_kept(outcomes), outcomes
    assert {outcome.fault for outcome in outcomes if outcome.verdict == "unclear"} <= {"no memory"}
    assert {outcome.fault for outcome in outcomes} == {fault.name for fault in FAULTS} - {"damaged cache"}
    assert sum(outcome.ended for outcome in outcomes) >= 6, "too few faults ended a run to mean anything"
