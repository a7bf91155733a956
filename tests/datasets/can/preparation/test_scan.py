import hashlib

import pytest

from stillhouse.datasets.can.preparation import scan as module
from stillhouse.datasets.can.preparation.scan import Scan, scan


@pytest.mark.parametrize("block", [1, 3, 7, 1 << 20])
def test_what_stands_at_the_ends_of_lines_is_counted_across_blocks(tmp_path, monkeypatch, block):
    monkeypatch.setattr(module, "_BLOCK", block)
    content = b"a,b\t\nc\td\r\ne\t\r\nf \t \n\n\tg"
    (tmp_path / "a.csv").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    assert scan(tmp_path / "a.csv") == Scan(len(content), digest, 6, 3, 2, 0, 0, 1)


def test_remote_and_error_frames_of_the_normal_run(tmp_path):
    rows = ("000    DLC: 1    00", "100    DLC: 8", "110    DLC: 0", "001    DLC: 0", "101    DLC: 0")
    text = "".join(f"Timestamp: 1.5        ID: 02c0    {row}\n" for row in rows)
    (tmp_path / "normal_run_data.txt").write_text(text)
    found = scan(tmp_path / "normal_run_data.txt")
    assert (found.lines, found.remote_frames, found.error_frames, found.unfinished) == (5, 3, 2, 0)


def test_a_binary_file_has_no_lines(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"\t\n\t\n")
    found = scan(tmp_path / "a.parquet")
    assert (found.size, found.lines, found.trailing_tabs) == (4, 0, 0)
