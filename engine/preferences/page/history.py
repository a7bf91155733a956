"""What an annotator has answered in a sitting, as far as the page needs it."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import pairwise
from statistics import median

from ....datasets.sketch.preferences import Judgement
from .cards import is_answer

KEPT = 500
_GAPS = 20


class History:
    """Counts all standing records and keeps the newest 500; the older ones cannot be taken back or repeated.

    Args:
        records: of the sitting and annotator, those that stand, in their order.
        clock: seconds.

    Attributes:
        recent: the newest records.
        count: of all records.
        answered: of those that are no skips.
        repeated: ids that have been shown twice.
    """

    def __init__(self, records: Iterable[Judgement] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self.recent: deque[Judgement] = deque(maxlen=KEPT)
        self.count = self.answered = 0
        self.repeated: set[str] = set()
        self._clock = clock
        for record in records:
            self._add(record, 1)
            self.recent.append(record)
        self._times: deque[float] = deque([clock()], maxlen=_GAPS + 1)

    def add(self, *records: Judgement) -> None:
        """Something was answered just now, perhaps several items together."""
        begin, end = self._times[-1], self._clock()
        for number, record in enumerate(records, start=1):
            self._add(record, 1)
            self.recent.append(record)
            self._times.append(begin + (end - begin) * number / len(records))

    def take_back(self) -> None:
        """The newest record counts no longer."""
        record = self.recent.pop()
        self._add(record, -1)
        self.repeated.discard(record.repeat_of or "")

    @property
    def rate(self) -> float | None:
        """Answers a minute, by the median pause between the last ones; None before there are three."""
        times = list(self._times)
        gaps = [later - earlier for earlier, later in pairwise(times)]
        return 60 / max(median(gaps), 1e-3) if len(gaps) >= 3 else None

    def _add(self, record: Judgement, sign: int) -> None:
        self.count += sign
        self.answered += sign * is_answer(record)
        if record.repeat_of is not None:
            self.repeated.add(record.repeat_of)
