"""Rounds of stages: what is skipped, what runs again, and what survives a kill."""

import random
import time
from dataclasses import replace
from pathlib import Path

import cycle_toys
import pytest
import scene_toys
from cycle_toys import NAMES, Tools, go_in_child
from killing import CONTEXT

from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.identity import scene_key
from stillhouse.datasets.scene.ref_file import RefFile
from stillhouse.engine.command import INTERRUPTED
from stillhouse.engine.scene.cycle.cycle import Cycle
from stillhouse.engine.scene.cycle.errors import CurationMissing, CycleError
from stillhouse.engine.scene.cycle.plan import Plan
from stillhouse.engine.scene.cycle.rounds import rounds


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return Tools(tmp_path / "log")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return cycle_toys.plan(tmp_path)


def told_to(said: list[str]):
    return lambda words: said.append(words)


def go(plan: Plan, tools, most: int | None = None, keep: int | None = None) -> list[str]:
    """The stages that ran in one call."""
    before = len(tools.noted())
    Cycle(plan, tools, lambda words: None).go(most, keep)
    return tools.noted()[before:]


def waits(plan: Plan, tools) -> list[str]:
    """The same, of a call that stops for curation."""
    before = len(tools.noted())
    with pytest.raises(CurationMissing):
        Cycle(plan, tools, lambda words: None).go()
    return tools.noted()[before:]


def test_a_round_runs_all_stages_in_order_and_asks_for_curation(plan: Plan, tools: Tools):
    with pytest.raises(CurationMissing, match=r"round 1 is explored: choose what is kept") as stopped:
        Cycle(plan, tools, lambda words: None).go()
    assert tools.noted() == NAMES
    explored = next(plan.folder.glob("explore-*"))
    assert f"--refs {plan.refs} " in str(stopped.value) and f"--output {explored} page" in str(stopped.value)
    assert (explored / "explore" / "exploration.json").is_file(), "so that out:0 names its first scene"
    assert len(RefFile(plan.refs).refs()) == 3, "nobody has changed the references"


def test_nothing_runs_twice_and_curation_begins_the_next_round(plan: Plan, tools: Tools):
    waits(plan, tools)
    assert waits(plan, tools) == [], "nothing has changed"
    RefFile(plan.refs).add(scene_toys.scenes(1, seed=77))
    assert waits(plan, tools) == NAMES, "all of the stages depend on the references"
    first, second = rounds(plan.folder)
    assert first.kept and [scene_key(scene) for scene in first.kept["added"]] == [
        scene_key(scene_toys.scenes(1, 77)[0])
    ]
    assert first.by == "by hand" and second.kept is None and second.number == 2


def test_a_stage_that_does_not_depend_on_the_references_is_kept_in_later_rounds(plan: Plan, tools: Tools):
    plan = replace(plan, coverage="random")
    assert go(plan, tools, 2, keep=1) == [*NAMES, "scores", "quality", "inverse", "explore"]
    one, two = rounds(plan.folder)
    assert one.stages["forward"] == two.stages["forward"] and one.stages["inverse"] != two.stages["inverse"]


def test_the_first_scenes_are_kept_where_that_is_asked(plan: Plan, tools: Tools):
    assert go(plan, tools, 2, keep=3) == 2 * NAMES
    assert len(RefFile(plan.refs).refs()) == 9, "every round explores others"
    assert go(plan, tools, 2, keep=3) == [], "two rounds are whole"
    one, _ = rounds(plan.folder)
    assert one.by == "the first 3 of the exploration" and len(one.kept["added"]) == 3
    assert go(plan, tools, keep=0) == NAMES, "without a number of rounds it is one more"
    assert rounds(plan.folder)[2].kept["added"] == []


@pytest.mark.parametrize(
    ("changes", "again", "why"),
    [
        (dict(scenes=6), ["coverage", "forward", "inverse", "explore"], "scenes 5 -> 6"),
        (dict(quality=6), ["quality", "inverse"], "scenes 4 -> 6"),
        (dict(inverse_options=("max_iters=7",)), ["inverse"], "config"),
        (dict(forward_options=("max_iters=7",)), ["forward", "inverse", "explore"], "config"),
        (dict(scorer="qwen"), ["scores"], "scorer heuristic -> qwen"),
        (dict(candidates=8), ["explore"], "candidates 9 -> 8"),
        (dict(workers=2), [], ""),
    ],
)
def test_a_changed_input_runs_its_stage_and_those_after_it(plan: Plan, tools: Tools, changes: dict, again, why: str):
    waits(plan, tools)
    changed, said = replace(plan, **changes), []
    listed = [name for name, reason, _ in Cycle(changed, tools, print).listing() if reason is not None]
    with pytest.raises(CurationMissing):
        Cycle(changed, tools, told_to(said)).go()
    assert tools.noted()[6:] == again, "stages whose inputs came out the same are skipped, whatever ran before them"
    assert set(again) <= set(listed)
    assert not why or any(words.startswith(f"round 1, {again[0]}: runs, changed: {why}") for words in said)


def test_references_changed_in_the_middle_of_a_round_count(plan: Plan, tools: Tools):
    with pytest.raises(CycleError):
        go(plan, Tools(tools.log, statuses={"explore": 2}))
    RefFile(plan.refs).add(scene_toys.scenes(1, seed=77))
    assert waits(plan, tools) == NAMES
    assert [one.number for one in rounds(plan.folder)] == [1], "nothing had been explored, so nothing was curated"


def test_references_changed_while_the_stages_run_are_no_answer_to_the_exploration(plan: Plan, tools: Tools):
    late = scene_toys.scenes(1, seed=77)

    def run(tool: str, arguments) -> int:
        if tool == "explore":
            RefFile(plan.refs).add(late)
        return tools(tool, arguments)

    with pytest.raises(CurationMissing):
        Cycle(plan, run, lambda words: None).go()
    assert waits(plan, tools) == [], "nobody has seen what was explored"
    assert rounds(plan.folder)[0].kept is None
    assert go(plan, tools, 1, keep=2) == []
    assert len(rounds(plan.folder)[0].kept["added"]) == 3 and len(RefFile(plan.refs).refs()) == 6


def test_an_output_that_was_changed_is_made_again(plan: Plan, tools: Tools):
    waits(plan, tools)
    next(plan.folder.glob("quality-*/scenes/images/000002.png")).unlink()
    said = []
    assert [
        (name, why)
        for name, why, _ in Cycle(plan, tools, told_to(said)).listing()
        if why and "gone or has been changed" in why
    ] == [("quality", "what it left is gone or has been changed")]
    assert waits(plan, tools) == ["quality"], "it came out the same, so that the inverse model stays"


def test_listing_changes_nothing_and_says_why(plan: Plan, tools: Tools, tmp_path: Path):
    before = sorted(tmp_path.rglob("*"))
    listed = {name: (why, command) for name, why, command in Cycle(plan, tools, print).listing()}
    assert sorted(tmp_path.rglob("*")) == before
    assert listed["coverage"][0] == "it has not been done yet" and listed["coverage"][1][:2] == ["generate_scenes", "5"]
    assert listed["forward"] == ("coverage runs before it", []) and listed["explore"][0] == "scores runs before it"
    waits(plan, tools)
    assert all(why is None for _, why, _ in Cycle(plan, tools, print).listing())
    RefFile(plan.refs).add(scene_toys.scenes(1, seed=77))
    why = {name: why for name, why, _ in Cycle(plan, tools, print).listing()}
    assert why["coverage"] == "changed: references" and rounds(plan.folder)[0].kept is None


def test_a_stage_that_fails_stops_the_cycle_and_goes_on_later(plan: Plan, tools: Tools):
    with pytest.raises(CycleError, match=r"forward: train ended with 3, expected 0.*It ran: python tools/train\.py"):
        go(plan, Tools(tools.log, statuses={"train": 3}))
    said = []
    with pytest.raises(CurationMissing):
        Cycle(plan, tools, told_to(said)).go()
    assert tools.noted() == NAMES and "round 1, forward: runs, it was cut off" in said


def test_a_tool_that_leaves_nothing_is_not_recorded(plan: Plan, tools: Tools):
    with pytest.raises(CycleError, match=r"scores: score_refs left nothing whole in"):
        go(plan, Tools(tools.log, statuses={"score_refs": 0}))
    assert waits(plan, tools) == ["scores", "quality", "inverse", "explore"]


def test_an_exploration_that_is_not_different_enough_is_a_verdict(plan: Plan, tools: Tools):
    def run(tool: str, arguments) -> int:
        return tools(tool, arguments) or int(tool == "explore")

    with pytest.raises(CurationMissing):
        Cycle(plan, run, lambda words: None).go()
    assert waits(plan, tools) == []


def test_an_interrupted_tool_interrupts_the_cycle(plan: Plan, tools: Tools):
    with pytest.raises(KeyboardInterrupt):
        go(plan, Tools(tools.log, statuses={"train": INTERRUPTED}))


def test_references_must_be_there(plan: Plan, tools: Tools):
    plan.refs.unlink()
    with pytest.raises(CycleError, match=r"refs\.jsonl: no references, expected a scene a line\. Begin with some"):
        go(plan, tools)
    plan.refs.write_text("{}x\n")
    with pytest.raises(SceneError, match=r"refs\.jsonl:1"):
        go(plan, tools)
    assert tools.noted("began") == []


def test_numbers_out_of_range(plan: Plan):
    with pytest.raises(CycleError, match="size: got 4, expected at least 8"):
        replace(plan, size=4)
    with pytest.raises(CycleError, match="count: got 10, expected at most 9, the number of candidates"):
        replace(plan, count=10)


def test_two_cycles_in_one_folder_exclude_each_other(plan: Plan, tools: Tools, monkeypatch):
    monkeypatch.setattr("stillhouse.engine.scene.cycle.cycle.LOCK_PATIENCE_S", 0.05)

    def run(tool: str, arguments) -> int:
        with pytest.raises(SceneError, match="a lock that another process has held"):
            go(plan, tools)
        return 3

    with pytest.raises(CycleError, match="coverage: generate_scenes ended with 3"):
        Cycle(plan, run, lambda words: None).go()


def test_killed_at_any_moment_it_goes_on_and_repeats_no_stage_that_had_ended(tmp_path: Path):
    draw, kills = random.Random(0), 0
    plan, tools = cycle_toys.plan(tmp_path), Tools(tmp_path / "log")
    for _ in range(6):
        child = CONTEXT.Process(target=go_in_child, args=(str(tmp_path), 0.03, 2))
        child.start()
        seen, until = len(tools.noted("began")), time.monotonic() + 60
        while child.is_alive() and len(tools.noted("began")) < seen + 2 and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 0.06))
        kills += child.is_alive()
        child.kill()
        child.join()
        assert len(RefFile(plan.refs).refs()) in (3, 5, 7)
        assert [one.number for one in rounds(plan.folder)] in ([], [1], [1, 2])
    assert kills >= 3, "most had finished before they were killed"
    Cycle(plan, tools, lambda words: None).go(2, keep=2)
    first, second = rounds(plan.folder)
    assert (len(first.kept["added"]), len(second.kept["added"])) == (2, 2) and second.kept["after"] == 7
    assert first.by == second.by == "the first 2 of the exploration"
    # A kill between a tool's end and its record repeats that tool; nothing else is repeated.
    assert len(tools.noted()) - 12 <= kills and set(tools.noted()) == set(NAMES)
