"""Disturb a run again and again, go on with it each time, and compare it with one that was left alone."""

import random
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..checkpoint import newest_readable
from ..command import INTERRUPTED, REFUSED
from ..errors import RunFolderError
from ..run_folder import read_result
from ..run_process import RunProcess
from .faults import Fault
from .place import Place
from .same_bits import COMPARED, differences

Verdict = Literal["same bits", "clear refusal", "unclear", "lost", "missed"]
VERDICTS: tuple[Verdict, ...] = ("same bits", "clear refusal", "unclear", "lost", "missed")
CLEAR = (REFUSED, INTERRUPTED)  # exit statuses that come with a message
STARTS = 4  # processes to let a disturbed run finish
MISSES = 12  # faults that came when the run had just ended, before one is given up
PATIENCE = 20  # times the undisturbed run's time, before a process counts as hung
POLL_S = 0.005


@dataclass(frozen=True)
class Outcome:
    """How one fault ended.

    Args:
        fault: its name.
        verdict: ``same bits`` as the undisturbed run without a word; ``clear refusal`` of one message, after which and after
            what it asks for the run ended with the same bits; ``unclear`` where a process ended with a traceback and the run
            then with the same bits, nothing lost; ``missed`` where the run always ended before the fault; else ``lost``.
        ended: whether the fault ended the process that it struck.
        moment: seconds after the process's start.
        messages: of the refusals, or what was lost.
    """

    fault: str
    verdict: Verdict
    ended: bool
    moment: float
    messages: list[str]


def run_whole(place: Place) -> None:
    """The undisturbed run, and how long it takes.

    Raises:
        RunFolderError: it did not finish.
    """
    RunProcess(print, "ready").wait()  # what runs are forked from starts slowly, once
    if place.whole.exists():
        shutil.rmtree(place.whole)
    begun = time.monotonic()
    process = place.start(place.whole)
    if process.wait() != 0 or read_result(place.whole) is None:
        raise RunFolderError(f"{place.whole}: the undisturbed run did not finish: {process.message()}")
    place.span_s = time.monotonic() - begun


def disturb(
    place: Place, faults: list[Fault], count: int, seed: int = 0, say: Callable = print,
    done: Sequence[Outcome] = (), keep: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:  # fmt: skip
    """Try ``count`` faults, the kinds in turn, each on a run of its own.

    Args:
        place: prepared; its undisturbed run is trained here.
        faults: kinds; those that do not apply are left out.
        count: faults to try.
        seed: of the moments and of the damage.
        say: receives a line a fault.
        done: the first outcomes, of an earlier call with the same arguments; those are not tried again.
        keep: receives each new outcome.
    """
    outcomes = list(done[:count])
    if len(outcomes) == count:
        return outcomes
    place.clear()
    run_whole(place)
    fitting = [fault for fault in faults if fault.applies(place)]
    for number in range(len(outcomes), count if fitting else 0):
        outcome = attempt(fitting[number % len(fitting)], place, random.Random(f"{seed} {number}"))
        outcomes.append(outcome)
        keep(outcome)
        told = f": {outcome.messages[0].splitlines()[0]}" if outcome.messages else ""
        say(f"[{number + 1}/{count}] {outcome.fault} after {outcome.moment:.2f} s: {outcome.verdict}{told}")
    return outcomes


def attempt(fault: Fault, place: Place, draw: random.Random) -> Outcome:
    """One fault on a new run."""
    share = 1.0
    for _ in range(MISSES):
        place.clear()
        process = place.start()
        process.wait_until_begun()
        begun = time.monotonic()
        try:
            _wait(process, place, fault, begun + place.span_s, draw.uniform(0, share))
            good = fault.strike(process, place, draw)
        except ProcessLookupError:
            share *= 0.7
            process.wait()
            continue
        moment = time.monotonic() - begun
        status = process.wait(PATIENCE * place.span_s)
        return _follow(fault, place, process, status, good, moment)
    return Outcome(fault.name, "missed", False, 0.0, ["the run always ended before the fault"])


def _wait(process: RunProcess, place: Place, fault: Fault, end: float, share: float) -> None:
    """Until the fault's moment, a share of what is left until the run's expected ``end``, or until the process's end."""
    while fault.needs_checkpoint and process.alive and not place.newest():
        time.sleep(POLL_S)
    if process.wait(share * max(0.0, end - time.monotonic())) is not None and not fault.needs_checkpoint:
        raise ProcessLookupError(process.pid)


def _follow(fault: Fault, place: Place, process: RunProcess, status: int | None, good: int, moment: float) -> Outcome:
    """Let the run finish, and judge."""
    messages: list[str] = []
    unclear = False
    ended = status != 0
    kept = place.newest_good()
    if status == 0 and fault.needs_checkpoint:  # the run had ended before its files were damaged
        process = place.start()
        status = process.wait(PATIENCE * place.span_s)
    for _ in range(STARTS):
        if status is None:
            process.kill()
            fault.tidy(place)
            return Outcome(fault.name, "lost", ended, moment, [*messages, "the process hung"])
        if status == 0:
            break
        if status > 0:
            messages.append(process.message())
            unclear |= status not in CLEAR
        if status == REFUSED:
            fault.mend(place)
        process = place.start()
        status = process.wait(PATIENCE * place.span_s)
    fault.tidy(place)
    lost = _lost(place, status, good, kept)
    if lost:
        return Outcome(fault.name, "lost", ended, moment, [*messages, *lost])
    verdict: Verdict = "unclear" if unclear else "clear refusal" if messages else "same bits"
    return Outcome(fault.name, verdict, ended, moment, messages)


def _lost(place: Place, status: int | None, good: int, kept: int) -> list[str]:
    """What is not as it should be in the end."""
    if status != 0 or read_result(place.folder) is None:
        return [f"the run could not be finished (status {status})"]
    if kept < good:
        return [f"iteration {good} was saved, and only {kept} was left"]
    ours, theirs = (newest_readable(folder, warn=lambda line: None) for folder in (place.folder, place.whole))
    if ours is None or theirs is None:
        return ["the last checkpoint is not there"]
    found = [line for part in COMPARED for line in differences(ours[1][part], theirs[1][part], part)]
    if read_result(place.folder) != read_result(place.whole):
        found.append("result.json")
    return [f"differ: {', '.join(found[:5])}"] if found else []
