"""The arithmetic of the estimate of scaling; its table takes a minute and is made by hand."""

import importlib.util
from pathlib import Path

import pytest
import torch

SCALE = Path(__file__).resolve().parents[2] / "tools" / "benchmarks" / "scale.py"


@pytest.fixture(scope="module")
def scale():
    spec = importlib.util.spec_from_file_location("benchmark_scale", SCALE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_exchange_among_two_sends_the_gradients_once_and_waits_two_hops(scale):
    assert scale.exchange_s(50e9, 2) == pytest.approx(1 + 2e-5)
    assert scale.exchange_s(50e9, 1) == 0
    assert scale.exchange_s(50e9, 1000) == pytest.approx(2 * 0.999 + 2 * 999e-5)


def test_more_processes_until_a_tenth_of_a_step_is_exchange(scale):
    for step_s in (0.02, 0.1, 0.5):
        most = scale.most_processes(40e6, step_s)
        assert scale.exchange_s(40e6, most) <= 0.1 * step_s < scale.exchange_s(40e6, most + 1)
    assert scale.most_processes(40e6, 1e-6) == 1
    assert scale.most_processes(1.0, 1e9, limit=8) == 8


def test_a_matrix_product_and_its_gradient_are_counted(scale):
    weight = torch.ones(4, 5, requires_grad=True)
    flop, operators = scale.counted(lambda: (torch.ones(3, 4) @ weight).sum().backward())
    assert flop == 2 * (2 * 3 * 4 * 5) and operators >= 4


def test_a_batch_s_bytes_are_those_of_its_tensors(scale):
    assert scale.byte_size({"a": torch.zeros(3), "b": [torch.zeros(2, 2, dtype=torch.int64)], "c": "name"}) == 12 + 32


@pytest.mark.parametrize("path", ["configs/minigpt.py", "configs/sketch_flow_dit.py"])
def test_a_row_follows_from_its_config(scale, path: str):
    row = scale._row(path, *scale.CONFIGS[path])
    assert row["state_mb"] == pytest.approx(5 * row["exchanged_mb"]) and row["exchanged_mb"] == 4 * row["parameters_m"]
    assert row["step_ms"] == pytest.approx(max(row["operators"] * 5e-3, row["tflop"] / (0.3 * 989) * 1e3))
    assert row["processes"] >= 1 and 1 <= row["on_a_machine"] <= 8 and row["parts_at_64"] >= 1
