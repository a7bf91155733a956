"""Files of a store: nothing outside the root, nothing half written, nothing larger than allowed."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillhouse.datasets.sketch.preferences import PreferenceError
from stillhouse.datasets.sketch.preferences.files import check_name, inside, read_bounded, write_durably

NAME = f"beziers/{'0' * 64}.npy"


@pytest.mark.parametrize(
    "name",
    ["../x.npy", "/etc/passwd", f"../{NAME}", f"beziers/../{NAME}", f"/{NAME}", NAME + "\n", NAME + "\0", "", None, 3,
     f"beziers\\{'0' * 64}.npy", NAME.upper(), f"beziers/{'٠' * 64}.npy"],
)  # fmt: skip
def test_names_that_are_no_file_of_a_store(name):
    with pytest.raises(PreferenceError, match=r"SHA256.npy"):
        check_name(name, "here")


@given(st.text(max_size=80) | st.from_regex(r"[./a-z]{0,20}[0-9a-f]{64}\.npy"))
def test_no_name_leads_out_of_the_root(name: str):
    root = Path("/nowhere/root")
    try:
        found = inside(root, name)
    except PreferenceError:
        return
    assert found.is_relative_to(root) and found != root


def test_links_out_of_the_root_are_refused_and_those_within_are_followed(tmp_path: Path):
    root, secret = tmp_path / "root", tmp_path / "secret"
    secret.write_bytes(b"secret")
    (root / "beziers").mkdir(parents=True)
    (root / NAME).symlink_to(secret)
    with pytest.raises(PreferenceError, match="a link to"):
        read_bounded(root, NAME, 100)
    (root / NAME).unlink()
    (root / "inner").write_bytes(b"inner")
    (root / NAME).symlink_to("../inner")
    assert read_bounded(root, NAME, 100) == b"inner"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / f"{'0' * 64}.npy").write_bytes(b"x")
    (root / "noise").symlink_to(tmp_path / "other")
    with pytest.raises(PreferenceError, match="a link to"):
        read_bounded(root, NAME.replace("beziers", "noise"), 100)


def test_the_size_is_limited_before_reading_and_pipes_do_not_block(tmp_path: Path):
    (tmp_path / "beziers").mkdir()
    with (tmp_path / NAME).open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(PreferenceError, match=f"{1 << 40} bytes, expected at most 100"):
        read_bounded(tmp_path, NAME, 100)
    (tmp_path / NAME).unlink()
    os.mkfifo(tmp_path / NAME)
    with pytest.raises(PreferenceError, match="no regular file"):
        read_bounded(tmp_path, NAME, 100)
    (tmp_path / NAME).unlink()
    with pytest.raises(PreferenceError, match="cannot be opened"):
        read_bounded(tmp_path, NAME, 100)


def test_writing_keeps_what_is_there_heals_what_is_damaged_and_leaves_no_temporary_file(tmp_path: Path):
    write_durably(tmp_path, NAME, b"content")
    before = (tmp_path / NAME).stat().st_ino
    write_durably(tmp_path, NAME, b"content")
    assert (tmp_path / NAME).stat().st_ino == before
    (tmp_path / NAME).write_bytes(b"con")
    write_durably(tmp_path, NAME, b"content")
    assert (tmp_path / NAME).read_bytes() == b"content"
    assert [path.name for path in (tmp_path / "beziers").iterdir()] == [Path(NAME).name]


def test_a_full_disk_and_a_read_only_folder_are_told_and_leave_nothing(tmp_path: Path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(PreferenceError, match=r"No space left on device.*Nothing was recorded"):
            write_durably(tmp_path, NAME, b"content")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    (tmp_path / "noise").write_bytes(b"a file where the folder should be")
    with pytest.raises(PreferenceError, match="no place to write"):
        write_durably(tmp_path, NAME.replace("beziers", "noise"), b"content")
