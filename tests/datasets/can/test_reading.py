import warnings

import numpy as np
import pytest

from stillhouse.datasets.can import CANDataWarning, CANFormatError, read_frames
from stillhouse.datasets.can.formats import text

HEADER = "timestamp,arbitration_id,data_field,attack\n"


@pytest.fixture
def write(tmp_path):
    def _write(name: str, content: str | bytes):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


def _same(frames, time_s, can_id, rows, label):
    np.testing.assert_array_equal(frames.timestamp_s, time_s)
    np.testing.assert_array_equal(frames.can_id, can_id)
    assert [bytes(p[:n]).hex() for p, n in zip(frames.payload, frames.dlc)] == rows
    assert all(not p[n:].any() for p, n in zip(frames.payload, frames.dlc))
    assert (None if frames.label is None else frames.label.tolist()) == label


def test_can_train_and_test(write):
    body = "1672531200.0,0C1,3000000430000004,0\n1672531200.0002398,1FFFFFFF,21d6,1\n"
    frames = read_frames(write("a.csv", HEADER + body))
    times = [1672531200.0, 1672531200.0002398]
    _same(frames, times, [0xC1, 0x1FFFFFFF], ["3000000430000004", "21d6"], [0, 1])


def test_can_train_and_test_without_labels_has_none(write):
    frames = read_frames(write("a.csv", "timestamp,arbitration_id,data_field\n1.5,0C1,30\n"))
    _same(frames, [1.5], [0xC1], ["30"], None)


def test_identifiers_without_letters_are_hexadecimal_too(write):
    assert read_frames(write("a.csv", HEADER + "1,100,00,0\n")).can_id.tolist() == [0x100]


@pytest.mark.parametrize("ending", ["\n", "\t\n", "\r\n", " \t\r\n", ""])
def test_blanks_and_line_endings_are_tolerated(write, ending):
    frames = read_frames(write("a.csv", HEADER + "1.0,0C1,30,0\n2.0,0C2,31,1" + ending))
    _same(frames, [1.0, 2.0], [0xC1, 0xC2], ["30", "31"], [0, 1])


def test_blank_lines_are_skipped(write):
    assert len(read_frames(write("a.csv", HEADER + "1.0,0C1,30,0\n\n2.0,0C2,31,1\n\n"))) == 2


def test_empty_payload_is_dlc_0_and_reported(write):
    with pytest.warns(CANDataWarning, match="1 frames have an empty payload"):
        frames = read_frames(write("a.csv", HEADER + "1.0,0C1,,0\n2.0,0C2,31,1\n"))
    _same(frames, [1.0, 2.0], [0xC1, 0xC2], ["", "31"], [0, 1])


def test_timestamps_that_step_back_stay_in_file_order(write):
    with pytest.warns(CANDataWarning, match="1 timestamps step back; frames stay in file order"):
        frames = read_frames(write("a.csv", HEADER + "5.0,0C1,30,0\n2.0,0C2,31,1\n2.0,0C2,31,1\n"))
    assert frames.timestamp_s.tolist() == [5.0, 2.0, 2.0]


def test_hcrl_car_hacking_rows_of_varying_width(write):
    rows = "1478198376.389427,0316,8,05,21,68,09,21,21,00,6f,R\n1478195721.905736,02b0,5,ff,7f,00,05,49,T\n"
    with pytest.warns(CANDataWarning, match="step back"):
        frames = read_frames(write("DoS_dataset.csv", rows))
    times = [1478198376.389427, 1478195721.905736]
    _same(frames, times, [0x316, 0x2B0], ["052168092121006f", "ff7f000549"], [0, 1])


def test_hcrl_car_hacking_normal_run_with_a_remote_frame(write):
    rows = (
        "Timestamp: 1479121434.850202        ID: 0350    000    DLC: 8    05 28 84 66 6d 00 00 a2\n"
        "Timestamp: 1479121434.850423        ID: 02c0    100    DLC: 0\n"
    )
    with pytest.warns(CANDataWarning, match="empty payload"):
        frames = read_frames(write("normal_run_data.txt", rows))
    _same(frames, [1479121434.850202, 1479121434.850423], [0x350, 0x2C0], ["052884666d0000a2", ""], None)


@pytest.mark.parametrize("separator", [",", "\t", "    "])
def test_hcrl_survival_with_and_without_flags(write, separator):
    rows = ["1513468793.000244,018F,8,FE,5B,00,00,00,3C,00,00", "1513468793.000502,02A0,2,62,0F"]
    time_s, data = [1513468793.000244, 1513468793.000502], ["fe5b0000003c0000", "620f"]
    free = read_frames(write("FreeDrivingData.txt", "\n".join(rows).replace(",", separator)))
    _same(free, time_s, [0x18F, 0x2A0], data, None)
    attacked = read_frames(write("Flooding.txt", f"{rows[0]},R\n{rows[1]},T\n".replace(",", separator)))
    _same(attacked, time_s, [0x18F, 0x2A0], data, [0, 1])


def test_parquet_copies(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.table(
        {
            "timestamp": [1.0, 2.0, 3.0],
            "id": arrow.array([0xC1, 2, 3], arrow.uint32()),
            "data_field": ["3000000430000004", "21d6", "ff"],
            "label": arrow.array([0, 1, 0], arrow.uint8()),
            "source_file": ["a", "a", "a"],
        }
    )
    parquet.write_table(table.slice(1), tmp_path / "a.parquet", row_group_size=1)
    _same(read_frames(tmp_path / "a.parquet"), [2.0, 3.0], [2, 3], ["21d6", "ff"], [1, 0])
    parquet.write_table(table.drop(["label"]), tmp_path / "b.parquet")
    assert read_frames(tmp_path / "b.parquet").label is None


def test_crysys_flags_mark_modified_and_injected_frames(write):
    rows = "(0.000000) can0 110#02202e1300181300 False\tFalse\n(0.5) can0 410#000e     1\tFalse\n(1.5) can0 411# False\tTrue\n"
    with pytest.warns(CANDataWarning, match="empty payload"):
        frames = read_frames(write("S-1.log", rows))
    _same(frames, [0, 0.5, 1.5], [0x110, 0x410, 0x411], ["02202e1300181300", "000e", ""], [0, 1, 1])


def test_candump(write):
    rows = "(1.25) can0 110#0220\n(1.5) can0 1ABCDEF0#FF R\n(1.75) can1 7FF#00112233445566Aa T\n"
    frames = read_frames(write("plain.log", rows))
    _same(frames, [1.25, 1.5, 1.75], [0x110, 0x1ABCDEF0, 0x7FF], ["0220", "ff", "00112233445566aa"], None)


def test_candump_of_remote_and_error_frames(write):
    rows = "(1.0) can0 110#R\n(1.1) can0 111#r8\n(1.2) can0 20000080#0000000000000000\n(1.3) can0 112#\n(1.4) can0 113#01\n"
    with pytest.warns(CANDataWarning, match="3 frames have an empty payload"):
        frames = read_frames(write("plain.log", rows))
    _same(frames, [1.0, 1.1, 1.3, 1.4], [0x110, 0x111, 0x112, 0x113], ["", "", "", "01"], None)


def test_candump_agrees_with_python_can(tmp_path, make_frames):
    can = pytest.importorskip("can")
    frames, path = make_frames(500), tmp_path / "plain.log"
    with can.Logger(str(path)) as logger:
        for time_s, can_id, payload, dlc in zip(frames.timestamp_s, frames.can_id, frames.payload, frames.dlc):
            data = payload[:dlc].tobytes()
            logger(can.Message(timestamp=time_s, arbitration_id=int(can_id), data=data, is_extended_id=False))
    read = read_frames(path)
    assert read.can_id.tolist() == frames.can_id.tolist()
    with can.LogReader(str(path)) as reader:
        assert [m.timestamp for m in reader] == read.timestamp_s.tolist()
    np.testing.assert_array_equal(read.payload, frames.payload)


@pytest.mark.parametrize("suffix", [".asc", ".blf", ".trc", ".db"])
def test_logs_written_by_python_can_are_read_back(tmp_path, suffix):
    can = pytest.importorskip("can")
    path = tmp_path / f"log{suffix}"
    with can.Logger(str(path)) as logger:
        for step in range(3):
            data = bytes([step, 255])
            logger(can.Message(timestamp=10 + step / 4, arbitration_id=0x100 + step, data=data, is_extended_id=False))
    frames = read_frames(path)
    assert frames.can_id.tolist() == [0x100, 0x101, 0x102]
    np.testing.assert_allclose(np.diff(frames.timestamp_s), 0.25, atol=1e-4)
    assert frames.payload[:, 0].tolist() == [0, 1, 2]


def test_blocks_are_joined_at_line_breaks(write, monkeypatch, make_frames, as_csv):
    frames = make_frames(300, attack_share=0.1)
    path = write("a.csv", as_csv(frames))
    whole = read_frames(path)
    monkeypatch.setattr(text, "BLOCK_BYTES", 37)
    assert read_frames(path).digest() == whole.digest() == frames.digest()


def test_error_lines_count_across_blocks(write, monkeypatch):
    monkeypatch.setattr(text, "BLOCK_BYTES", 37)
    body = "1.0,0C1,30,0\n" * 20 + "\n1.0,0X1,30,0\n"
    with pytest.raises(CANFormatError, match=r"a\.csv:23: got '0X1'"):
        read_frames(write("a.csv", HEADER + body))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", HEADER, r"a\.csv: got no frames, expected at least one"),
        ("a.csv", "", r"a\.csv: got no frames"),
        ("a.txt", "", r"a\.txt: got no frames"),
        (
            "a.csv",
            "timestamp,id,data,attack\n1,1,1,1\n",
            r"a\.csv:1: got 4 columns .*, expected timestamp,arbitration_id",
        ),
        ("a.csv", HEADER + "1.0,0C1,30,0\n1.0,0C1\n", r"a\.csv:3: got '1\.0,0C1' \(2 fields\), expected 4 fields"),
        ("a.csv", HEADER + "1.0,0C1,30,0,9\n", r"a\.csv:2: got .*\(5 fields\), expected 4 fields"),
        ("a.csv", HEADER + "1.0,0C1,3G,0\n", r"a\.csv:2: got '3G', expected hexadecimal digits"),
        ("a.csv", HEADER + "1.0,0C1,300,0\n", r"a\.csv:2: got '300', expected an even number"),
        ("a.csv", HEADER + "1.0,0C1," + "00" * 9 + ",0\n", r"CAN FD payloads are not supported"),
        ("a.csv", HEADER + "1.0,,30,0\n", r"a\.csv:2: got '', expected a hexadecimal CAN identifier of 1 to 8 digits"),
        ("a.csv", HEADER + "1.0,0C1,30,2\n", r"a\.csv:2: got '2', expected 0 or 1 in the column attack"),
        ("a.csv", HEADER + "1.0,0C1,30,\n", r"a\.csv:2: got '', expected 0 or 1"),
        ("a.csv", HEADER + "1.0,0C1,30,0\nx,0C1,30,0\n", r"a\.csv:3: got 'x', expected a timestamp in seconds"),
        ("a.csv", HEADER + "nan,0C1,30,0\n", r"a\.csv:2: got 'nan', expected a timestamp"),
        (
            "a.csv",
            "1.0,0316,8,05,21,R\n",
            r"a\.csv:1: got .*expected timestamp, identifier, DLC, DLC bytes and then R or T",
        ),
        ("a.csv", "1.0,0316,2,05,21\n", r"a\.csv:1: got .*DLC bytes and then R or T"),
        ("a.csv", "1.0,0316\n", r"a\.csv:1: got .*expected timestamp, identifier, DLC, bytes"),
        ("a.csv", "1.0,0316,9,05\n", r"a\.csv:1: got '9', expected a DLC of 0 to 8"),
        ("a.csv", "1.0,0316,1,zz,R\n", r"a\.csv:1: got 'zz', expected a byte of 1 to 2 digits"),
        ("a.csv", "1.0,0316,1,00,Q\n", r"a\.csv:1: got 'Q', expected the flag R \(normal\) or T"),
        (
            "a.txt",
            "1.0,0316,1,00,R\n2.0,0316,1,00\n",
            r"a\.txt:2: got .*expected timestamp, identifier, DLC, DLC bytes",
        ),
        ("a.txt", "1.0,0316,1,00\n2.0,0316,1\n", r"a\.txt:2: got .*as many bytes as the DLC says"),
        ("a.txt", "Timestamp: 1.0 ID: 0350 000 DLC: 2 05\n", r"a\.txt:1: got .*as many bytes as the DLC says"),
        ("a.txt", "Timestamp: 1.0 ID: 0350\n", r"a\.txt:1: got .*expected Timestamp: SECONDS ID: HEX"),
        ("a.log", "(0.0) can0 110#0220 False False\n(1.0) can0 110\n", r"a\.log:2: got .*expected \(SECONDS\) CHANNEL"),
        ("a.log", "(0.0) can0 110#0220 Maybe False\n", r"a\.log:1: got 'Maybe', expected True or False"),
        ("a.log", "(0.0) can0 110#0220 x y z\n", r"a\.log:1: got .*expected \(SECONDS\) CHANNEL ID#DATA"),
        ("a.log", "(0.0) can0 110#02\n(0.1) can0 110\n", r"a\.log:2: got .*expected ID#DATA"),
        ("a.asc", "date\nbase hex\n0.1 1 123x Rx d\n", r"a\.asc, frame 1: got .*expected a \.asc log"),
        ("a.log", "(0.0) can0 110##1" + "00" * 12 + "\n", r"a\.log:1: got .*expected classical CAN"),
        ("a.log", "", r"a\.log: got no frames"),
        ("a.xyz", "", r"a\.xyz: got suffix '\.xyz', expected one of \.csv"),
        ("a.parquet", "no table", r"a\.parquet: got a file that is no parquet table"),
    ],
)
def test_refuses(write, name, content, message):
    with pytest.raises(CANFormatError, match=message):
        read_frames(write(name, content))


def test_missing_file_names_the_path(tmp_path):
    with pytest.raises(CANFormatError, match=r"gone\.csv: got no such file, expected a recording"):
        read_frames(tmp_path / "gone.csv")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": None}, r"columns \['id'\] too"),
        ({"data_field": ["30", None]}, r"a\.parquet:1 \(column data_field\): got an empty cell"),
        ({"data_field": ["30", "3z"]}, r"a\.parquet:1: got '3z', expected hexadecimal digits"),
        ({"id": ["0C1", "0C2"]}, r"\(column id\): got type string, expected uint32"),
        ({"timestamp": [], "id": [], "data_field": []}, r"got no frames"),
    ],
)
def test_refuses_tables(tmp_path, change, message):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"timestamp": [1.0, 2.0], "id": [1, 2], "data_field": ["30", "31"], **change}
    path = tmp_path / "a.parquet"
    parquet.write_table(arrow.table({name: values for name, values in columns.items() if values is not None}), path)
    with pytest.raises(CANFormatError, match=message):
        read_frames(path)


@pytest.mark.parametrize(("module", "name"), [("pyarrow", "a.parquet"), ("can", "a.blf")])
def test_missing_extra_is_named(write, monkeypatch, module, name):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(ImportError, match=r"Install the extra: pip install -e '\.\[can\]'"):
        read_frames(write(name, "x"))


@pytest.mark.data
def test_real_recordings(real_can):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kia = read_frames(real_can / "hcrl_sa" / "train_01_attack_free__attack-free-kia.parquet")
        benign = read_frames(real_can / "crysys" / "S-1-1-benign.log")
        modified = read_frames(next((real_can / "crysys").glob("S-1-1-malicious*")))
    assert (len(kia), len(np.unique(kia.can_id)), kia.label.sum()) == (192_516, 45, 0)
    assert len(benign) == len(modified) == 17_935
    assert modified.label.sum() == 60
    assert set(modified.can_id[modified.label == 1].tolist()) == {0x410}


def test_remote_frames_of_the_normal_run_are_empty_and_error_frames_left_out(write):
    start = "Timestamp: 1479121434.85        ID: 02c0    "
    rows = "100    DLC: 8\n", "100    DLC: 2    01 02\n", "001    DLC: 8    00\n", "010    DLC: 1    ff\n"
    with pytest.warns(CANDataWarning, match="2 frames have an empty payload"):
        frames = read_frames(write("normal_run_data.txt", "".join(start + row for row in rows)))
    _same(frames, [1479121434.85] * 3, [0x2C0] * 3, ["", "", "ff"], None)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "Timestamp: 1.0 ID: 0350 0a0 DLC: 0\n", r"a\.txt:1: got '0a0', expected three flags, each 0 or 1"),
        ("a.txt", "Timestamp: 1.0 ID: 0350 00 DLC: 0\n", r"a\.txt:1: got '00', expected three flags"),
        ("a.csv", HEADER + "1,0C1,,0\n2,20000000,,0\n", r"a\.csv:3: got '20000000', expected .* at most 29 bits"),
        ("a.csv", "1.0,20000000,0,R\n", r"a\.csv:1: got '20000000', expected .* at most 29 bits"),
    ],
)
def test_refuses_flags_and_identifiers_by_line(write, name, content, message):
    with pytest.raises(CANFormatError, match=message):
        read_frames(write(name, content))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": [1, 2, 0x20000000]}, r"a\.parquet:2 \(column id\): got 536870912, expected .* 29 bits"),
        ({"timestamp": [1.0, 2.0, float("nan")]}, r"a\.parquet:2 \(column timestamp\): got nan, expected finite"),
        ({"data_field": ["", "", "0"]}, r"a\.parquet:2: got '0', expected an even number"),
    ],
)
def test_rows_of_tables_count_across_batches(tmp_path, change, message):
    arrow = pytest.importorskip("pyarrow")
    from stillhouse.datasets.can.reading import iterate_frames

    columns = {"timestamp": [1.0, 2.0, 3.0], "id": [1, 2, 3], "data_field": ["30", "31", "32"], **change}
    __import__("pyarrow.parquet").parquet.write_table(arrow.table(columns), tmp_path / "a.parquet")
    with pytest.raises(CANFormatError, match=message):
        list(iterate_frames(tmp_path / "a.parquet", chunk=2))
