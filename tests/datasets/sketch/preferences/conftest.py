"""Stores of small sketches."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stillhouse.datasets.sketch.preferences import Comparison, Item, PreferenceStore


def _sketch(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (32, 4, 2)).astype(np.float32)


@pytest.fixture
def sketch() -> Callable[[int], np.ndarray]:
    """``sketch(seed)``: (32, 4, 2) float32."""
    return _sketch


@pytest.fixture
def store(tmp_path: Path) -> PreferenceStore:
    """An empty store."""
    return PreferenceStore(tmp_path / "preferences")


@pytest.fixture
def items(store: PreferenceStore) -> list[Item]:
    """Eight sketches in it."""
    return [store.add_item(_sketch(seed)) for seed in range(8)]


@pytest.fixture
def choice(items: list[Item]) -> Callable[..., Comparison]:
    """``choice(field=...)``: a record of the first two items."""

    def made(**changes) -> Comparison:
        usual = dict(session="s", annotator="ann", a=items[0], b=items[1], preference="a", class_label=2)
        return Comparison(**{**usual, "class_name": "cat", **changes})

    return made
