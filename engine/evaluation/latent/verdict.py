"""The verdict on a model: its seeds judged one by one and together, and a collapse called by its name."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .criteria import CRITERIA, FAINT_SHARE, SHARE, VARIANCE, Judgement, judge_probe, judge_seeds
from .statistics import Evaluation
from .subject import SeedRun

IDENTICAL = 0.95  # correlation from which on two channels are called the same
SHOWN = 12  # values of one criterion that the table shows at most


@dataclass(frozen=True)
class Verdict:
    """The whole judgement.

    Attributes:
        seeds: name -> its judgements, in the order of ``CRITERIA``, the probe last.
        together: the criteria over all seeds.
        collapses: name -> what has collapsed, in words; only seeds that have.
    """

    seeds: dict[str, list[Judgement]]
    together: list[Judgement]
    collapses: dict[str, list[str]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether nothing that was judged failed."""
        return all(judgement.passed is not False for judgement in self.all())

    @property
    def word(self) -> str:
        """``PASS`` or ``FAIL``."""
        return "PASS" if self.passed else "FAIL"

    def all(self) -> list[Judgement]:
        """Every judgement."""
        return [judgement for found in self.seeds.values() for judgement in found] + self.together


def judge(runs: Sequence[SeedRun]) -> Verdict:
    """Judge the seeds of one model.

    Raises:
        ValueError: no seed, a seed without an evaluation, or two of one name.
    """
    names = [run.name for run in runs]
    if not runs or len(set(names)) != len(names):
        raise ValueError(f"seeds: got {names}, expected at least one, each of a name of its own.")
    for run in runs:
        if not run.evaluations:
            raise ValueError(f"{run.name}: has no evaluation, expected at least one, and three to pass.")
    seeds = {run.name: _judge_seed(run) for run in runs}
    passed = {name: all(one.passed is not False for one in found) for name, found in seeds.items()}
    collapses = {run.name: found for run in runs if (found := collapses_of(run.last))}
    together = judge_seeds({run.name: run.last for run in runs}, passed, {run.name: run.seed for run in runs})
    return Verdict(seeds, together, collapses)


def _judge_seed(run: SeedRun) -> list[Judgement]:
    own = [criterion.judge(run.evaluations) for criterion in CRITERIA]
    return [*own, judge_probe(run.probe.accuracies if run.probe else None)]


def collapses_of(evaluation: Evaluation) -> list[str]:
    """What has collapsed, in words; empty where variance, sentences and channels are all alive."""
    dead = [channel for channel, value in enumerate(evaluation.variance) if not value >= VARIANCE[0]]
    if len(dead) == len(evaluation.variance):
        return [f"collapsed: dead latent (no variance: at most {max(evaluation.variance):.2g} in any channel)"]
    found = []
    if dead:
        found.append(f"collapsed: dead channels {', '.join(map(str, dead))} (variance below {VARIANCE[0]})")
    if evaluation.faint > FAINT_SHARE and not dead:
        found.append(f"collapsed: dead maps ({evaluation.faint:.0%} of them have no variance to speak of)")
    if not evaluation.between_share >= SHARE:
        found.append(
            f"collapsed: one map for all sentences (share of the variance between them {evaluation.between_share:.2g})"
        )
    if max(evaluation.off_diagonal, evaluation.copied) >= IDENTICAL:
        correlation = max(evaluation.off_diagonal, evaluation.copied)
        found.append(f"collapsed: identical channels (correlation {correlation:.3f})")
    return found


def print_verdict(verdict: Verdict, console: Console | None = None) -> None:
    """The table, criterion by criterion and seed by seed, the collapses, the remedies, and the verdict."""
    console = console or Console()
    table = Table(title="Phase 1", title_justify="left")
    table.add_column("criterion", no_wrap=True)
    table.add_column("bound")
    for name in verdict.seeds:
        table.add_column(escape(name), justify="right")
    for row in zip(*verdict.seeds.values()):
        table.add_row(row[0].name, row[0].bound, *(_cell(judgement) for judgement in row))
    table.add_section()
    for judgement in verdict.together:
        table.add_row(judgement.name, judgement.bound, _cell(judgement))
    console.print(table)
    for name, found in verdict.collapses.items():
        for words in found:
            console.print(f"[bold red]{escape(name)} {escape(words)}[/]")
    for name, remedy in remedies(verdict).items():
        console.print(f"[bold]{escape(name)}[/]: {escape(remedy)}")


def remedies(verdict: Verdict) -> dict[str, str]:
    """What to do about each criterion that failed in any seed."""
    return {judgement.name: judgement.remedy for judgement in verdict.all() if judgement.passed is False}


def shown_values(judgement: Judgement) -> str:
    """The measured values, rounded for the eye."""
    return " ".join(f"{value:.4g}" for value in judgement.values[:SHOWN])


def mark(judgement: Judgement) -> str:
    """``pass``, ``FAIL`` or ``not judged``."""
    return {True: "pass", False: "FAIL", None: "not judged"}[judgement.passed]


def _cell(judgement: Judgement) -> str:
    if judgement.passed is None:
        return "[dim]not judged[/]"
    colour = "green" if judgement.passed else "bold red"
    note = f"\n[dim]{escape(judgement.note)}[/]" if judgement.note else ""
    return f"{shown_values(judgement)} [{colour}]{mark(judgement)}[/]{note}"
