import sys

import pytest
import torch

from stillhouse.models.raster import BezierRasterizer
from stillhouse.models.raster.triton import backend

STROKES = torch.rand(1, 2, 4, 2) - 0.5


@pytest.fixture
def installed(monkeypatch):
    """As if Triton were there, and not interpreted."""
    monkeypatch.setattr(backend, "has_triton", lambda: True)
    monkeypatch.setattr(backend, "launch_failure", lambda: None)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)


@pytest.mark.parametrize("name", ["auto", "torch"])
def test_on_the_cpu_pytorch_draws(name):
    assert torch.equal(BezierRasterizer(16, backend=name)(STROKES), BezierRasterizer(16)(STROKES))


def test_an_unknown_backend():
    with pytest.raises(ValueError, match="backend: got 'cuda', expected one of auto, torch, triton"):
        BezierRasterizer(16, backend="cuda")  # pyright: ignore[reportArgumentType]


def test_triton_missing(monkeypatch):
    monkeypatch.setattr(backend, "has_triton", lambda: False)
    with pytest.raises(ImportError, match=r'backend="triton": Triton is not installed; `pip install triton`'):
        BezierRasterizer(16, backend="triton")
    assert BezierRasterizer(16)(STROKES).shape == (1, 16, 16)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("strokes", "given", "message"),
    [
        (STROKES, {}, r"strokes on cpu, expected a CUDA device; move them with \.cuda\(\), or backend=\"auto\""),
        (STROKES.double(), {}, r"compute in float32, got torch.float64; convert the strokes with \.float\(\)"),
        (STROKES, {"opacity": 0.5}, "draw opaque black strokes; leave opacity and colour away"),
        (STROKES, {"colour": torch.zeros(3)}, "draw opaque black strokes; leave opacity and colour away"),
    ],
    ids=["cpu", "float64", "opacity", "colour"],
)
def test_triton_asked_for_where_it_cannot_draw(strokes, given, message):
    with pytest.raises(ValueError, match=f'backend="triton": .*{message}'):
        BezierRasterizer(16, backend="triton")(strokes, **given)


class OnCuda:
    """What the choice reads of a tensor on a GPU."""

    is_cuda, device = True, torch.device("cuda")

    def __init__(self, dtype: torch.dtype = torch.float32) -> None:
        self.dtype = dtype


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("capability", "dtype", "painted", "chosen"),
    [
        ((9, 0), torch.float32, False, True),
        ((8, 0), torch.float32, False, True),
        ((7, 5), torch.float32, False, False),
        ((9, 0), torch.float64, False, False),
        ((9, 0), torch.float32, True, False),
    ],
)
def test_auto_takes_the_kernels_where_they_can_draw(monkeypatch, capability, dtype, painted, chosen):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert backend.uses_triton("auto", OnCuda(dtype), painted) is chosen  # pyright: ignore[reportArgumentType]
    assert not backend.uses_triton("torch", OnCuda(dtype), painted)  # pyright: ignore[reportArgumentType]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("capability", "amd", "failure", "message"),
    [
        ((7, 5), None, None, r"compute capability 7\.5, expected at least 8\.0; take a newer GPU"),
        ((9, 4), "6.4", None, "an AMD GPU, on which the kernels were never tried; take an NVIDIA GPU"),
        (
            (9, 0),
            None,
            "RuntimeError: no gcc",
            r"cannot start kernels \(RuntimeError: no gcc\); install a C compiler and Python's headers",
        ),
    ],
    ids=["old", "AMD", "no compiler"],
)
def test_a_gpu_that_cannot_draw_is_named(monkeypatch, capability, amd, failure, message):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(torch.version, "hip", amd)
    monkeypatch.setattr(backend, "launch_failure", lambda: failure)
    with pytest.raises(ValueError, match=f'backend="triton": .*{message}, or backend="auto"'):
        backend.uses_triton("triton", OnCuda(), painted=False)  # pyright: ignore[reportArgumentType]
    assert not backend.uses_triton("auto", OnCuda(), painted=False)  # pyright: ignore[reportArgumentType]


def test_a_triton_that_does_not_import_is_a_failure_to_launch(monkeypatch):
    monkeypatch.setitem(sys.modules, "triton.runtime", None)
    assert "triton.runtime" in str(backend.launch_failure.__wrapped__())
