"""Fixtures of all tests: one thread, seeded streams, and small experiments in a temporary folder."""

import random
from collections.abc import Callable
from pathlib import Path

import experiments
import numpy as np
import pytest
import torch

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seeded_streams():
    """Every test begins with the same global random streams."""
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., Path]:
    """Writes the config of a small experiment below ``tmp_path``: ``config("name", train_cfg=...)``."""
    return lambda name="student", **changes: experiments.write_config(tmp_path, name, **changes)


@pytest.fixture(scope="session")
def teacher(tmp_path_factory) -> Path:
    """The config of a trained teacher, wider than the students."""
    folder = tmp_path_factory.mktemp("teacher")
    model = dict(
        type="Learner",
        network=experiments.network(width=12, kind="LatentGPT"),
        losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens")),
    )
    path = experiments.write_config(folder, "teacher", model=model)
    experiments.train(path)
    return path


@pytest.fixture(scope="session")
def second_teacher(tmp_path_factory) -> Path:
    """Another trained teacher, of another seed and width."""
    folder = tmp_path_factory.mktemp("second_teacher")
    model = dict(
        type="Learner",
        network=experiments.network(width=16, kind="LatentGPT"),
        losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens")),
    )
    path = experiments.write_config(folder, "second_teacher", model=model, seed=7)
    experiments.train(path)
    return path
