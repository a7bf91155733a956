"""The rating mode: a grid of items, 1 to 5 each."""

import random
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from itertools import takewhile

from ....datasets.sketch.preferences import Judgement, Rating, Session
from ....datasets.sketch.preferences.record import RATINGS, new_id
from .cards import Grid, Table, fields_of
from .sitting import Plan, Sitting, View, seeds
from .source import Condition, PageError


class RatingSitting(Sitting[Grid]):
    """See ``Sitting``."""

    def __init__(self, table: Table, session: Session, plan: Plan, executor: Executor) -> None:
        self._written: dict[int, Rating] = {}
        super().__init__(table, session, plan, executor)

    def submit(self, id: str, ratings: Sequence[int], ms: int | None = None) -> View:
        """Record a grid; it changes only once all its ratings are on the disk.

        Args:
            id: of the grid that the annotator saw; one that is no longer shown is not rated again.
            ratings: 1 to 5, one an item in their order; 0 where none was given.
            ms: from showing to submitting.
        """
        with self._lock:
            grid = self._shown
            if grid is None or grid.id != id:
                return self._view(self._if_lost(id))
            if len(ratings) == len(grid.cards):
                # What was given stays on the page if it cannot be recorded.
                self._shown = replace(grid, ratings=tuple(ratings))
            if len(ratings) != len(grid.cards) or any(rating not in RATINGS for rating in ratings):
                return self._view(f"Rate all {len(grid.cards)} from 1 to 5 first.")
            with self._writing() as wrong:
                for place, rating in enumerate(ratings):
                    self._write(grid, place, rating, ms)
                self.history.add(*(self._written[place] for place in range(len(ratings))))
                self._written, self._shown = {}, None
            return self._view(*wrong)

    def _write(self, grid: Grid, place: int, rating: int, ms: int | None) -> None:
        """One rating; what an earlier attempt wrote before the disk was full stays, or is taken back where it has changed."""
        known, id = self._written.get(place), grid.ids[place]
        if known is not None:
            if known.rating == rating:
                return
            self.session.undo(known.id)
            del self._written[place]
            id = new_id()
        more = fields_of(grid.condition)
        self._written[place] = self.session.rate(grid.cards[place].item, rating, id=id, response_ms=ms, **more)

    def _drawn(self, condition: Condition, draw: random.Random) -> Grid:
        return self._table.grid(condition, seeds(self.plan.grid, draw))

    def _take_back(self) -> Grid:
        records = self._last_grid()
        again = self._table.grid_again(records)
        for record in reversed(records):
            self.session.undo(record.id)
            self.history.take_back()
        return again

    def _last_grid(self) -> list[Rating]:
        """The newest ratings that were given together: they share the condition and the time it took."""
        newest = self.history.recent[-1]
        alike = takewhile(lambda record: _together(record) == _together(newest), reversed(self.history.recent))
        found = [record for record in alike if isinstance(record, Rating)][: self.plan.grid]
        if not found:
            raise PageError(f"{newest.id} is no rating; choices are taken back where they are given")
        return found[::-1]


def _together(record: Judgement) -> tuple:
    return record.class_label, record.class_name, record.response_ms
