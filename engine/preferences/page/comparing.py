"""The pairwise mode: which of two items is better."""

import random

from ....datasets.sketch.preferences import Comparison, PreferenceError
from .cards import Pair, fields_of
from .repeats import repeat_due
from .sitting import Sitting, View, seeds
from .source import Condition, PageError

SIDES = ("left", "right")
CHOICES = (*SIDES, "tie", "both_bad", "skip")


class Comparing(Sitting[Pair]):
    """See ``Sitting``."""

    def choose(self, id: str, choice: str, ms: int | None = None) -> View:
        """Record a choice; what is shown changes only once it is on the disk.

        Args:
            id: of the pair that the annotator saw; a pair that is no longer shown is not answered again.
            choice: of ``CHOICES``.
            ms: from showing to answering.
        """
        with self._lock:
            pair = self._shown
            if pair is None or pair.id != id:
                return self._view(self._if_lost(id))
            with self._writing() as wrong:
                self.history.add(self._record(pair, choice, ms))
                self._shown = None
            return self._view(*wrong)

    def _record(self, pair: Pair, choice: str, ms: int | None) -> Comparison:
        preference = choice
        if choice in SIDES:
            preference = "a" if (choice == "left") != pair.swapped else "b"
        more = {"id": pair.id, "response_ms": ms, "repeat_of": pair.repeat_of, **fields_of(pair.condition)}
        return self.session.compare(pair.a.item, pair.b.item, preference, pair.swapped, **more)

    def _next(self) -> Pair:
        again = None if self._put_aside else self._repeat()
        return again or super()._next()

    def _repeat(self) -> Pair | None:
        name = self.session.name
        record = repeat_due(self.history, self.plan.repeat_share, name)
        if record is None:
            return None
        swapped = random.Random(f"side {name} {self.history.count}").random() < 0.5
        try:
            return self._table.repeated(record, swapped)
        except (PreferenceError, PageError):
            # Its files are gone; a new pair is as good.
            return None

    def _drawn(self, condition: Condition, draw: random.Random) -> Pair:
        return self._table.pair(condition, seeds(2, draw), swapped=draw.random() < 0.5)

    def _take_back(self) -> Pair:
        record = self.history.recent[-1]
        if not isinstance(record, Comparison):
            raise PageError(f"{record.id} is no comparison; ratings are taken back where they are given")
        again = self._table.pair_again(record)
        self.session.undo(record.id)
        self.history.take_back()
        return again
