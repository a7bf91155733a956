"""Small recordings and data roots, and the real ones where they are present."""

import os
from pathlib import Path

import numpy as np
import pytest

from stillhouse.datasets.can.frames import Frames

IDS = np.array([0x0C1, 0x0F1, 0x130, 0x1A0, 0x2B0, 0x316, 0x43F], np.uint32)


@pytest.fixture
def make_frames():
    """``make_frames(n, seed, ids, attack_share, start_s)``: random traffic with labelled attack frames of ID 0."""

    def make(n: int, seed: int = 0, ids=IDS, attack_share: float = 0.0, start_s: float = 0.0, source: str = "made"):
        rng = np.random.default_rng(seed)
        can_id = rng.choice(np.asarray(ids, np.uint32), n)
        label = (rng.random(n) < attack_share).astype(np.uint8)
        can_id[label == 1] = 0
        dlc = rng.choice(np.array([8, 5, 2], np.uint8), n)
        payload = np.where(np.arange(8) < dlc[:, None], rng.integers(0, 256, (n, 8)), 0).astype(np.uint8)
        time_s = start_s + np.round(np.cumsum(rng.exponential(4e-4, n)), 6)
        return Frames(time_s, can_id, payload, dlc, label, source)

    return make


def _csv(frames: Frames, labelled: bool = True) -> str:
    header = "timestamp,arbitration_id,data_field" + (",attack" if labelled else "")
    rows = [header]
    for row in range(len(frames)):
        data = frames.payload[row, : frames.dlc[row]].tobytes().hex().upper()
        flag = f",{frames.label[row]}" if labelled else ""
        rows.append(f"{frames.timestamp_s[row]:.6f},{frames.can_id[row]:03X},{data}{flag}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def as_csv():
    """``as_csv(frames, labelled)``: the text of a can-train-and-test file."""
    return _csv


@pytest.fixture
def can_root(tmp_path, make_frames):
    """A data root: two attack-free recordings, one with an attack late in both parts, and two test recordings."""
    root = tmp_path / "root"
    files = {
        "train_01_attack_free/calm-1": make_frames(2000, 1),
        "train_01_attack_free/calm-2": make_frames(1500, 2),
        "train_02_with_attacks/dos-1": make_frames(2000, 3, attack_share=0.01),
        "test_01_known_vehicle_known_attack/dos-2": make_frames(1000, 4, attack_share=0.01),
        "test_04_unknown_vehicle_unknown_attack/odd-1": make_frames(1000, 5, ids=[1, 2, 3, 0x130], attack_share=0.01),
    }
    for name, frames in files.items():
        path = root / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_csv(frames))
    return root


@pytest.fixture(scope="session")
def real_can():
    """The folder of real recordings; the test is skipped where they are absent."""
    default = Path(__file__).resolve().parents[3].parent / "shared" / "data"
    root = Path(os.environ.get("STILLHOUSE_DATA", default)) / "can"
    if not (root / "hcrl_sa").is_dir():
        pytest.skip(f"the real recordings are not at {root}; set STILLHOUSE_DATA")
    return root
