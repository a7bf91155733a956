"""What a store of preferences holds, and how far it can be trusted."""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from statistics import median

import numpy as np

from ...datasets.sketch.preferences.choices import Choice, as_choice, latest, sharing
from ...datasets.sketch.preferences.record import Comparison, Judgement, Rating
from .agreement import Agreement, between_annotators, within_annotators
from .bradley_terry import bootstrap_scores
from .intervals import wilson

# More models than these are not ranked against each other: the table would be their square.
MAX_MODELS = 200


@dataclass(frozen=True)
class Ranked:
    """A model's Bradley-Terry score.

    Attributes:
        model: the checkpoint's hash, else its path.
        name: the checkpoint's path.
        games: choices between it and another model.
        score: log strength; the mean over the models is 0.
        low, high: of the 95 % interval.
    """

    model: str
    name: str
    games: int
    score: float
    low: float
    high: float


@dataclass
class Statistics:
    """All counts are of records that have not been taken back.

    Attributes:
        records: of all.
        sessions, annotators, answers, ratings, classes: counts by name; ``answers`` those of choices.
        repeats: records that repeat an earlier one.
        left: (chosen left, decided) of choices between a and b.
        left_interval: 95 %, of the share chosen left.
        median_response_ms: None where no time was recorded.
        between, within: agreement.
        models: ranked, the best first.
    """

    records: int = 0
    sessions: Counter = field(default_factory=Counter)
    annotators: Counter = field(default_factory=Counter)
    answers: Counter = field(default_factory=Counter)
    ratings: Counter = field(default_factory=Counter)
    classes: Counter = field(default_factory=Counter)
    repeats: int = 0
    left: tuple[int, int] = (0, 0)
    left_interval: tuple[float, float] = (0.0, 1.0)
    median_response_ms: float | None = None
    between: list[Agreement] = field(default_factory=list)
    within: list[Agreement] = field(default_factory=list)
    models: list[Ranked] = field(default_factory=list)

    def plain(self) -> dict:
        """Values for JSON."""
        counts = {name: dict(value) for name, value in vars(self).items() if isinstance(value, Counter)}
        lists = {name: [asdict(one) for one in getattr(self, name)] for name in ("between", "within", "models")}
        return {**vars(self), **counts, **lists}


def preference_statistics(records: Iterable[Judgement], seed: int = 0, samples: int = 500) -> Statistics:
    """Read the records once.

    Args:
        records: those that stand.
        seed: of the bootstrap.
        samples: of the bootstrap.
    """
    found, times, repeats, names = Statistics(), array("q"), [], {}
    shared = sharing()

    def counted() -> Iterable[Judgement]:
        for record in records:
            _count(found, record)
            if record.response_ms is not None:
                times.append(record.response_ms)
            if isinstance(record, Comparison):
                names.update({item.model: item.checkpoint for item in (record.a, record.b) if item.model})
                if record.repeat_of is not None:
                    repeats.append(as_choice(record, shared))
            yield record

    choices, _ = latest(counted())
    found.left_interval = wilson(*found.left)
    found.median_response_ms = median(times) if times else None
    found.between = between_annotators(choices.values())
    found.within = within_annotators(choices, repeats)
    found.models = rank_models(choices.values(), names, seed, samples)
    return found


def rank_models(
    choices: Iterable[Choice], names: dict[str, str | None], seed: int = 0, samples: int = 500
) -> list[Ranked]:
    """Bradley-Terry scores of the models that were compared with each other; ``both_bad`` and skips are no games.

    Args:
        choices: one a pair and annotator.
        names: the checkpoint's path by model.
        seed, samples: of the bootstrap.

    Raises:
        ValueError: more than 200 models.
    """
    games = Counter()
    for choice in choices:
        one, other = choice.models
        if one and other and one != other and choice.preference in ("first", "second", "tie"):
            games[one, other, choice.preference] += 1
    models = sorted({model for one, other, _ in games for model in (one, other)})
    if len(models) > MAX_MODELS:
        raise ValueError(f"rank_models: got {len(models)} models, expected at most {MAX_MODELS}; name fewer sessions")
    if not models:
        return []
    wins, ties = _tables(games, models)
    score, low, high = bootstrap_scores(wins, ties, seed, samples)
    played = (wins + wins.T + ties).sum(1)
    ranked = [
        Ranked(model, names.get(model) or model, int(played[i]), float(score[i]), float(low[i]), float(high[i]))
        for i, model in enumerate(models)
    ]
    return sorted(ranked, key=lambda one: -one.score)


def _tables(games: Counter, models: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """(K, K) wins and (K, K) symmetric ties."""
    place = {model: i for i, model in enumerate(models)}
    wins, ties = np.zeros((2, len(models), len(models)))
    for (one, other, preference), count in games.items():
        i, j = place[one], place[other]
        if preference == "tie":
            ties[i, j] += count
            ties[j, i] += count
        else:
            wins[(i, j) if preference == "first" else (j, i)] += count
    return wins, ties


def _count(found: Statistics, record: Judgement) -> None:
    found.records += 1
    found.sessions[record.session] += 1
    found.annotators[record.annotator] += 1
    found.classes[record.class_name] += 1
    found.repeats += record.repeat_of is not None
    if isinstance(record, Rating):
        found.ratings[record.rating] += 1
    elif isinstance(record, Comparison):
        found.answers[record.preference] += 1
        if record.preference in ("a", "b"):
            chose_left = (record.preference == "a") != record.swapped
            found.left = (found.left[0] + chose_left, found.left[1] + 1)
