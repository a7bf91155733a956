"""Which pairs are shown a second time, to see whether an annotator agrees with themselves."""

import random

from ....datasets.sketch.preferences import Comparison
from .cards import is_answer
from .history import History

# Between a pair and its repeat, so that it is not simply remembered.
GAP = 5


def repeat_due(history: History, share: float, name: str) -> Comparison | None:
    """The record whose pair is to be repeated now; a function of the history, so that a restart changes nothing.

    Args:
        history: of the sitting.
        share: of all pairs that are repeats, about, 0 to 0.5.
        name: of the sitting.

    Returns:
        None where a new pair is due.
    """
    draw = random.Random(f"repeat {name} {history.count}")
    if draw.random() >= share:
        return None
    old = list(history.recent)[:-GAP]
    candidates = [record for record in old if isinstance(record, Comparison) and _may_repeat(record, history)]
    return draw.choice(candidates) if candidates else None


def _may_repeat(record: Comparison, history: History) -> bool:
    return is_answer(record) and record.repeat_of is None and record.id not in history.repeated
