import dataclasses

import numpy as np
import pytest
import torch
from can_detection import IDS, WINDOW, provenance, traffic
from hypothesis import given, settings
from hypothesis import strategies as st

from stillhouse.datasets.can.errors import CANFormatError
from stillhouse.datasets.can.frames import Frames, concatenate
from stillhouse.datasets.can.graph_maker import GraphMaker
from stillhouse.datasets.can.graphs import build_graphs
from stillhouse.datasets.can.packed import PackedGraphs, concatenate_graphs
from stillhouse.datasets.can.profile.profile import Profile
from stillhouse.datasets.can.profile.stream import Described
from stillhouse.datasets.can.vehicles import Vehicles, start_of
from stillhouse.datasets.can.views import adapted

SAID = provenance(traffic(2000, seed=1))
ADAPT_S = 0.2


def assert_same(a: PackedGraphs, b: PackedGraphs) -> None:
    for name, array in a.arrays().items():
        np.testing.assert_array_equal(array, getattr(b, name), err_msg=name)


def in_pieces(maker: GraphMaker, frames: Frames, cuts: list[int]) -> tuple[PackedGraphs, np.ndarray]:
    """The graphs of a stream cut at ``cuts``, and where in the whole recording each window ends."""
    stream, parts, ends = maker.stream(), [], []
    for first, end in zip([0, *cuts], [*cuts, len(frames)]):
        parts.append(stream.feed(frames[first:end]))
        ends += (stream.rows + first).tolist()
        assert stream.end_s.tolist() == frames.timestamp_s[stream.rows + first].tolist()
    parts.append(stream.finish())
    return concatenate_graphs(parts), np.array(ends)


def jumping(frames: Frames, seed: int) -> Frames:
    """The same frames by a clock that steps forth and back."""
    rng = np.random.default_rng(seed)
    steps = np.where(rng.random(len(frames)) < 0.01, rng.choice([-3.0, 90.0], len(frames)), 0)
    return dataclasses.replace(frames, timestamp_s=frames.timestamp_s + np.cumsum(steps))


cut_lists = st.lists(st.integers(0, 400), max_size=12).map(sorted)


@settings(max_examples=15, deadline=None)
@given(cut_lists, st.sampled_from([1, 7, WINDOW, 33]), st.integers(0, 3), st.sampled_from([0.0, 1.6e9]))
def test_a_stream_gives_the_graphs_of_the_recording_however_it_is_cut(cuts, stride, seed, start_s):
    frames = jumping(traffic(400, seed, flood=(100, 200), start_s=start_s), seed)
    maker = GraphMaker.from_provenance(SAID, stride)
    whole = maker.scaler.transform(build_graphs(frames, maker.vocabulary, WINDOW, stride))
    found, ends = in_pieces(maker, frames, cuts)
    assert_same(found, whole)
    assert ends.tolist() == list(range(WINDOW - 1, 400, stride))


@settings(max_examples=8, deadline=None)
@given(cut_lists, st.integers(0, 3))
def test_windows_by_time_do_not_depend_on_the_cuts_either(cuts, seed):
    frames = jumping(traffic(400, seed), seed)
    maker = GraphMaker.from_provenance(SAID, every_s=0.013)
    whole = maker.graphs(frames)
    assert_same(in_pieces(maker, frames, cuts)[0], whole)
    assert len(whole) > 10


def profiled(adapt_s: float = ADAPT_S) -> GraphMaker:
    maker = GraphMaker.from_provenance(SAID)
    benign = traffic(2000, seed=1)
    vehicles = Vehicles.fit([benign], WINDOW)
    width = maker_width(vehicles.profiles[0], benign)
    scaler = dataclasses.replace(maker.scaler, node_low=np.zeros(width, "f4"), node_high=np.ones(width, "f4"))
    return dataclasses.replace(maker, vehicles=vehicles, adapt_s=adapt_s, scaler=scaler)


def maker_width(profile: Profile, frames: Frames) -> int:
    described = Described.of(profile, frames[: 2 * WINDOW])
    return build_graphs(frames[: 2 * WINDOW], None, WINDOW, WINDOW, described=described).x.shape[1]


def foreign(n: int, seed: int) -> Frames:
    """Traffic of a vehicle that shares no identifier."""
    frames = traffic(n, seed)
    return dataclasses.replace(frames, can_id=frames.can_id + np.uint32(0x1000))


PROFILED = profiled()


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 900), max_size=12).map(sorted), st.integers(0, 3))
def test_a_known_vehicle_is_described_by_its_profile_widened_by_its_start(cuts, seed):
    frames = traffic(900, seed, flood=(500, 700))
    start = start_of(frames, ADAPT_S)
    rest, profile = frames[start:], adapted(PROFILED.vehicles.profiles[0], frames[:start], WINDOW)
    described = build_graphs(rest, None, WINDOW, WINDOW, described=Described.of(profile, rest))
    assert_same(in_pieces(PROFILED, frames, cuts)[0], PROFILED.scaler.transform(described))


@settings(max_examples=4, deadline=None)
@given(st.lists(st.integers(0, 900), max_size=12).map(sorted), st.integers(0, 3))
def test_an_unknown_vehicle_is_described_by_its_own_start(cuts, seed):
    frames = foreign(900, seed)
    start = start_of(frames, ADAPT_S)
    rest, profile = frames[start:], Profile.fit([frames[:start]], WINDOW)
    described = build_graphs(rest, None, WINDOW, WINDOW, described=Described.of(profile, rest))
    found, ends = in_pieces(PROFILED, frames, cuts)
    assert_same(found, PROFILED.scaler.transform(described))
    assert ends[0] == start + WINDOW - 1


def test_a_stream_says_whether_the_vehicle_is_known():
    stream = PROFILED.stream()
    stream.feed(traffic(100))
    assert stream.adapted is None
    stream.feed(traffic(900))
    assert stream.adapted is False
    other = PROFILED.stream()
    other.feed(foreign(900, 0))
    assert other.adapted is True


def test_a_recording_shorter_than_the_start_has_windows_where_its_vehicle_is_known():
    short = profiled(adapt_s=60.0)
    assert len(short.graphs(traffic(900))) == 900 // WINDOW
    assert len(short.graphs(foreign(900, 0))) == 0
    assert len(short.graphs(traffic(900)[:5])) == 0
    assert len(short.graphs(traffic(900)[:0])) == 0


def test_a_profile_at_hand_describes_from_the_first_frame():
    given_one = PROFILED.with_profile(foreign(900, 5))
    assert len(given_one.graphs(foreign(900, 0))) == 900 // WINDOW
    with pytest.raises(CANFormatError, match="a network of absolute features, expected one of profile features"):
        GraphMaker.from_provenance(SAID).with_profile(traffic(900))


def test_a_stream_that_begins_again_keeps_the_vehicle_and_forgets_the_frames():
    stream = PROFILED.stream()
    stream.feed(foreign(900, 0))
    again = stream.again()
    assert again.needed == WINDOW
    assert len(again.feed(foreign(900, 1))) == 900 // WINDOW
    assert len(GraphMaker.from_provenance(SAID).stream().again().feed(traffic(900))) == 900 // WINDOW


def test_the_memory_of_a_stream_does_not_grow():
    stream = PROFILED.stream()
    for part in range(30):
        stream.feed(traffic(500, part, start_s=part * 0.25))
    assert len(stream._tail) == WINDOW - 1 == len(stream._describer._place) == len(stream._describer._evidence)


def test_needed_counts_down_to_the_next_window():
    stream, frames = GraphMaker.from_provenance(SAID, stride=10).stream(), traffic(100)
    seen = []
    for row in range(45):
        seen.append(stream.needed)
        assert (len(stream.feed(frames[row : row + 1])) == 1) == (seen[-1] == 1)
    assert seen[:21] == [*range(20, 0, -1), 10]


def test_an_unlabelled_stream_has_unlabelled_windows():
    frames = dataclasses.replace(traffic(100), label=None)
    assert GraphMaker.from_provenance(SAID).graphs(frames).y.tolist() == [-1] * 5


def test_a_checkpoint_of_other_data_is_refused():
    with pytest.raises(CANFormatError, match="got digest, without vocabulary, scaler, window, stride"):
        GraphMaker.from_provenance({"digest": "x"})
    state = {"window": WINDOW, "profiles": [{"can_ids": torch.tensor(IDS)}]}
    with pytest.raises(CANFormatError, match="Train the network again"):
        GraphMaker.from_provenance({**SAID, "vehicles": state, "viewing": {"adapt_s": 5.0}})


def test_the_state_of_vehicles_is_read_from_the_provenance():
    said = {**SAID, "vehicles": PROFILED.vehicles.state(), "viewing": {"adapt_s": ADAPT_S}}
    maker = dataclasses.replace(GraphMaker.from_provenance(said), scaler=PROFILED.scaler)
    frames = concatenate([traffic(500), traffic(500, 2, start_s=10.0)], "two")
    assert_same(maker.graphs(frames), PROFILED.graphs(frames))
