"""Arrays: latents, scored windows, graphs of CAN windows."""

import io
import tempfile
from pathlib import Path
from random import Random

import numpy as np

from ....datasets.can import cache
from ....datasets.can.corpus import Parameters, load_corpus
from ...errors import RunFolderError
from ...evaluation.can.tested import load_tested
from ...evaluation.latent.arrays import read_latents
from ..reader import PassedOverError, Reader, in_one_file, single
from .can import frames


def _latents(rng: Random) -> bytes:
    random = np.random.default_rng(rng.randrange(2**32))
    buffer = io.BytesIO()
    np.savez(buffer, seed_0=random.normal(size=(1, 2, 6, 32, 32)).astype(rng.choice(("f4", "f2"))))
    return buffer.getvalue()


def _windows(rng: Random) -> bytes:
    count = rng.randint(1, 9)
    random = np.random.default_rng(rng.randrange(2**32))
    arrays = {
        "scores": random.random(count), "labels": random.integers(0, 2, count), "source": random.integers(0, 2, count),
        "sources": np.array(["test_01/DoS-1", "test_01/fuzzing-1"]), "start_s": np.arange(count, dtype=float),
        "duration_s": random.random(count),
    }  # fmt: skip
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _read_windows(path: Path) -> None:
    found = load_tested(path, "gat", 0.5)
    for array in (found.split, found.attack, found.alarm, found.timeline.attack, found.elapsed_s()):
        len(array)


def _graphs(rng: Random) -> dict[str, bytes]:
    """The cache of a corpus."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for split in ("train_01_attack_free", "train_02_with_attacks", "test_01_DoS"):
            rows = frames(rng, 24) + frames(rng, 24) + frames(rng, 24)
            text = "".join(
                f"{at:.6f},{i:03X},{data.hex()},{int('free' not in split and hit)}\n" for at, i, data, hit in rows
            )
            (folder / "root" / split).mkdir(parents=True)
            (folder / "root" / split / "a.csv").write_text(f"timestamp,arbitration_id,data_field,attack\n{text}")
        load_corpus(folder / "root", Parameters(window=4, stride=2, val_fraction=0.2), folder / "cache")
        place = next((folder / "cache").iterdir())
        return {path.name: path.read_bytes() for path in place.iterdir()}


def _read_graphs(folder: Path) -> None:
    if cache.read(folder) is None:
        raise PassedOverError


READERS = [
    Reader("latents", single("a.npz", _latents), in_one_file(read_latents), (ValueError,), slow=True),
    Reader("scored windows", single("a.npz", _windows), in_one_file(_read_windows), (RunFolderError,)),
    Reader("cached graphs", _graphs, _read_graphs, (), slow=True),
]
