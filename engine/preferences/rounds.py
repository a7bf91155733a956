"""Draw pairs, have them answered, train on the answers, and again with what was trained."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ...datasets.sketch.preferences import PreferenceStore
from ...datasets.sketch.preferences.record import Comparison
from ..checkpoint import saved, write_text
from ..config import load_config
from ..errors import RunFolderError, StillhouseError
from ..json_file import read_json
from ..launch import is_finished, train
from ..trained import find_checkpoint, load_trained
from .annotator import SimulatedAnnotator
from .drawing import draw_pairs
from .simulation import simulate_choices
from .yardstick import Gain, Yardstick


class AnswersMissing(StillhouseError):
    """People have not answered all pairs of a round yet."""


@dataclass(frozen=True)
class Plan:
    """What all rounds share.

    Attributes:
        base: run's folder of the generator to begin with; it keeps a copy of its config.
        folder: where the store of preferences and a run a round go.
        config: that trains on preferences.
        pairs: answers a round.
        options: dotted key -> value, for the config.
        annotator: arguments of a ``SimulatedAnnotator``; None where people answer.
        samples: sketches by which each round is measured.
        seed: of the pairs and of the annotator.
    """

    base: Path
    folder: Path
    config: str = "configs/sketch_flow_dpo.py"
    pairs: int = 200
    options: dict = field(default_factory=dict)
    annotator: dict | None = None
    samples: int = 1000
    seed: int = 0

    @property
    def store(self) -> Path:
        """Where the answers are."""
        return self.folder / "preferences"

    def run(self, number: int) -> Path:
        """The folder of a round's training; round 0 is the base."""
        return self.base if number == 0 else self.folder / f"round_{number}"


def run_rounds(plan: Plan, rounds: int, say: Callable[[str], None] = print) -> list[dict]:
    """Go through the rounds; what is done already is kept, so that a second call goes on where the first one stopped.

    Args:
        plan: what all rounds share.
        rounds: how many, at least 1.
        say: told what is done.

    Returns:
        a row a round, the base's first: ``round`` and the figures of ``Gain.row``; also in ``rounds.json``.

    Raises:
        AnswersMissing: people must answer first; the message holds the command.
        StillhouseError: the base, the config or the store cannot be used.
    """
    rule = plan.annotator.get("rule", "smooth") if plan.annotator else None
    rows = _known(plan)
    yardstick: Yardstick | None = None
    for number in range(rounds + 1):
        if number:
            collect(plan, number, say)
            fit(plan, number, say)
        if len(rows) <= number:
            yardstick = yardstick or Yardstick(plan.base, plan.samples, rule)
            say(f"round {number}: measures {plan.samples} sketches")
            gain: Gain = yardstick.of(plan.run(number), f"round {number}")
            rows.append({"round": number, **gain.row(yardstick.judges)})
            _keep(plan, rows)
    return rows


def collect(plan: Plan, number: int, say: Callable[[str], None]) -> None:
    """Have the pairs of a round answered; a round that has its answers is left alone.

    Raises:
        AnswersMissing: where people answer.
    """
    store, name = PreferenceStore(plan.store), f"round_{number}"
    answered = _answered(store, name, plan)
    if answered >= plan.pairs:
        return
    before = plan.run(number - 1)
    if plan.annotator is None:
        raise AnswersMissing(
            f"round {number} has {answered} of {plan.pairs} answers. Collect them with `python tools/collect_prefs.py "
            f"--checkpoint {before} --store {plan.store}`, then run the same command again."
        )
    say(f"round {number}: draws {plan.pairs} pairs from {before} and has them answered")
    generator = load_trained(before)
    annotator = SimulatedAnnotator(**{"seed": plan.seed + number, **plan.annotator})
    pairs = draw_pairs(generator, generator, plan.pairs, plan.seed + number)
    # A session that was cut off holds the first answers; the others follow them.
    simulate_choices(store, annotator, pairs[answered:], name, seed=plan.seed + number)


def fit(plan: Plan, number: int, say: Callable[[str], None]) -> None:
    """Train on all answers so far, from the round before, which is the reference too; go on where it was cut off."""
    before = plan.run(number - 1)
    options = {
        **plan.options, "preferences": str(plan.store), "base_config": str(before / "config.py"),
        "base_checkpoint": str(find_checkpoint(before)),
    }  # fmt: skip
    experiment = load_config(plan.config, options)
    experiment.cfg.work_dir = str(plan.run(number))
    if is_finished(experiment):
        return
    say(f"round {number}: trains in {experiment.work_dir}")
    train(experiment, resume=bool(saved(experiment.work_dir)))


def _answered(store: PreferenceStore, name: str, plan: Plan) -> int:
    if not (plan.store / "sessions").exists() or (plan.annotator and not store.session_path(name).exists()):
        return 0
    # People may sit in sessions of any name; all answers so far count for the rounds so far.
    sessions = [name] if plan.annotator else None
    entries = store.standing("skip", sessions=sessions)
    count = sum(isinstance(entry, Comparison) and entry.repeat_of is None for entry in entries)
    return count if plan.annotator else count - plan.pairs * (int(name.rpartition("_")[2]) - 1)


def _known(plan: Plan) -> list[dict]:
    file = plan.folder / "rounds.json"
    if not file.is_file():
        return []
    rows = read_json(file, RunFolderError, "Remove it: the rounds are counted anew.", list)
    if not all(isinstance(row, dict) for row in rows):
        raise RunFolderError(f"{file}: holds rounds that are no objects. Remove it: the rounds are counted anew.")
    return rows


def _keep(plan: Plan, rows: list[dict]) -> None:
    plan.folder.mkdir(parents=True, exist_ok=True)
    write_text(json.dumps(rows, indent=2), plan.folder / "rounds.json")
