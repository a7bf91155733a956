"""From frames to what a trained network reads, as its checkpoint says: of whole recordings, or of streams."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from .ablation import hide
from .errors import CANFormatError
from .features import NODE_FEATURES
from .frames import Frames, concatenate
from .graphs import empty_graphs, graphs_at
from .packed import PackedGraphs, concatenate_graphs
from .profile.describer import Describer
from .profile.nodes import PROFILE_NODE_FEATURES
from .profile.profile import Profile
from .schedule import Schedule
from .vehicles import Vehicles, start_of
from .views import adapted
from .vocabulary import Scaler, Vocabulary

_READ = ("vocabulary", "scaler", "window", "stride")


@dataclass(frozen=True)
class GraphMaker:
    """Makes scaled window graphs as the data that a network was trained on were made.

    With profiles, the first seconds of a recording tell which vehicle it is of, and widen what training knows of it. A vehicle
    that training does not know is described by them alone. Windows begin behind them.

    Args:
        vocabulary: the identifiers known in training.
        scaler: the ranges of features in training.
        schedule: which frames make a window.
        vehicles: the profiles of training; None where identifiers and payloads are taken as they are.
        adapt_s: how many seconds those are.
        profile: of the vehicle, where it is known beforehand.
        ignore: names of node features that are hidden, see ``ablation.hide``.
    """

    vocabulary: Vocabulary
    scaler: Scaler
    schedule: Schedule
    vehicles: Vehicles | None = None
    adapt_s: float = 5.0
    profile: Profile | None = None
    ignore: tuple[str, ...] = ()

    @classmethod
    def from_provenance(
        cls, provenance: Mapping, stride: int | None = None, every_s: float | None = None
    ) -> "GraphMaker":
        """The maker that a checkpoint's network needs.

        Args:
            provenance: what the training data said of itself (``CANGraphs.provenance``).
            stride: frames from one window's start to the next one's; the training's by default.
            every_s: seconds from one window to the next instead.

        Raises:
            CANFormatError: it is not of CAN windows, or a stride or a time out of range.
        """
        if missing := [name for name in _READ if name not in provenance]:
            got = f"{', '.join(provenance) or 'nothing'}, without {', '.join(missing)}"
            remedy = "Name a network that was trained on CAN windows."
            raise CANFormatError("the checkpoint's record of its data", got, ", ".join(_READ), remedy)
        schedule = Schedule(provenance["window"], provenance["stride"] if stride is None else stride, every_s)
        vocabulary, scaler = Vocabulary.from_state(provenance["vocabulary"]), Scaler.from_state(provenance["scaler"])
        found = cls(vocabulary, scaler, schedule, ignore=tuple(provenance.get("ignore", ())))
        if not provenance.get("vehicles"):
            return found
        try:
            vehicles = Vehicles.from_state(provenance["vehicles"])
        except TypeError as error:
            remedy = "Train the network again."
            raise CANFormatError("the checkpoint's profiles", f"{error}", "those of this version", remedy) from error
        return replace(found, vehicles=vehicles, adapt_s=provenance["viewing"]["adapt_s"])

    def with_profile(self, benign: Frames) -> "GraphMaker":
        """The same for a vehicle whose benign traffic is at hand, rather than its first seconds.

        Raises:
            CANFormatError: the network has no use for a profile, or ``benign`` holds no window.
        """
        if self.vehicles is None:
            remedy = "It knows the vehicles of its training alone; leave the benign traffic out."
            raise CANFormatError("profile", "a network of absolute features", "one of profile features", remedy)
        return replace(self, profile=Profile.fit([benign], self.schedule.window))

    def graphs(self, frames: Frames) -> PackedGraphs:
        """The graphs of all windows of a whole recording."""
        stream = self.stream()
        return concatenate_graphs([stream.feed(frames), stream.finish()])

    def stream(self) -> "GraphStream":
        """A stream of one recording or bus, from its beginning."""
        return GraphStream(self)


class GraphStream:
    """The graphs of a stream, bit for bit those of the whole recording however it is cut into pieces.

    What later windows need of earlier frames is held here, in memory that does not grow.

    Args:
        maker: what to make.

    Attributes:
        rows: (G,) int64, of the last call: the index of each window's last frame among the frames fed; below 0 for one before.
        end_s: (G,) float64, of the last call: timestamp of each window's last frame.
        adapted: whether the vehicle is described by its own start; None as long as that is open or does not matter.
    """

    def __init__(self, maker: GraphMaker) -> None:
        self.maker = maker
        self.rows, self.end_s = np.zeros(0, np.int64), np.zeros(0)
        self.adapted: bool | None = None
        self._seen = 0
        self._origin_s = 0.0
        self._tail: Frames | None = None
        self._describer = Describer(maker.profile) if maker.profile else None
        self._start: list[Frames] | None = [] if maker.vehicles and not maker.profile else None

    @property
    def needed(self) -> int:
        """How many more frames there must be, at least, before another window can be complete."""
        return self.maker.schedule.needed(self._seen)

    def again(self) -> "GraphStream":
        """A stream of the same vehicle after frames were missed: it keeps the profile that was chosen or made."""
        profile = None if self._describer is None else self._describer.profile
        return GraphStream(replace(self.maker, profile=profile))

    def feed(self, frames: Frames) -> PackedGraphs:
        """Take the next frames of the stream.

        Args:
            frames: any number of them.

        Returns:
            the graphs of the windows that they complete, scaled, in order.
        """
        if self._start is not None and len(frames):
            return self._begin(self._start, frames)
        return self._go_on(frames)

    def finish(self) -> PackedGraphs:
        """The windows of a recording that ended within the seconds that should tell the vehicle: a known one's, else none."""
        start, self._start = self._start, None
        if not start:
            return self._go_on(_none("end"))
        frames = concatenate(start, start[0].source)
        if len(frames) < self.maker.schedule.window or (known := self._match(frames)) is None:
            return self._go_on(_none("end"))
        return self._described_by(known, frames, new=0)

    def _begin(self, start: list[Frames], frames: Frames) -> PackedGraphs:
        start.append(frames)
        whole = start[0] if len(start) == 1 else concatenate(start, frames.source)
        self._start = [whole]
        count = max(start_of(whole, self.maker.adapt_s), self.maker.schedule.window)
        if count >= len(whole):
            return self._go_on(_none(frames.source))
        self._start = None
        known = self._match(whole[:count])
        self.adapted = known is None
        profile = adapted(known, whole[:count], self.maker.schedule.window)
        return self._described_by(profile, whole[count:], new=len(frames))

    def _match(self, frames: Frames) -> Profile | None:
        return self.maker.vehicles.match(frames) if self.maker.vehicles else None

    def _described_by(self, profile: Profile, frames: Frames, new: int) -> PackedGraphs:
        """All windows of held frames, the last ``new`` of which were just fed."""
        self._describer = Describer(profile)
        graphs = self._go_on(frames)
        self.rows = self.rows + new - len(frames)
        return graphs

    def _go_on(self, frames: Frames) -> PackedGraphs:
        maker, window = self.maker, self.maker.schedule.window
        if not len(frames):
            self.rows, self.end_s = np.zeros(0, np.int64), np.zeros(0)
            return empty_graphs(len(maker.scaler.node_low))
        self.rows = self._due(frames.timestamp_s)
        self.end_s = frames.timestamp_s[self.rows]
        held = frames if self._tail is None else concatenate([self._tail, frames], frames.source)
        starts = self.rows + len(held) - len(frames) - window + 1
        graphs = self._build(held, starts, frames)
        self._seen += len(frames)
        gone = max(0, len(held) - window + 1)
        if self._describer is not None:
            self._describer.forget(gone)
        self._tail = held[gone:]
        return graphs

    def _due(self, time_s: np.ndarray) -> np.ndarray:
        if self._tail is None:
            self._origin_s = float(time_s[0])
        last_s = self._origin_s if self._tail is None else float(self._tail.timestamp_s[-1])
        return self.maker.schedule.ends(time_s, self._seen, self._origin_s, last_s)

    def _build(self, held: Frames, starts: np.ndarray, new: Frames) -> PackedGraphs:
        maker = self.maker
        described = None if self._describer is None else self._describer.extend(new)
        vocabulary = maker.vocabulary if described is None else None
        parts = (vocabulary, maker.schedule.window, 0, described, self._origin_s)
        names = NODE_FEATURES if described is None else PROFILE_NODE_FEATURES
        return hide(maker.scaler.transform(graphs_at(held, starts, *parts)), names, maker.ignore)


def _none(source: str) -> Frames:
    none = np.zeros(0, np.uint8)
    return Frames(np.zeros(0), none.astype(np.uint32), np.zeros((0, 8), np.uint8), none, None, source)
