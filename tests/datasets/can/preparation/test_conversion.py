import os
from dataclasses import replace

import pytest
from raw_can import EPOCH_S, HEADER, car_hacking_rows, common_rows, traffic

from stillhouse.datasets.can import CANFormatError, read_frames
from stillhouse.datasets.can.preparation import RawSet, Recipe, conversion
from stillhouse.datasets.can.preparation.conversion import convert
from stillhouse.datasets.can.preparation.scan import scan

pytestmark = pytest.mark.filterwarnings("ignore::stillhouse.datasets.can.CANDataWarning")
ATTACK_FREE, TRAIN, TEST = "train_01_attack_free/a-1.csv", "train_02_with_attacks/a-1.csv", "test_01_x/a-1.csv"


@pytest.fixture
def make(tmp_path):
    """``make(text, target, begin, end, salvage, name)``: the entry of a conversion and the path of its recording."""

    def _make(text: str, target: str = TRAIN, begin=0.0, end=1.0, salvage: bool = False, name: str = "raw.csv"):
        path = tmp_path / name
        path.write_text(text)
        recipe = Recipe(path, target, begin, end)
        raw = RawSet("set_01", tmp_path, "common", [recipe])
        return convert(raw, recipe, tmp_path / "out", scan(path), salvage, lambda rows: None), tmp_path / "out" / target

    return _make


def test_a_recording_is_cut_by_rows_wherever_stretches_end(make, monkeypatch):
    monkeypatch.setattr(conversion, "CHUNK", 7)
    frames = traffic(100, 0, attack_share=0.3)
    for begin, end in ((0, 0.33), (0.33, 1), (0.5, 0.6)):
        entry, path = make(car_hacking_rows(frames), begin=begin, end=end)
        wanted = frames[int(begin * 100) : int(end * 100)]
        assert read_frames(path).digest() == wanted.digest() and entry.rows == len(wanted)
        assert entry.part == [begin, end] and entry.attack_rows == wanted.label.sum()


def test_an_attack_free_file_without_labels_is_benign(make):
    entry, path = make("1.5,0316,1,FF\n2.5,0317,0\n", ATTACK_FREE, name="raw.txt")
    assert path.read_text() == HEADER + "1.5,316,FF,0\n2.5,317,,0\n"
    assert entry.faults == {"filled_labels": 2, "empty_payloads": 1} and entry.labelled


def test_a_test_without_attacks_has_no_labels(make):
    entry, path = make(HEADER + "1.5,316,FF,0\n2.5,317,,0\n", TEST)
    assert path.read_text() == "timestamp,arbitration_id,data_field\n1.5,316,FF\n2.5,317,\n"
    assert (entry.labelled, entry.labels_sha256, entry.bytes) == (False, "", path.stat().st_size)
    assert entry.faults == {"empty_payloads": 1, "unlabelled": 2}
    frames = read_frames(path)
    assert frames.label is None and len(frames) == 2


def test_an_attack_free_test_keeps_its_zeros_and_one_attack_keeps_the_column(make):
    entry, path = make(HEADER + "1.5,316,FF,0\n", "test_01_x/attack-free-1.csv")
    assert entry.labelled and path.read_text() == HEADER + "1.5,316,FF,0\n"
    entry, path = make(HEADER + "1.5,316,FF,0\n2.0,316,FF,1\n", TEST)
    assert entry.labelled and read_frames(path).label.tolist() == [0, 1]


def test_a_test_without_a_label_column_stays_without(make):
    entry, path = make("timestamp,arbitration_id,data_field\n1.5,316,FF\n", TEST)
    assert not entry.labelled and read_frames(path).label is None


def test_faults_are_counted_and_mended(make):
    rows = HEADER + "2.0,316,FFEE,0\t\n1.25,316,,1\r\n1.5,2b0,00,0"
    entry, path = make(rows)
    assert path.read_text() == HEADER + "2.0,316,FFEE,0\n1.25,316,,1\n1.5,2B0,00,0\n"
    assert entry.faults == {
        "trailing_tabs": 1,
        "carriage_returns": 1,
        "unfinished_last_line": 1,
        "steps_back": 1,
        "largest_step_back_s": 0.75,
        "empty_payloads": 1,
    }


def test_the_flag_behind_a_short_payload(make):
    entry, path = make("1.0,02b0,5,ff,7f,00,05,49,R\n2.0,0316,8,1,2,3,4,5,6,7,8,T\n")
    assert path.read_text() == HEADER + "1.0,2B0,FF7F000549,0\n2.0,316,0102030405060708,1\n"
    assert entry.faults == {"flag_before_last_column": 1}


def test_labels_that_contradict_the_split_are_kept_and_named(make):
    assert make(HEADER + "1.0,316,FF,1\n2.0,316,FF,0\n", ATTACK_FREE)[0].faults == {"attacks_in_attack_free": 1}
    assert make(HEADER + "1.0,316,FF,0\n", TRAIN)[0].faults == {"no_attacks": 1}


def test_remote_frames_of_the_normal_run(make):
    start = f"Timestamp: {EPOCH_S:.6f}        ID: 02c0    "
    entry, path = make(f"{start}000    DLC: 1    05\n{start}100    DLC: 8\n", ATTACK_FREE, name="normal_run_data.txt")
    assert path.read_text() == HEADER + f"{EPOCH_S},2C0,05,0\n{EPOCH_S},2C0,,0\n"
    assert entry.faults == {"remote_frames": 1, "empty_payloads": 1, "filled_labels": 2}


def test_malformed_rows_are_refused_with_their_line_or_left_out_on_request(make, tmp_path):
    text = common_rows(traffic(20, 0, attack_share=0.5)).splitlines(keepends=True)
    text[9] = "1672531200.0,0C1\n"
    with pytest.raises(CANFormatError, match=r"raw\.csv:10: got '1672531200\.0,0C1' \(2 fields\), expected 4 fields"):
        make("".join(text))
    assert not list((tmp_path / "out").rglob("*.csv"))
    entry, path = make("".join(text), salvage=True)
    assert entry.rows == 19 == len(read_frames(path))
    assert entry.faults["malformed_rows"] == 1 and "raw.csv:10: got" in entry.faults["first_malformed"]


@pytest.mark.parametrize(
    ("text", "target", "name", "message"),
    [
        (HEADER, TRAIN, "raw.csv", r"raw\.csv: got no frames, expected at least one"),
        ("", TEST, "raw.csv", r"raw\.csv: got no frames"),
        ("1.0,0316,1,FF\n", TRAIN, "raw.txt", r"raw\.txt: got no labels, expected labelled frames in a training split"),
        ("a,b\n1,2\n", TRAIN, "raw.csv", r"raw\.csv:1: got 2 columns"),
    ],
)
def test_refusals_leave_nothing(make, tmp_path, text, target, name, message):
    with pytest.raises(CANFormatError, match=message):
        make(text, target, name=name)
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_a_download_that_goes_on_is_refused(tmp_path):
    path = tmp_path / "raw.csv"
    path.write_text(common_rows(traffic(20, 0, attack_share=0.5)))
    recipe = Recipe(path, TRAIN)
    raw = RawSet("set_01", tmp_path, "common", [recipe])
    with pytest.raises(CANFormatError, match=r"raw\.csv: got a file that changes while it is read"):
        convert(raw, recipe, tmp_path / "out", scan(path), False, lambda rows: os.utime(path, (1, 1)))
    assert not list((tmp_path / "out").rglob("*.csv"))


def test_frames_have_one_digest_with_labels_and_without(make):
    frames = traffic(30, 0)
    bare = replace(frames, label=None)
    with_labels = make(common_rows(frames), ATTACK_FREE)[0]
    without = make(common_rows(frames), TEST)[0]
    assert bare.label is None and with_labels.frames_sha256 == without.frames_sha256
    assert with_labels.sha256 != without.sha256
