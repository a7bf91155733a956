"""What campaigns have found: each file is refused by its reader's own error, which names it."""

import io
import json
import sqlite3
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from stillhouse.datasets.can.errors import CANFormatError
from stillhouse.datasets.can.reading import read_frames
from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.refs import read_refs
from stillhouse.datasets.scene.store import SceneStore, is_whole_png
from stillhouse.datasets.sketch.archive import Archive
from stillhouse.datasets.sketch.errors import SketchError
from stillhouse.datasets.sketch.features import read_features
from stillhouse.datasets.sketch.images import read_picture
from stillhouse.engine import publish
from stillhouse.engine.can.errors import DetectionError
from stillhouse.engine.can.threshold import stored_threshold
from stillhouse.engine.errors import CheckpointError, RunFolderError
from stillhouse.engine.evaluation.can.tested import load_tested
from stillhouse.engine.evaluation.latent.photographs import photograph_maps
from stillhouse.engine.evaluation.scalars import read_curves
from stillhouse.engine.preferences.page import PageError
from stillhouse.engine.preferences.page.pictures import PictureSource
from stillhouse.engine.scene.cycle.errors import CycleError
from stillhouse.engine.scene.cycle.rounds import rounds
from stillhouse.engine.sweep.search import Search, read_trials
from stillhouse.models.raster.svg import svg_canvas_size, svg_to_strokes

OPEN = b"\x93NUMPY\x01\x00\x16\x00{'descr': '<f4', (((  "  # NumPy's own tokenizer gives up on it


def png(width: int, height: int, length: int | None = None, end: bytes = b"") -> bytes:
    """The chunks of a PNG whose header claims a size, and whose pixels may claim a length."""

    def chunk(kind: bytes, data: bytes, told: int | None = None) -> bytes:
        return (
            struct.pack(">I", len(data) if told is None else told)
            + kind
            + data
            + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(100)), length)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"") + end


def table(path: Path, name: bytes) -> None:
    """A parquet file with a column whose name is not UTF-8."""
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table({"timestamp": [0.0], "zzzz": [1]}), buffer, store_schema=False)
    path.write_bytes(buffer.getvalue().replace(b"zzzz", name))


def test_recordings(tmp_path: Path):
    pytest.importorskip("can")
    with sqlite3.connect(tmp_path / "a.db") as log:
        log.execute("CREATE TABLE messages (ts, arbitration_id, extended, remote, error, dlc, data)")
        log.execute("INSERT INTO messages VALUES (0.0, NULL, 0, 0, 0, 1, x'00')")
    log.close()
    with pytest.raises(CANFormatError, match=r"a\.db, frame 1: got another identifier"):
        read_frames(tmp_path / "a.db")
    table(tmp_path / "a.parquet", b"\x80zzz")
    with pytest.raises(CANFormatError, match=r"a\.parquet: got a file that is no parquet table"):
        read_frames(tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("x" * 70_000)
    with pytest.raises(CANFormatError) as caught:
        read_frames(tmp_path / "a.csv")
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize("content", [b"\xff{}", b"[" * 100_000])
def test_references(tmp_path: Path, content: bytes):
    (tmp_path / "refs.jsonl").write_bytes(content)
    with pytest.raises(SceneError, match=r"refs\.jsonl"):
        read_refs(tmp_path / "refs.jsonl")


@pytest.mark.parametrize(
    "content", [png(1 << 16, 1 << 16), png(8, 8, length=1 << 30), png(0, 8), png(8, 8, end=b"more")]
)
def test_pictures_of_scenes_that_claim_what_they_have_not(tmp_path: Path, content: bytes):
    assert is_whole_png(png(8, 8)) and not is_whole_png(content)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "000000.png").write_bytes(content)
    with pytest.raises(SceneError, match=r"000000\.png: got no whole image"):
        SceneStore(tmp_path).read_image(0)


def test_a_picture_of_one_row_is_no_square_of_its_length(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(png(90_000_000, 1))
    with pytest.raises(SketchError, match=r"a\.png: got 90000000 x 1 pixels, expected .* 20,000 on a side"):
        read_picture(tmp_path / "a.png", 8, "pad")
    with pytest.raises(ValueError, match=r"--photos: .*a\.png"):
        photograph_maps(tmp_path)


@pytest.mark.parametrize("data", ["3", '{"checksums": 3, "rows": 1, "dtype": "float32", "dataset": "d"}'])
def test_features(tmp_path: Path, data: str):
    np.save(tmp_path / "f.npy", np.zeros((1, 2), np.float32))
    (tmp_path / "f.npy.json").write_text(data)
    with pytest.raises(SketchError, match=r"f\.npy"):
        read_features(tmp_path / "f.npy", "d")


def test_headers_that_numpy_cannot_tokenize(tmp_path: Path):
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(png(1, 1))
        (tmp_path / f"{name}.npy").write_bytes(OPEN)
    with pytest.raises(PageError, match=r"a\.npy: no parameters can be read"):
        PictureSource(tmp_path)


def test_archives_that_begin_before_their_file(tmp_path: Path):
    np.savez(tmp_path / "a.npz", a=np.zeros(3))
    content = (tmp_path / "a.npz").read_bytes()
    place = content.rindex(b"PK\x01\x02") + 42
    (tmp_path / "a.npz").write_bytes(content[:place] + b"\xff\xff\xff\xff" + content[place + 4 :])
    with pytest.raises(SketchError, match=r"a\.npz"), Archive(tmp_path / "a.npz") as archive:
        archive.array("a")


def test_a_drawing_in_a_file_is_named(tmp_path: Path):
    (tmp_path / "a.svg").write_text("<svg width='1'><path")
    for read in (svg_to_strokes, svg_canvas_size):
        with pytest.raises(ValueError, match=r"a\.svg: svg: not well-formed XML"):
            read(tmp_path / "a.svg")


@pytest.mark.parametrize(
    "report",
    [
        "{", "[]", '{"checkpoint": "iter_1.pth", "thresholds": 3}', '{"checkpoint": "iter_1.pth", "thresholds": {"score": 3}}',
        f'{{"checkpoint": "iter_1.pth", "thresholds": {{"score": {{"threshold": {"9" * 400}}}}}}}',
    ],
)  # fmt: skip
def test_thresholds(tmp_path: Path, report: str):
    (tmp_path / "iter_1.pth").write_bytes(b"")
    (tmp_path / "test.json").write_text(report)
    with pytest.raises(DetectionError, match=r"test\.json.*tools/test\.py"):
        stored_threshold(tmp_path / "iter_1.pth", {})
    if "999" not in report:
        with pytest.raises(CheckpointError, match=r"test\.json.*Test the run again"):
            publish.tested_thresholds(tmp_path / "iter_1.pth")


@pytest.mark.parametrize(
    "changes",
    [{"source": np.array([0, 2])}, {"scores": np.zeros((2, 2))}, {"sources": np.array([1.0, 2.0])}, {"scores": None}],
)
def test_scored_windows(tmp_path: Path, changes: dict):
    two = np.zeros(2, np.int64)
    arrays = {
        "scores": two,
        "labels": two,
        "source": two,
        "sources": np.array(["a", "b"]),
        "start_s": two,
        "duration_s": two,
    }
    np.savez(tmp_path / "s.npz", **{name: array for name, array in (arrays | changes).items() if array is not None})
    with pytest.raises(RunFolderError, match=r"s\.npz: .*tools/test\.py"):
        load_tested(tmp_path / "s.npz", "gat", 0.5)
    (tmp_path / "s.npz").write_bytes(b"PK")
    with pytest.raises(RunFolderError, match=r"s\.npz: cannot be read as arrays"):
        load_tested(tmp_path / "s.npz", "gat", 0.5)


@pytest.mark.parametrize("line", ["3", '{"step": "a"}', '{"step": 1e300}', "[" * 100_000])
def test_curves(tmp_path: Path, line: str):
    (tmp_path / "vis_data").mkdir()
    (tmp_path / "vis_data" / "scalars.json").write_text(f'{line}\n{{"step": 1, "loss": 2, "iter": 1, "epoch": 0}}\n')
    with pytest.raises(RunFolderError, match=r"scalars\.json, line 1"):
        read_curves(tmp_path)
    (tmp_path / "vis_data" / "scalars.json").write_text(
        '{"step": 1, "loss": 2, "iter": 1, "epoch": 0}\n{"step": 0, "a": 1}\n'
    )
    assert read_curves(tmp_path).metrics["a"][1] == [1.0]


def test_trials_and_rounds(tmp_path: Path):
    search = Search({}, {}, 1, "loss")
    described = {"ranges": {}, "choices": {}, "objective": "loss", "rule": "less", "seed": 0}
    for content in ("{", json.dumps({"search": described, "trials": [3]})):
        (tmp_path / "trials.json").write_text(content)
        with pytest.raises(RunFolderError, match=r"trials\.json: "):
            read_trials(search, tmp_path / "trials.json")
    (tmp_path / "rounds" / "001").mkdir(parents=True)
    for content in ("{", '{"number": 1}', '{"number": 1, "stages": {}, "explored": null, "by": "a", "kept": {}}'):
        (tmp_path / "rounds" / "001" / "round.json").write_text(content)
        with pytest.raises(CycleError, match=r"round\.json: .*Put the file back"):
            rounds(tmp_path)
