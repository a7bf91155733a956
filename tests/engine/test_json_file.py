"""Small JSON files, read as data that nobody vouches for."""

from pathlib import Path

import pytest

from stillhouse.engine import json_file
from stillhouse.engine.errors import RunFolderError
from stillhouse.engine.json_file import read_json


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not JSON (Expecting"), (b"\xff\xfe\xfa", "is not JSON ("), (b"[" * 100_000, "is not JSON (maximum recursion"),
        (b"9" * 5000, "is not JSON (Exceeds the limit"), (b"[]", "holds a list, expected a dict"),
        (b"\x1b[2J", "is not JSON (Expecting"),
    ],
)  # fmt: skip
def test_what_is_no_object_is_refused(tmp_path: Path, content: bytes, message: str):
    path = tmp_path / "result.json"
    path.write_bytes(content)
    with pytest.raises(RunFolderError) as caught:
        read_json(path, RunFolderError, "Remove it.")
    assert f"{path}: {message}" in str(caught.value) and str(caught.value).endswith("Remove it.")
    assert len(str(caught.value)) < 600


def test_whole_files_of_either_kind(tmp_path: Path):
    (tmp_path / "a.json").write_text('{"a": 1}')
    (tmp_path / "b.json").write_text("[1]")
    assert read_json(tmp_path / "a.json", RunFolderError, "") == {"a": 1}
    assert read_json(tmp_path / "b.json", RunFolderError, "", list) == [1]


def test_a_large_file_is_not_read(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(json_file, "MAX_BYTES", 3)
    (tmp_path / "a.json").write_text("1234")
    with pytest.raises(RunFolderError, match=r"a\.json: has 4 bytes, expected at most 3\. Remove it\."):
        read_json(tmp_path / "a.json", RunFolderError, "Remove it.")
