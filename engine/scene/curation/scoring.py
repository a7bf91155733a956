"""Reference scenes ranked by a judge or by people, written with their scores, the best first."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import Tensor

from ....datasets.scene.durable import write_durably
from ....datasets.scene.forms import to_prefixed
from ....datasets.scene.identity import content_key, scene_key
from .answers import CACHE, Answers
from .errors import CurationError
from .judge import Judge
from .pairing import rings
from .pictures import Pictures
from .ranking import Ranking, rank
from .spread import Spread

Say = Callable[[str], None]


@dataclass(frozen=True)
class Scored:
    """Scenes with their scores.

    Attributes:
        scenes: without doubles, as they were given.
        scores: (N,) in [0, 1].
        notes: sentences on how they came about.
    """

    scenes: list[dict]
    scores: np.ndarray
    notes: tuple[str, ...] = ()

    @property
    def spread(self) -> Spread:
        """Of the scores."""
        return Spread.of(self.scores)


@dataclass
class Scorer:
    """A judge, pictures to show it, and its answers so far.

    Attributes:
        judge: that is asked.
        pictures: that it sees.
        fresh: ask again what has been answered.
        cache: folder of the answers; each depends on the judge, the size and the content of its scenes.
        say: told how far it is.
    """

    judge: Judge
    pictures: Pictures
    fresh: bool = False
    cache: Path = CACHE
    say: Say = lambda words: None

    def pairwise(self, scenes: Sequence[dict], rounds: int = 4, seed: int = 0) -> Scored:
        """Compare some of the pairs and fit strengths to the answers.

        Args:
            scenes: complete and within the schema; doubles are left out.
            rounds: rings of comparisons, see ``rings``.
            seed: of the pairs.
        """
        keyed = distinct(scenes)
        keys, scenes = list(keyed), list(keyed.values())
        pairs = rings(keys, rounds, seed)
        shown = pairs if self.judge.symmetric else [*pairs, *((j, i) for i, j in pairs)]
        answers = self._answers("pairs")
        names = {(i, j): f"{keys[i]} {keys[j]}" for i, j in shown}
        self._ask(
            shown,
            names,
            answers,
            scenes,
            lambda images, some: self.judge.compare([(images[i], images[j]) for i, j in some]),
        )
        told = {pair: answers[name] for pair, name in names.items()}
        wins = {(i, j): told[i, j] if self.judge.symmetric else (told[i, j] + 1 - told[j, i]) / 2 for i, j in pairs}
        ranking = rank(len(scenes), wins, dict.fromkeys(wins, 1.0))
        return Scored(scenes, ranking.scores, tuple(_notes(ranking, len(pairs), told, self.judge.symmetric)))

    def absolute(self, scenes: Sequence[dict]) -> Scored:
        """Ask for a score of each scene alone; see ``pairwise``."""
        keyed = distinct(scenes)
        keys, scenes = list(keyed), list(keyed.values())
        answers, places = self._answers("single"), [(place,) for place in range(len(scenes))]
        names = {place: keys[place[0]] for place in places}
        self._ask(places, names, answers, scenes, lambda images, some: self.judge.rate([images[i] for (i,) in some]))
        return Scored(scenes, np.array([answers[key] for key in keys]), ("each scored alone",))

    def _answers(self, kind: str) -> Answers:
        known = content_key({**self.judge.facts(), "size": self.pictures.size, "kind": kind})
        return Answers(self.cache / f"{kind}-{known[:16]}.jsonl", self.fresh)

    def _ask(
        self, asked: Sequence, names: Mapping, answers: Answers, scenes: Sequence[dict], ask: Callable[[dict, list], list[float]]
    ) -> None:  # fmt: skip
        """Ask what has no answer yet; each call's answers are on the disk before the next."""
        missing = [one for one in asked if names[one] not in answers]
        if missing:
            self.judge.ready()
        for done, some in _parts(missing, self.judge.batch):
            images = self._images({place for one in some for place in one}, scenes)
            found = ask(images, some)
            wrong = [value for value in found if not 0 <= value <= 1]
            if wrong or len(found) != len(some):
                raise CurationError(f"the scorer answered {found}, expected {len(some)} numbers in [0, 1]")
            answers.add({names[one]: value for one, value in zip(some, found)})
            self.say(f"{done + len(some):,} of {len(missing):,} questions answered")

    def _images(self, places: set[int], scenes: Sequence[dict]) -> dict[int, Tensor]:
        order = sorted(places)
        return dict(zip(order, self.pictures.images([scenes[place] for place in order])))


def distinct(scenes: Sequence[dict]) -> dict[str, dict]:
    """The scenes by their keys, each once, in their order."""
    found: dict[str, dict] = {}
    for scene in scenes:
        found.setdefault(scene_key(scene), scene)
    return found


def write_scored(path: Path, scored: Scored, facts: dict) -> None:
    """Write ``{"params": ..., "score": ..., "key": ...}`` a line, the best first, and beside it what the scores are of.

    Args:
        path: of the ``.jsonl`` file, replaced in one step.
        scored: the scenes.
        facts: what the scores depend on, see ``up_to_date``.
    """
    order = sorted(
        range(len(scored.scenes)), key=lambda place: (-scored.scores[place], scene_key(scored.scenes[place]))
    )
    lines = [_line(scored.scenes[place], float(scored.scores[place])) for place in order]
    content = "".join(lines).encode()
    write_durably(path, content)
    record = {"facts": facts, "file": _digest(content), "spread": vars(scored.spread), "notes": scored.notes}
    write_durably(_record_path(path), json.dumps(record, indent=1, sort_keys=True).encode() + b"\n")


def up_to_date(path: Path, facts: dict) -> bool:
    """Whether a file was written by ``write_scored`` for these facts and has not been changed since."""
    try:
        record = json.loads(_record_path(path).read_bytes())
        return record["facts"] == facts and record["file"] == _digest(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _line(scene: dict, score: float) -> str:
    return json.dumps({"params": to_prefixed(scene), "score": round(score, 6), "key": scene_key(scene)}) + "\n"


def _record_path(path: Path) -> Path:
    return path.with_suffix(".json")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _parts(items: Sequence, size: int) -> Iterator[tuple[int, list]]:
    for start in range(0, len(items), size):
        yield start, list(items[start : start + size])


def _notes(ranking: Ranking, pairs: int, told: Mapping, symmetric: bool) -> Iterator[str]:
    each = f"{ranking.compared.mean():.1f} for each scene"
    yield f"{pairs:,} pairs compared, {each}; the scores agree with {ranking.agreement:.0%} of them"
    if not symmetric:
        both = [(told[i, j], 1 - told[j, i]) for i, j in told if i < j]
        same = np.mean([(one > 0.5) == (other > 0.5) for one, other in both])
        first = np.mean(list(told.values()))
        yield (
            f"the first image was preferred with a mean probability of {first:.2f}; shown the other way round, "
            f"{same:.0%} stayed the same"
        )
