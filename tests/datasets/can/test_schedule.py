import numpy as np
import pytest

from stillhouse.datasets.can.errors import CANFormatError
from stillhouse.datasets.can.schedule import Schedule


def ends(schedule: Schedule, time_s, cuts=()) -> list[int]:
    """The ends over a recording that is fed in the pieces that ``cuts`` part."""
    found, last_s = [], time_s[0]
    for part in np.split(np.arange(len(time_s)), cuts):
        if len(part):
            due = schedule.ends(time_s[part], int(part[0]), time_s[0], last_s)
            found += (due + part[0]).tolist()
            last_s = time_s[part[-1]]
    return found


@pytest.mark.parametrize("cuts", [(), (1,), (4, 5, 9), (3, 3, 20)])
def test_windows_by_frames_follow_each_other_at_the_stride(cuts):
    time_s = np.arange(20) / 100
    assert ends(Schedule(5, 3), time_s, cuts) == [4, 7, 10, 13, 16, 19]
    assert ends(Schedule(4, 6), time_s, cuts) == [3, 9, 15]


@pytest.mark.parametrize("cuts", [(), (1,), (4, 5, 9), (6, 18)])
def test_windows_by_time_end_with_the_first_frame_of_each_stretch(cuts):
    time_s = 1e9 + np.array([0, 10, 20, 30, 49, 50, 55, 99, 101, 140, 149, 210, 220]) / 1000
    # Stretches of 50 ms begin with frames 5 (50 ms), 8 (101) and 11 (210, one window though it skips a stretch).
    assert ends(Schedule(3, 3, 0.05), time_s, cuts) == [5, 8, 11]


def test_no_window_by_time_ends_before_there_are_enough_frames():
    assert ends(Schedule(5, 5, 0.01), np.arange(8) / 50) == [4, 5, 6, 7]


def test_a_clock_that_steps_makes_one_window_due_each_time():
    time_s = np.arange(30) / 1000
    assert ends(Schedule(3, 3, 0.1), time_s) == []
    time_s[10:20] += 3600
    time_s[20:] -= 500
    assert ends(Schedule(3, 3, 0.1), time_s) == [10, 20]


@pytest.mark.parametrize(("seen", "expected"), [(0, 5), (4, 1), (5, 3), (6, 2), (7, 1), (8, 3)])
def test_how_many_frames_are_needed_by_frames(seen, expected):
    assert Schedule(5, 3).needed(seen) == expected


def test_how_many_frames_are_needed_by_time():
    assert [Schedule(5, 3, 0.1).needed(seen) for seen in (0, 4, 5, 9)] == [5, 1, 1, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((1, 1), "window: got 1"), ((5, 0), "stride: got 0"), ((5, 5, 0.0), "every_s: got 0.0"), ((5, 5, np.inf), "inf")],
)
def test_refuses(arguments, message):
    with pytest.raises(CANFormatError, match=message):
        Schedule(*arguments)
