"""A small synthetic CAN data set, and a small teacher and scorer trained on it."""

from pathlib import Path

import experiments
import pytest
from can_experiments import write

from stillhouse.datasets.can.synthetic import generate


@pytest.fixture(scope="session")
def can_root(tmp_path_factory) -> Path:
    """The root of a synthetic data set in the smallest size."""
    root = tmp_path_factory.mktemp("can") / "can_synthetic"
    generate(root, seed=0, size="test")
    return root


@pytest.fixture(scope="session")
def scorer(can_root: Path, tmp_path_factory) -> Path:
    """The config of a trained small autoencoder."""
    folder = tmp_path_factory.mktemp("scorer")
    path = write(folder, "scorer", "vgae_student_autoencoder", can_root, "")
    experiments.train(path)
    return path


@pytest.fixture(scope="session")
def can_teacher(can_root: Path, tmp_path_factory) -> Path:
    """The config of a trained GAT of two layers."""
    folder = tmp_path_factory.mktemp("can_teacher")
    body = "model = dict(network=dict(num_layers=2, num_heads=2, hidden_dim=16))"
    path = write(folder, "can_teacher", "gat_teacher_normal", can_root, body)
    experiments.train(path)
    return path
