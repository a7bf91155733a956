"""Recordings that stand in several places: which are pairs, which are train against test, which are left out."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

from .journal import Entry, Journal


@dataclass(frozen=True)
class Pair:
    """Two recordings with the same frames.

    Args:
        one: ``SET/SPLIT/NAME.csv``.
        other: the same.
        across_sets: whether they belong to different sets.
        train_against_test: whether one trains and the other tests.
        same_labels: whether their labels agree, as far as both have some.
    """

    one: str
    other: str
    across_sets: bool
    train_against_test: bool
    same_labels: bool


def pairs(journals: list[Journal]) -> list[Pair]:
    """Every pair of recordings with the same frames, within sets and across them.

    Args:
        journals: of the prepared sets.

    Returns:
        the pairs, by name.
    """
    places: dict[str, list[tuple[str, str, Entry]]] = defaultdict(list)
    for journal in journals:
        for target, entry in journal.files.items():
            places[entry.frames_sha256].append((journal.name, target, entry))
    found = [_pair(one, other) for same in places.values() for one, other in combinations(_in_order(same), 2)]
    return sorted(found, key=lambda pair: (pair.one, pair.other))


def _in_order(places: list[tuple[str, str, Entry]]) -> list[tuple[str, str, Entry]]:
    """By set, then training first, then by target."""
    return sorted(places, key=lambda place: (place[0], not _is_train(place[1]), place[1]))


def _pair(one: tuple[str, str, Entry], other: tuple[str, str, Entry]) -> Pair:
    labels = {place[2].labels_sha256 for place in (one, other)} - {""}
    return Pair(
        f"{one[0]}/{one[1]}",
        f"{other[0]}/{other[1]}",
        one[0] != other[0],
        {_side(one[1]), _side(other[1])} == {"train", "test"},
        len(labels) < 2,
    )


def left_out(files: dict[str, Entry]) -> dict[str, str]:
    """Which recordings of one set must not stand beside their copies, and why.

    Of several copies in the training splits the first stays; none stays where a test split holds the same frames. Test
    recordings, and those of no split, always stay.

    Args:
        files: by target.

    Returns:
        target -> reason.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for target, entry in files.items():
        places[entry.frames_sha256].append(target)
    found = {}
    for targets in places.values():
        training = sorted(target for target in targets if _is_train(target))
        tests = sorted(target for target in targets if _side(target) == "test")
        if tests:
            found.update(dict.fromkeys(training, f"the test {tests[0]} has the same frames"))
        elif training:
            found.update(dict.fromkeys(training[1:], f"a copy of {training[0]}"))
    return found


def _side(target: str) -> str:
    return target.partition("_")[0]


def _is_train(target: str) -> bool:
    return _side(target) == "train"
