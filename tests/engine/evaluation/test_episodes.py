"""Episodes of attack windows, by hand."""

import numpy as np
import pytest

from stillhouse.engine.evaluation.episodes import Timeline, episode_scores, find_episodes, first_alarms

# Windows of .5 s, one after the other, of one recording.
ATTACK = [0, 1, 1, 0, 1, 0, 0, 0, 1, 1]


def timeline(attack=ATTACK, source=None, start=None) -> Timeline:
    number = len(attack)
    start = np.arange(number) * 0.5 if start is None else np.array(start, float)
    return Timeline(np.array(attack, bool), np.array(source or [0] * number), start, np.full(number, 0.5))


def pairs(windows: Timeline, join_s: float) -> list[tuple[int, int]]:
    episodes = find_episodes(windows, join_s)
    return list(zip(episodes.first.tolist(), episodes.last.tolist()))


def test_a_pause_ends_an_episode_only_above_join_s():
    assert pairs(timeline(), 0.0) == [(1, 2), (4, 4), (8, 9)]
    # Between window 2's end at 1.5 s and window 4's start at 2 s lie .5 s; between 4 and 8 lie 1.5 s.
    assert pairs(timeline(), 0.5) == [(1, 4), (8, 9)]
    assert pairs(timeline(), 1.5) == [(1, 9)]


def test_recordings_and_sessions_part_episodes():
    assert pairs(timeline([1, 1, 1, 1], source=[0, 0, 1, 1]), 10.0) == [(0, 1), (2, 3)]
    assert pairs(timeline([1, 1, 1, 1], start=[5, 5.5, 0, 0.5]), 10.0) == [(0, 1), (2, 3)]


def test_overlapping_windows_are_one_episode():
    assert pairs(timeline([1, 1, 1], start=[0.0, 0.1, 0.2]), 0.0) == [(0, 2)]


def test_without_an_attack_there_is_none():
    assert pairs(timeline([0, 0]), 1.0) == [] and pairs(timeline([]), 1.0) == []
    assert episode_scores(np.ones(2, bool), timeline([0, 0])) == {"episodes": 0, "episodes_found": 0}


def test_the_first_alarm_within_each_episode():
    alarms = np.array([1, 0, 0, 1, 1, 0, 0, 1, 0, 0], bool)
    assert first_alarms(alarms, find_episodes(timeline(), 0.5)).tolist() == [3, -1]
    assert first_alarms(alarms, find_episodes(timeline(), 0.0)).tolist() == [-1, 4, -1]
    assert first_alarms(np.zeros(10, bool), find_episodes(timeline(), 0.0)).tolist() == [-1, -1, -1]


def test_scores_by_hand():
    alarms = np.array([1, 0, 1, 0, 0, 0, 0, 0, 1, 0], bool)
    found = episode_scores(alarms, timeline(), join_s=0.5, window=100, stride=100)
    # Episode 1 to 4: window 2 ends at 1.5 s, the episode began at .5 s, two windows. Episode 8 to 9: its first window.
    assert found == {
        "episodes": 2, "episodes_found": 2, "episode_recall": 1.0,
        "time_to_detect_ms": pytest.approx((1000 + 500) / 2), "time_to_detect_frames": (200 + 100) / 2,
    }  # fmt: skip


def test_an_episode_without_alarm_counts_in_the_recall_and_not_in_the_time():
    alarms = np.zeros(10, bool)
    alarms[9] = True
    found = episode_scores(alarms, timeline(), join_s=0.0)
    assert found["episode_recall"] == pytest.approx(1 / 3) and found["time_to_detect_ms"] == 1000.0
    assert "time_to_detect_frames" not in found, "without the window's length frames cannot be counted"
    assert "time_to_detect_ms" not in episode_scores(np.zeros(10, bool), timeline())


def test_overlap_counts_each_frame_once():
    found = episode_scores(np.array([0, 0, 1], bool), timeline([1, 1, 1], start=[0, 0.1, 0.2]), window=100, stride=20)
    assert found["time_to_detect_frames"] == 140 and found["time_to_detect_ms"] == pytest.approx(700)


def test_a_negative_pause_is_refused():
    with pytest.raises(ValueError, match=r"join_s: got -1, expected at least 0 seconds"):
        find_episodes(timeline(), -1)
