"""Go through the cross, a network at a time, in processes of their own, and keep every verdict."""

import contextlib
import json
import math
import shutil
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from stillhouse.datasets.replacing import replacing
from stillhouse.engine.checking import check
from stillhouse.engine.run_process import RunProcess

from .cases import Case, experiment_of, folder_of
from .preparing import prepare
from .recipes import RECIPES
from .two_steps import Found, run_rank

Verdict = Literal["ok", "refused", "skipped", "FAILED"]
VERDICTS: tuple[Verdict, ...] = ("ok", "refused", "skipped", "FAILED")
PATIENCE_S = 900
COMPILED, IN_BF16, CUT = 1e-3, 0.1, 1e-5  # how far, of its size, a first loss may be from that of the reference


@dataclass
class Outcome:
    """How a case ended.

    Args:
        verdict: ``ok``; ``refused`` by the config check; ``skipped`` as too slow; or ``FAILED``.
        reasons: of the check, or what went wrong.
        loss, weights: see ``Found``.
    """

    verdict: Verdict
    reasons: list[str] = field(default_factory=list)
    loss: float | None = None
    weights: str = ""


class Results:
    """The outcomes so far, in a file that is whole at every moment.

    Args:
        file: of an earlier cross, or absent.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        known = json.loads(file.read_text()) if file.is_file() else {}
        self.outcomes = {name: Outcome(**content) for name, content in known.items()}

    def forget(self, cases: Sequence[Case]) -> None:
        """Have these tried again."""
        for case in cases:
            self.outcomes.pop(case.name, None)

    def waiting(self, cases: Sequence[Case], whole: bool) -> list[Case]:
        """Those without an outcome; what was skipped as too slow waits where the ``whole`` cross is asked for."""
        done = {name for name, outcome in self.outcomes.items() if not (whole and outcome.verdict == "skipped")}
        return [case for case in cases if case.name not in done]

    def reference_of(self, case: Case) -> Outcome | None:
        """How the case went that it is compared with."""
        return self.outcomes.get(case.reference.name)

    def add(self, case: Case, outcome: Outcome) -> None:
        """Keep one."""
        self.outcomes[case.name] = outcome
        content = {name: asdict(one) for name, one in self.outcomes.items()}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.file) as temporary:
            temporary.write_text(json.dumps(content, indent=1))


def cross(
    cases: Sequence[Case], root: Path, results: Results, on_case: Callable[[Case, Outcome], None], whole: bool = False
) -> None:
    """Try every case that has no outcome yet.

    Args:
        cases: a network's plain cases before those that are compared with them.
        root: folder of the cross.
        results: grows.
        on_case: told after each case.
        whole: compile each network under every distillation, and not under one alone.
    """

    def keep(case: Case, outcome: Outcome) -> None:
        results.add(case, outcome)
        on_case(case, outcome)

    waiting = results.waiting(cases, whole)
    for network in dict.fromkeys(case.network for case in waiting):
        unprepared, running = _prepare(network, root), []
        for case in (case for case in waiting if case.network == network):
            outcome = Outcome("FAILED", [unprepared]) if unprepared else _not_run(case, root, whole)
            keep(case, outcome) if outcome else running.append(case)
        for group in grouped(running):
            for case, outcome in attempt(group, root, results):
                keep(case, outcome)


def _prepare(network: str, root: Path) -> str | None:
    """Have its companions and teachers trained; returns why they could not be."""
    process = RunProcess(prepare, network, str(root), threads=1)
    failed = _first_failure([process], time.monotonic() + PATIENCE_S)
    process.kill()
    return failed and f"its companions and teachers could not be trained: {failed}"


def _not_run(case: Case, root: Path, whole: bool) -> Outcome | None:
    """The outcome of a case that need not be run."""
    problems = refusal(case, root)
    if problems:
        return Outcome("refused", problems)
    slow = case.setting == "compile" and case.distillation != RECIPES[case.network].compiled_with
    return Outcome("skipped") if slow and not whole else None


def refusal(case: Case, root: Path) -> list[str]:
    """What the config check says against a case; nothing where it may run."""
    return check(experiment_of(case, root), processes=case.processes)


def grouped(cases: Sequence[Case]) -> list[list[Case]]:
    """Cases that may share a process, which has then imported everything once; each compiled one is alone."""
    groups: dict[object, list[Case]] = {}
    for case in cases:
        groups.setdefault(case if case.setting == "compile" else case.processes, []).append(case)
    return list(groups.values())


def attempt(group: Sequence[Case], root: Path, results: Results) -> list[tuple[Case, Outcome]]:
    """Run the cases of a group; where one breaks the process, each in one of its own.

    Args:
        group: of equally many processes, prepared and checked.
        root: folder of the cross.
        results: hold the cases to compare with that are not in the group.
    """
    failed = _run(group, root)
    if failed and len(group) > 1:
        return [outcome for case in group for outcome in attempt([case], root, results)]
    if failed:
        return [(group[0], Outcome("FAILED", [failed]))]
    known = {case: _found(case, root) for case in group}
    judged = []
    for case, found in known.items():
        beside = known.get(case.reference)
        reference = Outcome("ok", [], beside[0].loss, beside[0].weights) if beside else results.reference_of(case)
        faults = [fault for one in found for fault in one.faults] + disagreements(case, found, reference)
        verdict: Verdict = "FAILED" if faults else "ok"
        judged.append((case, Outcome(verdict, list(dict.fromkeys(faults)), found[0].loss, found[0].weights)))
        shutil.rmtree(folder_of(case, root))
    return judged


def _found(case: Case, root: Path) -> list[Found]:
    """What each rank found."""
    files = [folder_of(case, root) / f"found_{rank}.json" for rank in range(case.processes)]
    return [Found(**json.loads(file.read_text())) for file in files]


def _run(group: Sequence[Case], root: Path) -> str | None:
    """Run the cases in as many processes as they need; returns why the first one that failed did."""
    for case in group:
        shutil.rmtree(folder_of(case, root), ignore_errors=True)
    names = [(case.network, case.distillation, case.setting) for case in group]
    port = _free_port()
    processes = [
        RunProcess(run_rank, names, str(root), rank, port, threads=1) for rank in range(group[0].processes)
    ]  # fmt: skip
    try:
        return _first_failure(processes, time.monotonic() + PATIENCE_S)
    finally:
        for process in processes:
            process.kill()


def _first_failure(processes: list[RunProcess], until: float) -> str | None:
    """Why the first process that failed did; None where all ended well. Ranks would wait in vain for one that has ended."""
    while any(process.alive for process in processes):
        for process in processes:
            if process.wait(0.05) not in (0, None):
                return f"status {process.wait()}: {process.message()}"
        if time.monotonic() > until:
            return f"not done after {PATIENCE_S} s"
    return next((f"status {p.wait()}: {p.message()}" for p in processes if p.wait() != 0), None)


def disagreements(case: Case, found: Sequence[Found], reference: Outcome | None) -> list[str]:
    """Where ranks differ, and where a setting changes what it must not, or nothing where it must.

    Args:
        case: that was run.
        found: by each rank.
        reference: how the case went that it is compared with, where that is known.
    """
    faults = [] if len({one.weights for one in found}) == 1 else ["the ranks have different weights"]
    if reference is None or reference.loss is None or case.setting == "plain":
        return faults
    off = abs(found[0].loss - reference.loss) / max(abs(reference.loss), 1e-6)
    same = found[0].weights == reference.weights
    if case.setting == "EMA" and not same:
        faults.append("the raw weights are not those of the run without the average")
    if case.setting == "AMP" and same:
        faults.append("the weights are those of the run in fp32")
    bound = {"compile": COMPILED, "AMP": IN_BF16, "EMA": 0.0, "FSDP2": CUT}.get(case.setting, math.inf)
    if off > bound:
        faults.append(f"the first loss is {found[0].loss:.6g}, without the setting {reference.loss:.6g}")
    return faults


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
