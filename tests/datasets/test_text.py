"""Characters of a text file."""

from pathlib import Path

import pytest

from stillhouse.datasets.text import TextFile


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A hundred letters."""
    path = tmp_path / "text.txt"
    path.write_bytes(bytes(range(100)))
    return str(path)


def test_sequences_follow_each_other_and_next_tokens_are_one_ahead(file: str):
    data = TextFile(file, "train", context=8)
    batch = data.__getitems__([0, 3])
    assert batch["tokens"].tolist() == [list(range(8)), list(range(24, 32))]
    assert batch["next_tokens"].tolist() == [list(range(1, 9)), list(range(25, 33))]
    assert batch["index"].tolist() == [0, 3] and tuple(batch) == TextFile.fields


def test_the_end_of_the_file_is_for_validation(file: str):
    train, val = (TextFile(file, split, context=8, val_fraction=0.3) for split in ("train", "val"))
    assert (len(train), len(val)) == (8, 3)
    assert train.__getitems__([7])["next_tokens"].max() < 70 <= val.__getitems__([0])["tokens"].min()
    assert val.__getitems__([2])["next_tokens"].max() < 100


def test_both_splits_have_the_digest_of_the_file(file: str):
    train, val = (TextFile(file, split, context=4).provenance() for split in ("train", "val"))
    assert train == val
    Path(file).write_bytes(b"x" * 100)
    assert TextFile(file, "train", context=4).provenance() != train


def test_a_missing_file():
    with pytest.raises(FileNotFoundError, match=r"TextFile\.path: no/such\.txt: no such file"):
        TextFile("no/such.txt", "train")


def test_a_file_that_is_too_short(file: str):
    with pytest.raises(ValueError, match=r"the val split has 10 bytes, expected more than 10"):
        TextFile(file, "val", context=10)


def test_files_of_the_installation_are_found_from_anywhere(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(TextFile("ARCHITECTURE.md", "train")) > 10
