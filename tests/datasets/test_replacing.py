"""Files that are whole or absent."""

from pathlib import Path

import pytest

from stillhouse.datasets.replacing import replacing, write_whole


def test_what_was_written_takes_the_place(tmp_path: Path):
    path = tmp_path / "a" / "b.txt"
    for content in ("one", "two"):
        with replacing(path) as temporary:
            assert temporary.parent == path.parent and temporary.suffix == ".txt" and temporary != path
            temporary.write_text(content)
    assert path.read_text() == "two" and list(path.parent.iterdir()) == [path]


def test_an_error_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path):
    path = tmp_path / "b.txt"
    path.write_text("old")

    def write() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        write()
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_whole_file_at_once_in_a_folder_that_is_made(tmp_path: Path):
    path = tmp_path / "a" / "b.svg"
    assert write_whole(path, b"one") == path and write_whole(path, b"two") == path
    assert path.read_bytes() == b"two" and list(path.parent.iterdir()) == [path]
