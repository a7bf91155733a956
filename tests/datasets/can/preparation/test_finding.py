import pytest
from raw_can import write_car_hacking, write_common, write_survival

from stillhouse.datasets.can import CANFormatError
from stillhouse.datasets.can.preparation import chosen_sets, find_sets, set_at


def test_sets_are_told_by_their_files_at_any_depth(tmp_path):
    write_car_hacking(tmp_path / "9) Car-Hacking Dataset", rows=5)
    write_survival(tmp_path / "x" / "dataset", rows=5)
    for name in ("set_01", "set_04"):
        write_common(tmp_path / "can-train-and-test-v1.5" / name, rows=5)
    (tmp_path / ".git" / "set_02").mkdir(parents=True)
    write_common(tmp_path / ".git" / "set_02", rows=5)
    found = find_sets(tmp_path, 0.5)
    assert [(raw.name, raw.layout) for raw in found] == [
        ("hcrl_ch", "car_hacking"),
        ("hcrl_sa", "survival"),
        ("set_01", "common"),
        ("set_04", "common"),
    ]
    assert {recipe.end for recipe in found[0].recipes} == {0.5, 1.0}


@pytest.mark.parametrize("name", ["hcrl-ch", "HCRL_SA", "set_03"])
def test_a_folder_of_the_common_layout_is_named_after_its_set(tmp_path, name):
    write_common(tmp_path / name, rows=5)
    assert [raw.name for raw in find_sets(tmp_path / name)] == [name.lower().replace("-", "_")]


def test_prepared_sets_are_no_raw_ones(tmp_path):
    write_common(tmp_path / "raw" / "set_01", rows=5)
    write_common(tmp_path / "out" / "set_01", rows=5)
    (tmp_path / "out" / "set_01" / "preparation.json").write_text("{}")
    assert [raw.folder for raw in find_sets(tmp_path)] == [tmp_path / "raw" / "set_01"]


def test_a_named_folder_need_not_tell_its_set(tmp_path):
    write_common(tmp_path / "mine", rows=5)
    assert set_at("set_02", tmp_path / "mine").name == "set_02"


def test_refusals(tmp_path):
    with pytest.raises(CANFormatError, match=r"nowhere: got no such folder, expected the folder of the downloads"):
        find_sets(tmp_path / "nowhere")
    with pytest.raises(CANFormatError, match=r"got none of them, expected one of hcrl_ch, .*Unpack the downloads"):
        find_sets(tmp_path)
    (tmp_path / "dataset.zip").write_bytes(b"")
    with pytest.raises(CANFormatError, match=r"none of the sets, but 1 archives \(dataset\.zip"):
        find_sets(tmp_path)
    write_common(tmp_path / "mine", rows=5)
    with pytest.raises(CANFormatError, match=r"mine: got recordings of a set that its name does not tell.*--set NAME="):
        find_sets(tmp_path)
    with pytest.raises(CANFormatError, match=r"--set set_09: got an unknown set, expected one of hcrl_ch"):
        set_at("set_09", tmp_path / "mine")
    with pytest.raises(CANFormatError, match=r"gone: got no such folder, expected one raw set"):
        set_at("set_01", tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CANFormatError, match=r"empty: got 0 raw sets, expected one raw set"):
        set_at("set_01", tmp_path / "empty")


def test_one_set_twice(tmp_path):
    write_survival(tmp_path / "a", rows=5)
    write_common(tmp_path / "b" / "hcrl-sa", rows=5)
    with pytest.raises(CANFormatError, match=r"got hcrl_sa a second time, after .*a, expected one folder a set"):
        find_sets(tmp_path)


def test_a_named_folder_takes_precedence_and_some_sets_can_be_kept(tmp_path):
    write_survival(tmp_path / "raw" / "a", rows=5)
    write_common(tmp_path / "raw" / "set_01", rows=5)
    write_common(tmp_path / "mine", rows=5)
    named = {"set_01": tmp_path / "mine"}
    assert [raw.folder for raw in chosen_sets(None, named, None)] == [tmp_path / "mine"]
    found = chosen_sets(tmp_path / "raw", named, None)
    assert [(raw.name, raw.folder.name) for raw in found] == [("hcrl_sa", "a"), ("set_01", "mine")]
    assert [raw.name for raw in chosen_sets(tmp_path / "raw", {}, ["hcrl_sa"])] == ["hcrl_sa"]
    with pytest.raises(
        CANFormatError, match=r"--only set_02: got a set that is not there, expected one of hcrl_sa, set_01"
    ):
        chosen_sets(tmp_path / "raw", {}, ["set_02"])


def test_sets_that_lie_in_one_folder_or_one_inside_another(tmp_path):
    write_car_hacking(tmp_path, rows=5)
    write_survival(tmp_path, rows=5)
    write_common(tmp_path / "can" / "set_01", rows=5)
    (tmp_path / "odd.csv").write_text("")
    (tmp_path / "can" / "set_01" / "odd.csv").write_text("")
    found = find_sets(tmp_path)
    assert [(raw.name, len(raw.recipes)) for raw in found] == [("hcrl_ch", 9), ("hcrl_sa", 12), ("set_01", 9)]
    assert [raw.unmapped for raw in found] == [["odd.csv"]] * 3
    assert (
        set_at("hcrl_sa", tmp_path / "Soul").layout == "survival"
        and set_at("set_02", tmp_path / "can").layout == "common"
    )
    with pytest.raises(CANFormatError, match=r"Soul: got 0 raw sets, expected one raw set"):
        set_at("set_02", tmp_path / "Soul")
