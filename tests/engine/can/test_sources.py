import time

import numpy as np
import pytest
from can_detection import candump, traffic

from stillhouse.engine.can.errors import DetectionError
from stillhouse.engine.can.sources import LogSource, PacedSource


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "a.log"
    path.write_text(candump(traffic(1000)))
    return path


@pytest.mark.parametrize(("part", "first", "end"), [((0, 1), 0, 1000), ((0, 0.5), 0, 500), ((0.25, 0.75), 250, 750)])
def test_a_part_of_a_log(log, part, first, end):
    found = np.concatenate([arrival.frames.timestamp_s for arrival in LogSource(log, part, chunk=77)])
    assert found.tolist() == traffic(1000).timestamp_s[first:end].tolist()


def test_the_parts_of_a_log_are_the_log(log):
    total = sum(len(arrival.frames) for part in ((0, 0.3), (0.3, 1)) for arrival in LogSource(log, part))
    assert total == 1000


def test_bad_lines_are_counted_and_the_first_is_told(log):
    log.write_text("rubbish\n" + log.read_text() + "(1.0) can0 1#0\n")
    said: list[str] = []
    source = LogSource(log, say=said.append)
    assert sum(len(arrival.frames) for arrival in source) == 1000
    assert source.counts.malformed == 2 and len(said) == 1 and "a.log:1: got 'rubbish'" in said[0]
    assert "a.log:1" in source.counts.first_malformed


def test_a_log_that_breaks_off_is_read_up_to_there(tmp_path):
    can = pytest.importorskip("can")
    path, said = tmp_path / "a.asc", []
    with can.Logger(str(path)) as logger:
        for number in range(50):
            logger(can.Message(timestamp=10 + number / 100, arbitration_id=0x100, data=b"1", is_extended_id=False))
    path.write_text(path.read_text().replace("End TriggerBlock\n", "") + "0.9 1 123x Rx d\n")
    source = LogSource(path, say=said.append)
    assert sum(len(arrival.frames) for arrival in source) == 50
    assert source.counts.malformed == 1 and any("cannot be read any further" in message for message in said)


def test_a_log_without_frames_and_a_part_that_is_none_are_refused(tmp_path, log):
    (tmp_path / "b.log").write_text("rubbish\n")
    with pytest.raises(DetectionError, match=r"b.log: holds no frame that can be read. .*rubbish"):
        list(LogSource(tmp_path / "b.log"))
    with pytest.raises(DetectionError, match=r"part 0.5:0.5: expected FROM:TO"):
        LogSource(log, (0.5, 0.5))


def test_a_paced_log_hands_over_what_is_needed_when_it_is_due(log):
    began, sizes = time.perf_counter(), []
    for arrival in PacedSource(LogSource(log), 2.0, lambda: 100):
        if len(arrival.frames):
            sizes.append(len(arrival.frames))
            due_s = (arrival.frames.timestamp_s[-1] - traffic(1).timestamp_s[0]) / 2
            assert arrival.arrived_s[-1] - began >= due_s - 0.01
    assert sizes == [100] * 10 and time.perf_counter() - began >= 0.2
