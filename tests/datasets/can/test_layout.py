import pytest

from stillhouse.datasets.can import CANFormatError
from stillhouse.datasets.can.layout import discover


def test_folders_and_flat_files_are_found_in_order(tmp_path):
    for name in ("train_02_with_attacks/b.csv", "train_02_with_attacks/a.parquet", "test_05_suppress/x.log"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    for name in ("train_01_attack_free__calm-1.parquet", "test_01_known__DoS-3.csv"):
        (tmp_path / name).write_text("")
    for name in ("README.md", "train_02_with_attacks/notes.json", "train_02_with_attacks/.hidden.csv", "train_01.csv"):
        (tmp_path / name).write_text("")
    found = discover(tmp_path)
    assert [recording.source for recording in found] == [
        "train_01_attack_free/calm-1",
        "train_02_with_attacks/a",
        "train_02_with_attacks/b",
        "test_01_known/DoS-3",
        "test_05_suppress/x",
    ]
    assert [recording.is_train for recording in found] == [True, True, True, False, False]
    assert [recording.is_attack_free for recording in found] == [True, False, False, False, False]


def test_digest_is_of_the_bytes(tmp_path):
    for name, text in (("a", "1"), ("b", "1"), ("c", "2")):
        (tmp_path / f"train_01__{name}.csv").write_text(text)
    one, two, three = (recording.digest() for recording in discover(tmp_path))
    assert one == two != three


def test_missing_root_says_how_to_get_one(tmp_path):
    with pytest.raises(CANFormatError, match=r"nowhere: got no such folder.*`make demo`.*--cfg-options data_root="):
        discover(tmp_path / "nowhere")


def test_root_without_training_recordings(tmp_path):
    (tmp_path / "test_01__a.csv").write_text("")
    with pytest.raises(CANFormatError, match=r"got 1 recordings, none to train on, expected train_\*/NAME\.csv"):
        discover(tmp_path)
