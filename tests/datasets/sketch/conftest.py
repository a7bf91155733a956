"""Small ControlSketch files, and the real ones where they are present."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from stillhouse.datasets.sketch.archive import write_archive
from stillhouse.datasets.sketch.sketch_svg import write_sketch_svg


def _members(seed: int = 0, **changes) -> dict[str, np.ndarray]:
    r = np.random.default_rng(seed)
    jpeg = cv2.imencode(".jpg", np.full((512, 512, 3), r.integers(256), np.uint8))[1].tobytes()
    members = {
        "image": np.array(jpeg),
        "attn_map": np.zeros((512, 512), np.float32),
        "mask": np.zeros((512, 512), np.uint8),
        "caption": np.array(f"a photo of thing {seed}"),
        "svg_32s": np.array(write_sketch_svg(r.uniform(-1, 1, (32, 4, 2)))),
    }
    members.update(changes)
    return {name: array for name, array in members.items() if array is not None}


@pytest.fixture
def members():
    """``members(seed, key=array, ...)``: the content of a file, with changes; None takes a key away."""
    return _members


@pytest.fixture
def sketch_root(tmp_path: Path) -> Path:
    """Two training categories, one of them in validation, and a third in test; seeds 2 and 10 in the order of numbers."""
    root = tmp_path / "root"
    for name in ("train/dog/dog_10", "train/dog/dog_2", "train/ant/ant_0", "validation/dog/dog_0", "test/bee/bee_0"):
        write_archive(root / f"{name}.npz", _members(sum(name.encode())))
    return root


@pytest.fixture(scope="session")
def real_sketches() -> Path:
    """The folder of real sketches; the test is skipped where they are absent."""
    default = Path(__file__).resolve().parents[3].parent / "shared" / "data"
    root = Path(os.environ.get("STILLHOUSE_DATA", default)) / "sketch"
    if not (root / "controlsketch_cat.npz").is_file():
        pytest.skip(f"the real sketches are not at {root}; set STILLHOUSE_DATA")
    return root
