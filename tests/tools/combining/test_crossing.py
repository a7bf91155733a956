"""Cases in processes, what is judged of them, and a cross that was stopped."""

import math
from pathlib import Path

import pytest

from stillhouse.engine.errors import StillhouseError
from stillhouse.tools.combining import crossing
from stillhouse.tools.combining.cases import SETTINGS, Case, every_case
from stillhouse.tools.combining.crossing import Outcome, Results, attempt, cross, disagreements, grouped
from stillhouse.tools.combining.preparing import prepare
from stillhouse.tools.combining.two_steps import Found

GPT = "MiniGPT"


def test_a_case_of_two_processes_and_one_that_breaks(root: Path, monkeypatch):
    prepare(GPT, str(root))
    case = Case(GPT, "two teachers", "together")
    ((_, outcome),) = attempt([case], root, Results(root / "results.json"))
    assert outcome.verdict == "ok", outcome.reasons
    assert math.isfinite(outcome.loss) and len(outcome.weights) == 16
    assert not (root / "cases" / "MiniGPT__two_teachers__together").exists()


def test_a_process_that_breaks_fails_its_own_case_alone(root: Path, monkeypatch):
    broken = Case(GPT, setting="AMP")
    monkeypatch.setattr(crossing, "_run", lambda group, root: "status 3: broken" if broken in group else None)
    monkeypatch.setattr(crossing, "_found", lambda case, root: [Found(1.0, case.name)])
    monkeypatch.setattr(crossing.shutil, "rmtree", lambda folder: None)
    group = [Case(GPT), Case(GPT, setting="accumulation"), broken]
    found = {case.setting: outcome for case, outcome in attempt(group, root, Results(root / "none.json"))}
    assert [outcome.verdict for outcome in found.values()] == ["ok", "ok", "FAILED"]
    assert found["AMP"].reasons == ["status 3: broken"]


def test_cases_share_processes_but_for_compiled_ones():
    groups = grouped([Case(GPT, "KD", setting) for setting in SETTINGS])
    assert [[case.setting for case in group] for group in groups] == [
        ["plain", "EMA", "accumulation", "AMP"], ["compile"], ["DDP", "FSDP2", "together"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "found", "faults"),
    [
        ("EMA", Found(1.0, "a"), []),
        ("EMA", Found(1.0, "b"), ["the raw weights are not those of the run without the average"]),
        ("EMA", Found(1.1, "a"), ["the first loss is 1.1, without the setting 1"]),
        ("AMP", Found(1.05, "b"), []),
        ("AMP", Found(1.0, "a"), ["the weights are those of the run in fp32"]),
        ("AMP", Found(1.2, "b"), ["the first loss is 1.2, without the setting 1"]),
        ("compile", Found(1.0005, "b"), []),
        ("compile", Found(0.99, "b"), ["the first loss is 0.99, without the setting 1"]),
        ("accumulation", Found(7.0, "b"), []),
        ("FSDP2", Found(1.000001, "b"), []),
        ("FSDP2", Found(1.001, "b"), ["the first loss is 1.001, without the setting 1"]),
    ],
)
def test_what_a_setting_may_change(setting: str, found: Found, faults: list[str]):
    assert disagreements(Case(GPT, setting=setting), [found], Outcome("ok", [], 1.0, "a")) == faults
    assert disagreements(Case(GPT, setting=setting), [found], None) == []


def test_ranks_that_part_are_seen():
    ranks = [Found(1.0, "a"), Found(1.0, "b")]
    assert disagreements(Case(GPT, setting="DDP"), ranks, None) == ["the ranks have different weights"]


@pytest.fixture
def tried(monkeypatch) -> list[Case]:
    """The cases that a cross runs, without running them; the check refuses all of the fusion agent."""
    tried: list[Case] = []

    def run(group: list[Case], root: Path, results: Results) -> list[tuple[Case, Outcome]]:
        tried.extend(group)
        return [(case, Outcome("ok", [], 1.0, "a")) for case in group]

    monkeypatch.setattr(crossing, "attempt", run)
    monkeypatch.setattr(crossing, "_prepare", lambda network, root: None)
    monkeypatch.setattr(crossing, "refusal", lambda case, root: ["x: no"] if case.network == "FusionAgent" else [])
    return tried


@pytest.mark.parametrize("whole", [False, True])
def test_a_cross_goes_on_where_it_was(tried: list[Case], tmp_path: Path, whole: bool):
    cases = [case for case in every_case() if case.network in (GPT, "FusionAgent")]
    told: list[str] = []
    for end in (5, len(cases)):
        results = Results(tmp_path / "results.json")
        cross(cases[:end], tmp_path, results, lambda case, outcome: told.append(case.name), whole)
    assert sorted(told) == sorted(case.name for case in cases), "each once"
    assert {case.network for case in tried} == {GPT}
    compiled = [case.distillation for case in tried if case.setting == "compile"]
    assert sorted(compiled) == (["KD", "no KD", "two teachers"] if whole else ["KD"])
    outcomes = Results(tmp_path / "results.json").outcomes
    assert outcomes["FusionAgent, KD, DDP"] == Outcome("refused", ["x: no"])
    assert outcomes["MiniGPT, no KD, compile"].verdict == ("ok" if whole else "skipped")


def test_the_whole_cross_tries_what_was_skipped(tried: list[Case], tmp_path: Path):
    cases = [case for case in every_case() if case.network == GPT]
    for whole in (False, True):
        cross(cases, tmp_path, Results(tmp_path / "results.json"), lambda case, outcome: None, whole)
    assert len(tried) == len(cases) == len(set(tried)), "each once"
    assert {one.verdict for one in Results(tmp_path / "results.json").outcomes.values()} == {"ok"}


def test_outcomes_can_be_forgotten(tmp_path: Path):
    results = Results(tmp_path / "new" / "results.json")
    results.add(Case(GPT), Outcome("ok"))
    results.add(Case("GAT"), Outcome("FAILED", ["x"]))
    results.forget([Case("GAT")])
    assert list(results.outcomes) == [Case(GPT).name] and results.reference_of(Case(GPT, setting="DDP")) == Outcome(
        "ok"
    )


def test_what_cannot_be_prepared_fails_and_others_go_on(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(crossing, "prepare", _unprepared)
    results = Results(tmp_path / "results.json")
    cross([Case(GPT), Case("GAT")], tmp_path, results, lambda case, outcome: None)
    reasons = [outcome.reasons for outcome in results.outcomes.values() if outcome.verdict == "FAILED"]
    assert reasons == 2 * [["its companions and teachers could not be trained: status 2: no data here"]]


def _unprepared(network: str, root: str) -> None:
    raise StillhouseError("no data here")


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_the_whole_cross(tmp_path: Path):
    results = Results(tmp_path / "results.json")
    cross(every_case(), tmp_path, results, lambda case, outcome: None)
    assert {name: one.reasons for name, one in results.outcomes.items() if one.verdict == "FAILED"} == {}
