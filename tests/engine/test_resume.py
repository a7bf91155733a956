"""A stopped and resumed run ends with the bits of one that was never stopped."""

from pathlib import Path

import pytest
from experiments import StopAt, assert_same, everything, loader, newest, train

from stillhouse.engine.run_folder import read_result


@pytest.mark.parametrize(
    ("iteration", "epoch_end"), [(1, False), (3, False), (5, False), (5, True), (9, False), (10, False)]
)
def test_everything_resumes_bit_for_bit(config, teacher, tmp_path: Path, iteration: int, epoch_end: bool):
    path = config(**everything(teacher))
    whole = tmp_path / "whole"
    train(path, whole)
    stopped = tmp_path / "stopped"
    train(path, stopped, stop=StopAt(iteration, epoch_end))
    assert newest(stopped)["loop"]["iter"] == iteration
    train(path, stopped, resume=True)
    assert_same(newest(whole), newest(stopped))
    ended, expected = read_result(stopped), read_result(whole)
    assert ended == expected and ended["epochs"] == 2
