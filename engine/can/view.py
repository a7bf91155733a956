"""What a person sees of a watch: episodes, notices, and how it goes."""

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from .alarm import Alarm, clock
from .episode import Episode
from .record import Record
from .summary import Summary
from .watch import Listener

ON_TERMINAL_S, ELSEWHERE_S = 0.5, 10.0


class View(Listener):
    """Prints episodes rather than alarms, and now and then the rate and the delays.

    Args:
        console: where to; a terminal has one line that changes, anything else a line every 10 s.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._status = console.status("waiting for frames") if console.is_terminal else None
        self._every_s = ON_TERMINAL_S if self._status else ELSEWHERE_S
        self._shown_s, self._frames = time.monotonic(), 0
        if self._status:
            self._status.start()

    def begun(self, episode: Episode) -> None:
        """An attack seems to begin."""
        self._print(f"{clock(episode.start_s)}  ALARM  score {episode.peak:.4g}  {_ids(episode)}", "bold red")

    def over(self, episode: Episode) -> None:
        """It seems to be over."""
        length = f"{max(0.0, episode.end_s - episode.start_s):.3f} s, {episode.alarms} windows"
        self._print(f"{clock(episode.end_s)}  over   {length}, peak {episode.peak:.4g}  {_ids(episode)}", "red")

    def notice(self, message: str) -> None:
        """Something to know."""
        self._print(message, "yellow")

    def progress(self, summary: Summary) -> None:
        """The rate since the last time, and the delays."""
        now_s = time.monotonic()
        if now_s - self._shown_s < self._every_s:
            return
        rate = (summary.frames - self._frames) / (now_s - self._shown_s)
        self._shown_s, self._frames = now_s, summary.frames
        line = f"{summary.frames:,} frames, {rate:,.0f}/s, {summary.windows:,} windows, {summary.alarms:,} alarms"
        delays = summary.latencies.in_milliseconds()
        if delays["p50"] is not None:
            line += f", delay p50 {delays['p50']:.2f} ms, p99 {delays['p99']:.2f} ms"
        if self._status:
            self._status.update(line)
        else:
            self._print(line, None)

    def summary(self, entry: dict) -> None:
        """A table of the whole watch."""
        if self._status:
            self._status.stop()
        table = Table(show_header=False, title=f"{entry['source']} by {entry['model']}")
        for name, text in _rows(entry):
            table.add_row(name, text)
        self.console.print(table)

    def _print(self, text: str, style: str | None) -> None:
        self.console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


class Recorder(Listener):
    """Writes alarms, notices and the summary as JSON lines.

    Args:
        record: the file.
    """

    def __init__(self, record: Record) -> None:
        self.record = record

    def alarm(self, alarm: Alarm) -> None:
        """A line."""
        self.record.write(alarm.entry())

    def notice(self, message: str) -> None:
        """A line."""
        self.record.write({"kind": "notice", "message": message})

    def progress(self, summary: Summary) -> None:
        """A chance to write what a full disk held up."""
        self.record.flush()

    def summary(self, entry: dict) -> None:
        """The last line."""
        self.record.write(entry)
        self.record.close()
        entry["lost_lines"] = self.record.lost


class Lines(Listener):
    """Hands alarms, notices and the summary over as plain values.

    Args:
        write: takes each of them.
    """

    def __init__(self, write: Callable[[dict], Any]) -> None:
        self.write = write

    def alarm(self, alarm: Alarm) -> None:
        """One value."""
        self.write(alarm.entry())

    def notice(self, message: str) -> None:
        """One value."""
        self.write({"kind": "notice", "message": message})

    def summary(self, entry: dict) -> None:
        """The last value."""
        self.write(entry)


def _ids(episode: Episode) -> str:
    named = (f"{can_id:03X} ({share:.0%})" for can_id, share in episode.leading())
    return "IDs " + (", ".join(named) or "none stands out")


def _rows(entry: dict) -> list[tuple[str, str]]:
    threshold, delays = entry["threshold"], entry["latency_ms"]
    rows = [
        ("ended", entry["ended"]),
        ("frames", f"{entry['frames']:,} in {entry['bus_seconds']:,.1f} s of the bus, {entry['wall_s']:,.1f} s here"),
        ("rate", f"{entry['frames_per_s']:,.0f} frames/s"),
        ("windows", f"{entry['windows']:,}"),
        ("alarms", f"{entry['alarms']:,} in {entry['episodes']:,} episodes"),
        ("threshold", "none" if threshold is None else f"{threshold['value']:.6g} ({threshold['origin']})"),
        *((f"last frame to {name}", _delays(found)) for name, found in delays.items() if found["p50"] is not None),
    ]
    rows += [
        (name.replace("_", " "), f"{entry[name]:,}")
        for name in ("malformed", "error_frames", "bus_off", "reconnects", "silences", "unscored", "lost_lines")
        if entry[name]
    ]
    return rows + [(name, f"{value:.4g}") for name, value in (entry["figures"] or {}).items()]


def _delays(found: dict) -> str:
    return f"p50 {found['p50']:.2f} ms, p99 {found['p99']:.2f} ms, max {found['max']:.2f} ms"
