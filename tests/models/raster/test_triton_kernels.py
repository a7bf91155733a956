"""The kernels in Triton's interpreter, in a process of its own, beside PyTorch; and through its compiler for a GPU."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

CASES = ("drawn", "odd", "wide", "none", "dots")


def sketches() -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Strokes (B, S, 4, 2) and widths (B, S) by case."""
    from stillhouse.models.raster.reference import random_sketches

    drawn = random_sketches(2, 6, 48, seed=1)
    width = 0.5 + 3 * torch.rand(2, 6, generator=torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(0)
    crossing = torch.tensor([[-0.9, -0.4], [-0.2, 0.1], [0.3, 0.1], [0.8, 0.7]])
    far = torch.tensor([[-2e4, -1.1e4], [0, 0.1], [0.1, 0], [2e4, 1.2e4]])
    pairs = [(torch.full((4, 2), 0.1), crossing + 3), (far, crossing), (crossing, crossing)]
    odd = torch.stack([torch.stack(pair) for pair in pairs])
    return {
        "large": (drawn, width),
        "drawn": (drawn[:, :2], width[:, :2]),
        "odd": (odd, torch.full((3, 2), 1.5)),
        "wide": (torch.zeros(1, 2, 4, 2), torch.full((1, 2), 9e4)),
        "none": (torch.zeros(2, 0, 4, 2), torch.zeros(2, 0)),
        "dots": (torch.rand(1, 3, 1, 2, generator=generator).expand(1, 3, 4, 2) - 0.5, torch.full((1, 3), 4.0)),
    }


def drawn_by(backend: str, name: str) -> tuple[torch.Tensor, ...]:
    """The image, and the gradients of a random linear loss to points and widths."""
    from stillhouse.models.raster import BezierRasterizer

    strokes, width = sketches()[name]
    points, width = strokes.clone().requires_grad_(), width.clone().requires_grad_()
    image = BezierRasterizer((40, 48) if name == "large" else (20, 28), backend=backend)(points, width)
    field = torch.randn(image.shape, generator=torch.Generator().manual_seed(3))
    (image * field).sum().backward()
    # Which of a dot's four control points the gradient is given to is of no account.
    dots = (strokes == strokes[:, :, :1]).flatten(2).all(2)[:, :, None, None]
    return image.detach(), torch.where(dots, points.grad.sum(2, keepdim=True), points.grad), width.grad


def main(path: str, *names: str) -> None:
    """Cases by both backends, to a file."""
    torch.set_num_threads(1)
    torch.save({name: [drawn_by(backend, name) for backend in ("torch", "triton")] for name in names}, path)


def interpreted(path: Path, *names: str) -> dict:
    pytest.importorskip("triton")
    command = [sys.executable, str(Path(__file__).resolve()), str(path), *names]
    subprocess.run(command, env={**os.environ, "TRITON_INTERPRET": "1"}, check=True, timeout=280)
    return torch.load(path)


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict:
    return interpreted(tmp_path_factory.mktemp("interpreted") / "results.pt", *CASES)


def check_image(expected: torch.Tensor, got: torch.Tensor) -> None:
    from stillhouse.models.raster.reference import psnr

    assert got.shape == expected.shape and got.dtype == torch.float32 and got.isfinite().all()
    assert torch.equal(got, expected) or psnr(got, expected) > 60


def check_gradient(expected: torch.Tensor, got: torch.Tensor) -> None:
    from stillhouse.models.raster.reference import cosine

    assert got.shape == expected.shape and got.isfinite().all()
    if not expected.count_nonzero():
        assert not got.count_nonzero()
        return
    assert cosine(got, expected) > 0.9999
    assert float((got - expected).abs().max() / expected.abs().max()) < 0.02


@pytest.mark.parametrize("name", CASES)
def test_the_image_is_that_of_pytorch(results, name):
    check_image(*(result[0] for result in results[name]))


@pytest.mark.parametrize("name", CASES)
def test_the_gradients_are_those_of_pytorch(results, name):
    for expected, got in zip(*(result[1:] for result in results[name])):
        check_gradient(expected, got)


@pytest.mark.slow
def test_a_larger_canvas(tmp_path):
    for what, (expected, got) in enumerate(zip(*interpreted(tmp_path / "large.pt", "large")["large"])):
        (check_gradient if what else check_image)(expected, got)


def test_coincident_strokes_share_the_gradient(results):
    _, points, _ = results["odd"][1]
    torch.testing.assert_close(points[2, 0], points[2, 1], atol=1e-3, rtol=1e-3)
    assert points[2, 0].count_nonzero()


KERNELS = {
    "count_chords": ("chords", "PPLiii", dict(BLOCK=128)),
    "cut_chords": ("chords", "PPLLDDPLiiiii", dict(STEPS=14, GIVEN=False, BLOCK=128)),
    "draw_tiles": ("forward", "PLLPBiiiii", dict(SCAN=256, CROWD=16, KEEP=True)),
    "gather_tiles": ("backward", "PLLBPPLiiiii", dict(SCAN=256, CROWD=16)),
    "finish": ("backward", "LPPPiii", dict(BLOCK=128)),
}
TYPES = dict(P="*fp32", L="*i64", D="*fp64", B="*i8", i="i32")


@pytest.mark.slow
@pytest.mark.parametrize("of_one", [False, True], ids=["", "one of each"])
@pytest.mark.parametrize("name", KERNELS)
def test_compiles_for_hopper_without_spilling(name, of_one, monkeypatch, tmp_path):
    triton = pytest.importorskip("triton")
    from importlib import import_module

    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    if triton.knobs.runtime.interpret:
        pytest.skip("TRITON_INTERPRET is set")
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    module, types, constants = KERNELS[name]
    kernel = getattr(import_module(f"stillhouse.models.raster.triton.{module}"), name)
    signature = dict(zip(kernel.arg_names, [TYPES[letter] for letter in types] + ["constexpr"] * len(constants)))
    if of_one:  # a launch makes constants of whole numbers that are 1
        ones = [name for name, kind in signature.items() if kind == "i32"]
        signature, constants = (
            {**signature, **dict.fromkeys(ones, "constexpr")},
            {**constants, **dict.fromkeys(ones, 1)},
        )
    source = ASTSource(fn=kernel, signature=signature, constexprs=constants)
    compiled = triton.compile(source, target=GPUTarget("cuda", 90, 32), options=dict(enable_fp_fusion=True))
    assert ".target sm_90" in compiled.asm["ptx"] and "__local_depot" not in compiled.asm["ptx"]
    assert len(compiled.asm["cubin"]) > 1000 and compiled.metadata.shared < 4096


@pytest.mark.gpu
@pytest.mark.parametrize("batch", [1, 256])
def test_a_gpu_agrees_with_the_cpu(batch):
    from stillhouse.models.raster import BezierRasterizer
    from stillhouse.models.raster.reference import cosine, psnr, random_sketches

    strokes = random_sketches(batch, 32)
    results = []
    for backend, device in (("torch", "cpu"), ("triton", "cuda"), ("triton", "cuda")):
        points = strokes.to(device).requires_grad_()
        width = torch.full(strokes.shape[:2], 1.5, device=device, requires_grad=True)
        image = BezierRasterizer(224, backend=backend)(points, width)
        (image * image.detach()).sum().backward()
        results.append([value.cpu() for value in (image.detach(), points.grad, width.grad)])
    expected, got, again = results
    assert psnr(got[0], expected[0]) > 60
    assert cosine(got[1], expected[1]) > 0.9999 and cosine(got[2], expected[2]) > 0.9999
    assert all(map(torch.equal, got, again))


if __name__ == "__main__":
    main(*sys.argv[1:])
