"""A trained network on a stream of frames: graphs, scores, alarms."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
import torch

from ...datasets.can.frames import Frames
from ...datasets.can.graph_maker import GraphMaker
from ...datasets.can.packed import PackedGraphs
from ...models.can.contribution import occlusion_contributions
from .alarm import Alarm, Carrier

BATCH = 64
FEW = 4  # windows that a live bus completes at a time, scored so that their explanation can go on from there
SHOWN_IDS = 3


class Predictor(Protocol):
    """What scores windows: a network of PyTorch, or one of ONNX Runtime."""

    def predict(self, batch: dict) -> dict:
        """``score`` (B,) of the windows in ``batch["graph"]``."""
        ...


@dataclass(frozen=True)
class Scored:
    """Some windows that the stream completed, in order.

    Args:
        graphs: the windows.
        first: number of the first one in the stream.
        end_s: (G,) timestamps of their last frames.
        arrived_s: (G,) when these arrived, by ``time.perf_counter``; NaN where that means nothing.
        score: (G,) float64; NaN where the network gave none.
        contributions: gives (N,), what each node adds to its window's score, where scoring found the way there.
    """

    graphs: PackedGraphs
    first: int
    end_s: np.ndarray
    arrived_s: np.ndarray
    score: np.ndarray
    contributions: Callable[[], Any] | None = None

    def __len__(self) -> int:
        return len(self.score)

    def behind(self, count: int) -> "Scored":
        """The same without the first ``count`` windows."""
        graphs = self.graphs.select(np.arange(count, len(self)))
        return Scored(graphs, self.first + count, self.end_s[count:], self.arrived_s[count:], self.score[count:])


class Detector:
    """Scores the windows of a stream, and says which identifiers carry an alarm.

    Args:
        predictor: the network.
        maker: makes its graphs.
        explainer: a network with ``explained(batch)``; without one each node is left out in turn.
        batch_size: windows scored together, at most.

    Attributes:
        windows: how many were completed.
    """

    def __init__(self, predictor: Predictor, maker: GraphMaker, explainer: Any = None, batch_size: int = BATCH) -> None:
        self.predictor, self.maker, self.batch_size = predictor, maker, batch_size
        self.explainer = explainer
        self.windows = 0
        self._stream = maker.stream()

    @property
    def needed(self) -> int:
        """How many more frames there must be, at least, before another window can be complete."""
        return self._stream.needed

    @property
    def adapted(self) -> bool | None:
        """Whether the vehicle is described by its own start; None as long as that is open or does not matter."""
        return self._stream.adapted

    def restart(self, same_vehicle: bool = False) -> None:
        """Forget earlier frames: those that follow are not their continuation; what the vehicle is like may stay."""
        self._stream = self._stream.again() if same_vehicle else self.maker.stream()

    def feed(self, frames: Frames, arrived_s: np.ndarray) -> Iterator[Scored]:
        """Take the next frames.

        Args:
            frames: n of them.
            arrived_s: (n,) or (1,) when they arrived, by ``time.perf_counter``.

        Returns:
            the windows that they complete, scored, some at a time.
        """
        graphs = self._stream.feed(frames)
        arrived_s = np.broadcast_to(arrived_s, (len(frames),))
        rows = self._stream.rows
        late = rows < 0
        yield from self._scored(graphs, np.where(late, np.nan, arrived_s[np.where(late, -1, rows)]))

    def finish(self) -> Iterator[Scored]:
        """The windows that the end of the frames leaves, scored."""
        graphs = self._stream.finish()
        yield from self._scored(graphs, np.full(len(graphs), np.nan))

    def _scored(self, graphs: PackedGraphs, arrived_s: np.ndarray) -> Iterator[Scored]:
        end_s = self._stream.end_s
        for at in range(0, len(graphs), self.batch_size):
            some = np.arange(at, min(at + self.batch_size, len(graphs)))
            part = graphs if len(some) == len(graphs) else graphs.select(some)
            score, contributions = self._judged(part)
            yield Scored(part, self.windows, end_s[some], arrived_s[some], score, contributions)
            self.windows += len(some)

    def _judged(self, graphs: PackedGraphs) -> tuple[np.ndarray, Callable[[], Any] | None]:
        """(G,) scores, and of a few windows, as a live bus completes them, what their explanation goes on from."""
        batch = self._batch(graphs)
        if len(graphs) <= FEW and self.explainer is self.predictor:
            found = self.explainer.explained(batch)
            return np.asarray(found.outputs["score"], np.float64), found.contributions
        with torch.inference_mode():
            return np.asarray(self.predictor.predict(batch)["score"], np.float64), None

    def _batch(self, graphs: PackedGraphs) -> dict:
        return {"graph": as_batch(graphs), "adapted": torch.full((len(graphs),), bool(self.adapted))}

    def alarms(self, scored: Scored, threshold: float) -> list[Alarm]:
        """The windows above a threshold, with what carries them; each is timed when all is known."""
        above = np.flatnonzero(scored.score > threshold)
        if not len(above):
            return []
        carriers, graphs = self._carriers(scored, above), scored.graphs
        now_s = time.perf_counter()
        return [
            Alarm(
                window=scored.first + int(row),
                start_s=float(graphs.start_s[row]),
                end_s=float(scored.end_s[row]),
                score=float(scored.score[row]),
                threshold=threshold,
                carriers=found,
                latency_s=now_s - float(scored.arrived_s[row]),
                is_attack=None if graphs.y[row] < 0 else bool(graphs.y[row]),
            )
            for row, found in zip(above, carriers)
        ]

    def _carriers(self, scored: Scored, above: np.ndarray) -> list[tuple[Carrier, ...]]:
        if scored.contributions is not None:
            return _leading(scored.graphs, scored.contributions(), above)
        graphs = scored.graphs.select(above)
        return _leading(graphs, self._contributions(graphs), np.arange(len(graphs)))

    def _contributions(self, graphs: PackedGraphs) -> Any:
        batch = self._batch(graphs)
        if self.explainer is not None:
            return self.explainer.explained(batch).contributions()
        with torch.inference_mode():
            return occlusion_contributions(self.predictor.predict, batch["graph"])


def as_batch(graphs: PackedGraphs) -> Any:
    """All graphs of a pack as networks read them, without the tenth of a millisecond that PyTorch Geometric's batch takes.

    Args:
        graphs: a pack whose first node and edge are its own, as ``feed`` and ``select`` give it.

    Returns:
        ``x``, ``node_id``, ``node_count``, ``edge_index`` (global), ``edge_attr``, ``batch``, ``ptr`` and ``y``.
    """
    first_node = np.repeat(graphs.node_ptr[:-1], np.diff(graphs.edge_ptr))
    arrays = {name: getattr(graphs, name) for name in ("x", "node_id", "node_count", "edge_attr", "y")}
    arrays |= {"edge_index": graphs.edge_index + first_node, "batch": graphs.graph_of_node, "ptr": graphs.node_ptr}
    return SimpleNamespace(**{name: torch.from_numpy(array) for name, array in arrays.items()})


def _leading(graphs: PackedGraphs, contributions: Any, windows: np.ndarray) -> list[tuple[Carrier, ...]]:
    """Of some windows, the nodes that raise the score most."""
    values = np.maximum(np.nan_to_num(np.asarray(contributions, np.float64)), 0)
    return [_carriers_of(graphs, values, slice(*graphs.node_ptr[row : row + 2])) for row in windows]


def _carriers_of(graphs: PackedGraphs, values: np.ndarray, nodes: slice) -> tuple[Carrier, ...]:
    mine = values[nodes]
    share = mine / (mine.sum() or 1.0)
    order = np.argsort(-share, kind="stable")[:SHOWN_IDS]
    can_id, known = graphs.can_id[nodes], graphs.node_id[nodes] > 0
    return tuple(Carrier(int(can_id[k]), float(share[k]), bool(known[k])) for k in order if share[k] > 0)
