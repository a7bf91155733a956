import json

import pytest
from raw_can import write_common

from stillhouse.datasets.can import CANFormatError
from stillhouse.datasets.can.preparation import Preparation, check_set, find_sets, prepared_sets

pytestmark = pytest.mark.filterwarnings("ignore::stillhouse.datasets.can.CANDataWarning")
DOS = "train_02_with_attacks/DoS-1.csv"


@pytest.fixture
def root(tmp_path):
    """The folder of a prepared set."""
    write_common(tmp_path / "raw" / "set_01")
    Preparation(tmp_path / "out").run(find_sets(tmp_path / "raw"))
    return tmp_path / "out" / "set_01"


def wrong(root) -> list[str]:
    ((folder, journal),) = prepared_sets(root)
    return [sentence.replace(f"{folder}/", "") for sentence in check_set(folder, journal)]


def test_a_whole_set_has_nothing_wrong_and_every_row_is_read(root):
    rows = []
    ((folder, journal),) = prepared_sets(root.parent)
    assert check_set(folder, journal, rows.append) == [] and sum(rows) == 800


def test_a_changed_byte_a_missing_file_and_a_stranger_are_found(root):
    path = root / DOS
    path.write_bytes(path.read_bytes().replace(b",1\n", b",0\n", 1))
    assert wrong(root) == [f"{DOS}: its bytes have changed since it was written; remove it and prepare the set again"]
    path.unlink()
    assert wrong(root) == [f"{DOS}: is missing; prepare the set again"]
    (root / "train_02_with_attacks" / "mine.csv").write_text("x")
    assert wrong(root)[0] == "train_02_with_attacks/mine.csv: stands there, but was not prepared; remove it"


def test_a_copy_that_came_back_is_found(root):
    copy = root / "train_02_with_attacks" / "accessory-1.csv"
    copy.write_bytes((root / "train_01_attack_free" / "accessory-1.csv").read_bytes())
    assert wrong(root) == ["train_02_with_attacks/accessory-1.csv: stands there, but was not prepared; remove it"]


def edit(root, change) -> None:
    content = json.loads((root / "preparation.json").read_text())
    change(content)
    (root / "preparation.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("rows", 99, "rows: got 100, expected 99"),
        ("attack_rows", 0, "attack rows: got "),
        ("labelled", False, "labels: got True, expected False"),
        ("frames_sha256", "x", "frames: got "),
    ],
)
def test_what_the_reader_gives_is_compared(root, field, value, message):
    edit(root, lambda content: content["files"][DOS].update({field: value}))
    (sentence,) = wrong(root)
    assert sentence.startswith(f"{DOS}: {message}")


def test_leaks_refusals_and_an_unfinished_preparation_are_told(root):
    def change(content):
        content["files"]["train_02_with_attacks/accessory-1.csv"]["left_out"] = ""
        content["refused"]["x.csv"] = "no such line"
        content["complete"] = False

    edit(root, change)
    found = wrong(root)
    copy = "train_02_with_attacks/accessory-1.csv"
    assert "x.csv: was refused: no such line" in found
    assert any("the preparation has not ended well" in sentence for sentence in found)
    assert f"{copy}: stands there, although a copy of train_01_attack_free/accessory-1.csv" in found


def test_nothing_prepared(tmp_path):
    for place in (tmp_path, tmp_path / "gone"):
        with pytest.raises(CANFormatError, match=r"got no preparation\.json, expected a prepared set"):
            prepared_sets(place)
