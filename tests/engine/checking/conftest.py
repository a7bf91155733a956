"""Checks of small configs."""

import pytest

from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config


@pytest.fixture
def problems(config):
    """``problems(train_cfg=..., options={...})``: the problems of a small config with these changes."""

    def found(options=None, **changes):
        return check(load_config(config(**changes), options))

    return found
