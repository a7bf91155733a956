from stillhouse.engine.can.alarm import Alarm, Carrier, clock
from stillhouse.engine.can.episode import MOST_IDS, Episodes


def alarm(start_s: float, score: float = 1.0, can_id: int = 0x316, share: float = 0.5) -> Alarm:
    return Alarm(0, start_s, start_s + 0.5, score, 0.0, (Carrier(can_id, share, True),), 0.001)


def fed(episodes: Episodes, *starts: float) -> list[tuple[float, float, int]]:
    """What the episodes over a sequence of alarms are: start, end, alarms."""
    over = []
    for start_s in starts:
        over.append(episodes.end_before(start_s))
        episodes.add(alarm(start_s))
    over.append(episodes.end())
    return [(one.start_s, one.end_s, one.alarms) for one in over if one]


def test_alarms_close_to_each_other_are_one_episode():
    episodes = Episodes(gap_s=1.0)
    assert fed(episodes, 0.0, 0.5, 2.0, 4.0) == [(0.0, 2.5, 3), (4.0, 4.5, 1)]
    assert episodes.count == 2


def test_windows_that_overlap_are_one_episode():
    assert fed(Episodes(gap_s=0.1), 0.0, 0.1, 0.2) == [(0.0, 0.7, 3)]


def test_a_clock_that_steps_back_ends_an_episode():
    assert [one[0] for one in fed(Episodes(gap_s=1.0), 100.0, 50.0, 50.5)] == [100.0, 50.0]


def test_an_episode_knows_its_peak_and_its_identifiers():
    episodes = Episodes()
    begun = episodes.add(alarm(0.0, 2.0, 0x316, 0.8))
    assert begun is episodes.current and episodes.add(alarm(0.1, 5.0, 0x316, 0.6)) is None
    episodes.add(alarm(0.2, 1.0, 0x43F, 0.9))
    assert begun.peak == 5.0 and [can_id for can_id, _ in begun.leading()] == [0x316, 0x43F]
    assert begun.leading(1)[0][1] == (0.8 + 0.6) / 3


def test_a_flood_of_identifiers_does_not_grow_an_episode():
    episodes = Episodes()
    for number in range(2000):
        episodes.add(alarm(number / 10, can_id=number, share=0.1))
        episodes.add(alarm(number / 10, can_id=5000, share=0.2))
    assert len(episodes.current.shares) <= MOST_IDS and episodes.current.leading(1)[0][0] == 5000


def test_the_entry_of_an_alarm():
    entry = Alarm(7, 1.6e9, 1.6e9 + 0.25, 2.5, 1.0, (Carrier(0x7, 0.75, False),), 0.0012, True).entry()
    assert entry["time"] == "2020-09-13T12:26:40.250000Z" and entry["ids"] == [
        {"id": "007", "share": 0.75, "known": False}
    ]
    assert (entry["kind"], entry["window"], entry["latency_ms"], entry["attack"]) == ("alarm", 7, 1.2, True)
    odd = Alarm(7, 0.0, 1.0, float("inf"), 1.0, (), float("nan")).entry()
    assert odd["score"] is None and odd["latency_ms"] is None and "attack" not in odd


def test_clocks_from_zero_are_shown_in_seconds():
    assert clock(12.5) == "12.500000 s"
