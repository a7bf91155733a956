import numpy as np
import pytest
from can_detection import candump, traffic

from stillhouse.datasets.can import CANFormatError, read_frames
from stillhouse.datasets.can.formats.salvage import Faults
from stillhouse.datasets.can.frames import Frames, concatenate
from stillhouse.datasets.can.reading import iterate_frames

FRAMES = traffic(3000, flood=(500, 900))


def rows(frames: Frames):
    data = [payload[:n].tobytes().hex() for payload, n in zip(frames.payload, frames.dlc)]
    return zip(frames.timestamp_s.tolist(), frames.can_id.tolist(), data, frames.label.tolist())


def spaced(data: str, by: str) -> str:
    return by.join(data[at : at + 2] for at in range(0, len(data), 2))


TEXTS = {
    "a.log": candump(FRAMES),
    "crysys.log": "".join(f"({t:.6f}) can0 {i:03X}#{d} {bool(y)}\tFalse\n" for t, i, d, y in rows(FRAMES)),
    "a.csv": "timestamp,arbitration_id,data_field,attack\n"
    + "".join(f"{t:.6f},{i:03X},{d},{y}\n" for t, i, d, y in rows(FRAMES)),
    "ch.csv": "".join(f"{t:.6f},{i:04x},8,{spaced(d, ',')},{'RT'[y]}\n" for t, i, d, y in rows(FRAMES)),
    "sa.txt": "".join(f"{t:.6f},{i:04X},8,{spaced(d, ',')},{'RT'[y]}\n" for t, i, d, y in rows(FRAMES)),
    "run.txt": "".join(
        f"Timestamp: {t:.6f}        ID: {i:04x}    000    DLC: 8    {spaced(d, ' ')}\n" for t, i, d, _ in rows(FRAMES)
    ),
}


def same(parts: list[Frames], whole: Frames) -> None:
    joined = concatenate(parts, whole.source)
    assert joined.digest() == whole.digest() and (joined.label is None) == (whole.label is None)
    np.testing.assert_array_equal(joined.dlc, whole.dlc)


@pytest.mark.parametrize("chunk", [7, 1000, 20_000])
@pytest.mark.parametrize("name", TEXTS)
def test_the_stretches_are_the_recording(tmp_path, name, chunk):
    path = tmp_path / name
    path.write_text(TEXTS[name])
    parts = list(iterate_frames(path, chunk))
    assert max(len(part) for part in parts) <= chunk and sum(len(part) for part in parts) == 3000
    same(parts, read_frames(path))


def test_the_stretches_of_a_table_are_the_recording(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = dict(zip(("timestamp", "id", "data_field", "label"), (list(column) for column in zip(*rows(FRAMES)))))
    parquet.write_table(arrow.table(columns), tmp_path / "a.parquet", row_group_size=700)
    parts = list(iterate_frames(tmp_path / "a.parquet", 999))
    assert max(len(part) for part in parts) <= 999
    same(parts, read_frames(tmp_path / "a.parquet"))


@pytest.mark.parametrize("suffix", [".asc", ".blf", ".trc"])
def test_the_stretches_of_what_python_can_opens_are_the_recording(tmp_path, suffix):
    can = pytest.importorskip("can")
    path = tmp_path / f"a{suffix}"
    with can.Logger(str(path)) as logger:
        for t, i, d, _ in list(rows(FRAMES))[:100]:
            logger(can.Message(timestamp=10 + t, arbitration_id=i, data=bytes.fromhex(d), is_extended_id=False))
    parts = list(iterate_frames(path, 33))
    assert [len(part) for part in parts] == [33, 33, 33, 1]
    same(parts, read_frames(path))


@pytest.mark.parametrize("name", TEXTS)
def test_bad_lines_are_counted_and_left_out(tmp_path, name):
    lines = TEXTS[name].splitlines(keepends=True)
    bad = {100: "rubbish\n", 101: lines[101][: len(lines[101]) // 2] + "\n", 2500: lines[2500].replace(".", "x", 1)}
    path = tmp_path / name
    path.write_text("".join(bad.get(number, line) for number, line in enumerate(lines)))
    faults = Faults()
    parts = list(iterate_frames(path, 400, faults))
    assert faults.count == 3 and f"{name}:101: got " in faults.first
    header = len(lines) - 3000
    kept = np.delete(np.arange(3000), [number - header for number in bad])
    assert concatenate(parts, "x").timestamp_s.tolist() == FRAMES.timestamp_s[kept].tolist()
    with pytest.raises(CANFormatError, match=f"{name}:101: got "):
        list(iterate_frames(path, 400))


def test_bad_rows_of_a_table_are_counted_by_their_place_in_the_file(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {"timestamp": [1.0, 2.0, 3.0, 4.0], "id": [1, 2, 3, 4], "data_field": ["00", "01", None, "0g"]}
    parquet.write_table(arrow.table(columns), tmp_path / "a.parquet")
    faults = Faults()
    parts = list(iterate_frames(tmp_path / "a.parquet", 2, faults))
    assert concatenate(parts, "x").can_id.tolist() == [1, 2] and faults.count == 2
    assert "a.parquet:2 (column data_field): got an empty cell" in faults.first


def test_can_fd_frames_are_counted_and_left_out(tmp_path):
    path = tmp_path / "a.log"
    path.write_text("(1.0) can0 110#01\n(1.1) can0 110##1" + "00" * 12 + "\n(1.2) can0 111#02\n")
    faults = Faults()
    assert [part.can_id.tolist() for part in iterate_frames(path, 10, faults)] == [[0x110], [0x111]]
    assert faults.count == 1 and "expected classical CAN" in faults.first


def test_a_file_of_nothing_but_bad_lines_is_refused(tmp_path):
    path = tmp_path / "a.log"
    path.write_text("no log\n" * 2000)
    faults = Faults()
    with pytest.raises(CANFormatError, match=r"a\.log:1000: got 'no log'"):
        list(iterate_frames(path, 100, faults))
    path.write_text("no log\n" * 500)
    faults = Faults()
    assert list(iterate_frames(path, 100, faults)) == [] and faults.count == 500


def test_a_missing_file_names_the_path(tmp_path):
    with pytest.raises(CANFormatError, match=r"gone\.log: got no such file"):
        list(iterate_frames(tmp_path / "gone.log"))
