"""Where the requests of all annotators arrive."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from ....datasets.sketch.preferences import PreferenceError, PreferenceStore
from ....datasets.sketch.preferences.line import RULES
from . import markup
from .cards import Table
from .comparing import CHOICES, Comparing
from .names import annotator_name, sitting_name
from .rating import RatingSitting
from .request import Request, parse_request
from .sitting import Plan, Sitting, View
from .source import ItemSource, PageError

Mode = Literal["pairs", "ratings"]
MAX_SITTINGS = 64
UNREADABLE = "The server cannot read what you answered before. Its log says why."
_log = logging.getLogger(__name__)


class Desk:
    """Finds the sitting of each annotator and lets it answer. Holds nothing that the store does not hold.

    Args:
        source: of the items.
        store: of the answers.
        mode: ``pairs`` or ``ratings``.
        plan: of the collection.
        run: names the collection; an annotator goes on with it after a restart. None takes the source's.

    Raises:
        PageError: an argument out of its range.
    """

    def __init__(
        self, source: ItemSource, store: PreferenceStore, mode: Mode = "pairs", plan: Plan | None = None,
        run: str | None = None,
    ) -> None:  # fmt: skip
        self.source, self.store, self.mode, self.plan = source, store, mode, plan or Plan()
        self.run = source.run if run is None else run
        _check(self.mode, self.plan, self.run)
        self._table, self._executor = Table(source, store), ThreadPoolExecutor(1, "drawing")
        self._sittings: OrderedDict[str, Sitting] = OrderedDict()
        self._lock = threading.Lock()

    def handle(self, text: object) -> str:
        """Do what a request says; returns the page, as HTML.

        Nothing is raised for what a browser sent; it is told on the page.
        """
        try:
            request = parse_request(text)
            if not request.annotator and request.act != "begin":
                return markup.welcome(self.mode, self.source.nouns)
            sitting = self.open(annotator_name(request.annotator))
        except PageError as error:
            return markup.welcome(self.mode, self.source.nouns, str(error))
        except (PreferenceError, OSError) as error:
            _log.error("%s", error)
            return markup.welcome(self.mode, self.source.nouns, UNREADABLE)
        return markup.page(self._answered(sitting, request), self.source.noun)

    def open(self, annotator: str) -> Sitting:
        """The sitting of an annotator; made where there is none, or where others have crowded it out.

        Args:
            annotator: of ``annotator_name``.
        """
        name = sitting_name(self.run, self.mode, annotator)
        with self._lock:
            if name not in self._sittings:
                kind: Callable = Comparing if self.mode == "pairs" else RatingSitting
                session = self.store.session(annotator, name)
                self._sittings[name] = kind(self._table, session, self.plan, self._executor)
            self._sittings.move_to_end(name)
            if len(self._sittings) > MAX_SITTINGS:
                self._sittings.popitem(last=False)[1].close()
            return self._sittings[name]

    def close(self) -> None:
        """Stop drawing."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _answered(self, sitting: Sitting, request: Request) -> View:
        if request.act == "undo":
            return sitting.undo(request.id)
        if request.act in CHOICES and isinstance(sitting, Comparing):
            return sitting.choose(request.id, request.act, request.ms)
        if request.act == "submit" and isinstance(sitting, RatingSitting):
            return sitting.submit(request.id, request.ratings, request.ms)
        return sitting.view()


def _check(mode: str, plan: Plan, run: str) -> None:
    checks = (
        (mode in ("pairs", "ratings"), "mode", mode, "pairs or ratings"),
        (1 <= plan.target <= 1_000_000, "target", plan.target, "1 to 1,000,000 answers"),
        (0 <= plan.repeat_share <= 0.5, "repeat_share", plan.repeat_share, "a share from 0 to 0.5"),
        (4 <= plan.grid <= 8, "grid", plan.grid, "4 to 8 items"),
        (plan.seed is None or plan.seed >= 0, "seed", plan.seed, "0 or more"),
        (RULES["session"].holds(run) and len(run) <= 40, "run", run, "1 to 40 letters, digits, _ . or -"),
    )
    for holds, name, got, expected in checks:
        if not holds:
            raise PageError(f"{name}: got {got!r}, expected {expected}")
