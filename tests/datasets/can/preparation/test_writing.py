import numpy as np
import pytest

from stillhouse.datasets.can.frames import Frames
from stillhouse.datasets.can.preparation.writing import BARE_HEADER, HEADER, to_rows, without_labels
from stillhouse.datasets.can.reading import read_frames


def made(time_s, labelled: bool = True) -> Frames:
    rng, n = np.random.default_rng(0), len(time_s)
    dlc = (np.arange(n) % 9).astype(np.uint8)
    payload = np.where(np.arange(8) < dlc[:, None], rng.integers(0, 256, (n, 8)), 0).astype(np.uint8)
    can_id = rng.choice(np.array([0, 0x43F, 0x7FF, 0x1FFFFFFF], np.uint32), n)
    label = (rng.random(n) < 0.5).astype(np.uint8) if labelled else None
    return Frames(np.asarray(time_s, float), can_id, payload, dlc, label, "made")


def test_a_row_by_hand():
    payload = np.zeros((1, 8), np.uint8)
    payload[0, :3] = 0x30, 0, 0xAB
    frames = Frames(
        np.array([1672531200.0]), np.array([0xC1], np.uint32), payload, np.array([3], np.uint8), None, "made"
    )
    assert to_rows(frames) == b"1672531200.0,0C1,3000AB\n"


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.filterwarnings("ignore::stillhouse.datasets.can.CANDataWarning")
def test_every_bit_is_read_back(tmp_path, labelled):
    rng = np.random.default_rng(1)
    odd = [0.0, 1e-5, 1e16, 1672531200.0002398, 0.1 + 0.2, -3.5]
    frames = made([*odd, *rng.uniform(0, 2e9, 500), *np.round(rng.uniform(1e9, 2e9, 500), 6)], labelled)
    (tmp_path / "a.csv").write_bytes((HEADER if labelled else BARE_HEADER) + to_rows(frames))
    found = read_frames(tmp_path / "a.csv")
    assert found.digest() == frames.digest() and (found.label is None) == (not labelled)


def test_labels_of_zero_are_taken_away_and_nothing_else():
    rows = HEADER + b"1.0,0C1,00,0\n2.0,000,,0\n"
    assert without_labels(rows) == BARE_HEADER + b"1.0,0C1,00\n2.0,000,\n"
