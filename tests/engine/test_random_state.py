"""Random streams as plain content."""

import io
import random

import numpy as np
import torch

from stillhouse.engine.random_state import random_state, restore_random_state


def draws() -> list[float]:
    return [
        random.random(),
        random.gauss(0, 1),
        np.random.rand(),
        np.random.randn(),
        torch.rand(1).item(),
        torch.randn(1).item(),
    ]


def test_every_stream_goes_on_where_it_was():
    draws()
    state = random_state()
    expected = draws()
    draws()
    restore_random_state(state)
    assert draws() == expected


def test_the_state_survives_a_plain_file():
    file = io.BytesIO()
    torch.save(random_state(), file)
    expected = draws()
    file.seek(0)
    restore_random_state(torch.load(file, weights_only=True))
    assert draws() == expected
