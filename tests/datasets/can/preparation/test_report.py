import json

import pytest
from raw_can import write_common

from stillhouse.datasets.can.preparation import Preparation, find_sets, pairs, report, write_report
from stillhouse.datasets.can.preparation.faults import ACTIONS
from stillhouse.datasets.can.preparation.report import file_lines, pair_lines

pytestmark = pytest.mark.filterwarnings("ignore::stillhouse.datasets.can.CANDataWarning")


@pytest.fixture
def journals(tmp_path):
    """Two prepared sets; a training recording of the first is a test of the second."""
    for name in ("set_01", "set_02"):
        write_common(tmp_path / "raw" / name, seed=int(name[-1]))
    shared = (tmp_path / "raw" / "set_01" / "train_02_with_attacks" / "DoS-1.csv").read_bytes()
    (tmp_path / "raw" / "set_02" / "test_04_unknown_vehicle_unknown_attack" / "DoS-8.csv").write_bytes(shared)
    (tmp_path / "raw" / "set_02" / "test_06_masquerade" / "masquerade-1.csv").write_text("nothing\n")
    return Preparation(tmp_path / "out").run(find_sets(tmp_path / "raw"))


def test_everything_is_in_the_json(journals, tmp_path):
    content = json.loads(write_report(tmp_path, report(journals)).read_text())
    assert content["totals"] == {
        "recordings": 16,
        "rows": 1600,
        "attack_rows": sum(e.attack_rows for j in journals for e in j.files.values()),
        "left_out": 2,
        "refused": 1,
        "identical_pairs": 3,
        "identical_pairs_across_sets": 1,
        "identical_pairs_train_against_test": 1,
    }
    files = content["sets"]["set_01"]["files"]
    assert files["test_05_suppress/suppress-1.csv"]["faults"] == {"unlabelled": 100}
    assert (
        "masquerade-1.csv:1: got 1 columns"
        in content["sets"]["set_02"]["refused"]["test_06_masquerade/masquerade-1.csv"]
    )
    named = {name for one in content["sets"].values() for entry in one["files"].values() for name in entry["faults"]}
    assert named and named <= set(ACTIONS) == set(content["actions"])
    assert 10 < content["peak_memory_mb"] < 100_000


def test_the_printed_rows(journals):
    lines = {name: rest for name, *rest in file_lines(journals[0])}
    assert lines["test_05_suppress/suppress-1.csv"] == ["100", "unlabelled", ""]
    assert lines["test_01_known_vehicle_known_attack/DoS-2.csv"][2] == "trailing tabs 100"
    assert lines["train_02_with_attacks/DoS-1.csv"][2].startswith("steps back 1; largest step back 1.49")
    copy = lines["train_02_with_attacks/accessory-1.csv"][2]
    assert copy == "LEFT OUT, a copy of train_01_attack_free/accessory-1.csv; no attacks"
    assert "recordings begin at second 1672531200: sessions share an epoch, never sort across" in lines["(all)"][2]


def test_pairs_are_told_with_what_they_mean(journals):
    lines = pair_lines(pairs(journals))
    assert lines[0].startswith(
        "3 pairs of recordings hold the same frames, 1 of them across sets, 1 train against test. Never pool sets"
    )
    shared = "set_01/train_02_with_attacks/DoS-1.csv = set_02/test_04_unknown_vehicle_unknown_attack/DoS-8.csv"
    assert f"  {shared} (train against test)" in lines
    assert pair_lines([]) == []
