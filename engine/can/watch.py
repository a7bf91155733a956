"""Watching a source: frames in, alarms out, until it ends or is told to."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from .alarm import Alarm
from .detector import Detector, Scored
from .episode import Episode, Episodes
from .sources import Arrival, Counts
from .summary import LONGEST_STEP_S, Summary
from .threshold import fit_threshold

UNKNOWN_VEHICLE = (
    "a vehicle that training does not know: it is described by its own start, which is taken as benign; give benign traffic "
    "of it with --profile where that cannot be"
)


class Source(Protocol):
    """Frames as they come."""

    @property
    def counts(self) -> Counts:
        """What was met besides frames."""
        ...

    def __iter__(self) -> Iterator[Arrival]: ...


class Listener:
    """What a watch tells; each method does nothing unless overridden."""

    def alarm(self, alarm: Alarm) -> None:
        """A window is above the threshold."""

    def begun(self, episode: Episode) -> None:
        """The alarm before began an episode."""

    def over(self, episode: Episode) -> None:
        """An episode is over."""

    def notice(self, message: str) -> None:
        """Something to know of the source or of the watch itself."""

    def progress(self, summary: Summary) -> None:
        """Some frames, or a moment without any, have passed."""

    def summary(self, entry: dict) -> None:
        """The watch has ended."""


class Stop:
    """Whether to end, and why."""

    reason: str = ""

    def __call__(self, number: int, frame: Any = None) -> None:
        """Handle a signal; a second one does what it does by itself."""
        self.reason = signal.Signals(number).name
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def stopping() -> Iterator[Stop]:
    """SIGTERM and Ctrl-C end a watch after the frames in hand."""
    stop = Stop()
    known = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for one, handler in known.items():
            signal.signal(one, handler)


class Watch:
    """Feeds a source's frames to a detector and tells listeners of alarms.

    Args:
        detector: scores windows.
        summary: counts; its ``threshold`` is the one in use, None to fit one on the first seconds.
        listeners: told everything.
        calibrate_s: seconds on the bus's clock whose windows are taken as benign, where there is no threshold.
        target_fpr: share of those windows that may lie above the threshold.
        gap_s: alarms at most so far apart are one episode.
    """

    def __init__(
        self,
        detector: Detector,
        summary: Summary,
        listeners: list[Listener],
        calibrate_s: float = 0.0,
        target_fpr: float = 1e-3,
        gap_s: float = 1.0,
    ) -> None:
        self.detector, self.totals, self.listeners = detector, summary, listeners
        self.calibrate_s, self.target_fpr = calibrate_s, target_fpr
        self.episodes = Episodes(gap_s)
        self._benign: list[np.ndarray] = []
        self._calibrated_s, self._before_s = 0.0, None

    def run(self, source: Source, stop: Stop) -> dict:
        """Watch until the source or ``stop`` ends it; the summary's entry."""
        self.totals.ended = "end of log"
        arrivals = iter(source)
        try:
            for arrival in arrivals:
                if stop.reason:
                    self.totals.ended = stop.reason
                    break
                self._take(arrival)
                self._tell("progress", self.totals)
            else:
                for scored in self.detector.finish():
                    self._judge(scored)
        finally:
            getattr(arrivals, "close", lambda: None)()
        self._over(self.episodes.end())
        self.totals.episodes = self.episodes.count
        if self.totals.threshold is None:
            self._tell("notice", f"ended before {self.calibrate_s:g} s were calibrated on: nothing was detected")
        entry = self.totals.entry(source.counts)
        self._tell("summary", entry)
        return entry

    def notice(self, message: str) -> None:
        """Tell all listeners."""
        self._tell("notice", message)

    def _take(self, arrival: Arrival) -> None:
        if arrival.restarted:
            self.detector.restart(same_vehicle=True)
        self.totals.see(arrival)
        if not len(arrival.frames):
            return
        before = self.detector.adapted
        for scored in self.detector.feed(arrival.frames, arrival.arrived_s):
            self._judge(scored)
        if before is None and self.detector.adapted:
            self._tell("notice", UNKNOWN_VEHICLE)

    def _judge(self, scored: Scored) -> None:
        self.totals.windows += len(scored)
        unscored = int(np.isnan(scored.score).sum())
        if unscored and not self.totals.unscored:
            self._tell("notice", "the network gives scores that are not numbers; such windows raise no alarm")
        self.totals.unscored += unscored
        if self.totals.threshold is None:
            scored = self._calibrate(scored)
        if self.totals.threshold is None or not len(scored):
            return
        alarms = self.detector.alarms(scored, self.totals.threshold.value)
        self.totals.latencies.add(time.perf_counter() - scored.arrived_s)
        self.totals.figures.add(scored.score, scored.graphs.y, scored.graphs.duration_s)
        for alarm in alarms:
            self._raise(alarm)
        self._over(self.episodes.end_before(float(scored.graphs.start_s[-1])))

    def _raise(self, alarm: Alarm) -> None:
        self._over(self.episodes.end_before(alarm.start_s))
        begun = self.episodes.add(alarm)
        self.totals.alarms += 1
        self.totals.alarm_latencies.add(np.array([alarm.latency_s]))
        self._tell("alarm", alarm)
        if begun is not None:
            self._tell("begun", begun)

    def _over(self, episode: Episode | None) -> None:
        self.totals.episodes = self.episodes.count
        if episode is not None:
            self._tell("over", episode)

    def _calibrate(self, scored: Scored) -> Scored:
        """Take windows as benign until there are enough seconds of them; those behind these."""
        before = scored.end_s[:1] if self._before_s is None else np.array([self._before_s])
        # A clock that steps does not make the time.
        steps = np.clip(np.diff(np.concatenate((before, scored.end_s))), 0, LONGEST_STEP_S)
        passed = self._calibrated_s + np.cumsum(steps)
        count = int(np.searchsorted(passed, self.calibrate_s))
        self._benign.append(scored.score[:count])
        self._calibrated_s, self._before_s = float(passed[-1]), float(scored.end_s[-1])
        if count < len(scored):
            origin = f"the first {self.calibrate_s:g} s of {self.totals.source}"
            benign = np.concatenate(self._benign)
            self.totals.threshold = fit_threshold(benign[~np.isnan(benign)], self.target_fpr, origin)
            self._benign.clear()
            self._tell("notice", f"threshold {self.totals.threshold.value:.6g}: {self.totals.threshold.origin}")
        return scored.behind(count)

    def _tell(self, what: str, told: Any) -> None:
        for listener in self.listeners:
            getattr(listener, what)(told)
