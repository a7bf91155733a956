"""The kernels in Triton's interpreter, in a process of its own, beside PyTorch; and through its compiler for a GPU."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import pytest
import torch

CASES = ("drawn", "odd", "wide", "none", "dots")
SMALL = (9, 12)


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
    found = {name: [drawn_by(backend, name) for backend in ("torch", "triton")] for name in names}
    torch.save(found if "large" in names else {**found, **behaviour()}, path)


def behaviour() -> dict:
    """What else a caller can meet, on one tile; the curve has no end there, so that sub-pixels cost no time."""
    from stillhouse.models.raster import BezierRasterizer
    from stillhouse.models.raster.triton import union

    renderer = BezierRasterizer(SMALL, backend="triton")
    strokes = torch.tensor([[-1.8, -0.4], [-0.6, 0.2], [0.6, 0.2], [1.8, -0.4]]).expand(2, 1, 4, 2).clone()
    leaf, width = strokes.clone().requires_grad_(), torch.full((2, 1), 1.5, requires_grad=True)
    image = renderer(leaf, width)
    broken = torch.ones_like(image)
    broken[0, 4, 5] = float("nan")
    gradients = [
        torch.autograd.grad(image, leaf, field, retain_graph=True)[0]
        for field in (image.detach(), image.detach(), broken)
    ]
    (first,) = torch.autograd.grad(image.square().sum(), leaf, create_graph=True)
    with torch.no_grad():
        without_gradients = renderer(leaf, width)
        with patch.dict(union._TILE, SCAN=2):  # as where a sketch has more chords than are looked at together
            scanned = renderer(leaf, width)
    return dict(
        image=image.detach(),
        without_gradients=without_gradients,
        scanned=scanned,
        compiled=torch.compile(renderer, backend="eager")(strokes, 1.5),
        apart=renderer(strokes.movedim(2, 0).contiguous().movedim(0, 2), torch.tensor(1.5)),
        half=renderer(strokes.bfloat16()),
        of_half=BezierRasterizer(SMALL, backend="torch")(strokes.bfloat16()),
        no_sketches=renderer(strokes[:0]),
        gradients=gradients,
        of_width=torch.autograd.grad(image, width, image.detach(), retain_graph=True)[0],
        second=refusal(lambda: first.sum().backward()),
        not_finite=refusal(lambda: renderer(strokes / 0)),
    )


def refusal(call: Callable[[], object]) -> str:
    """The message of the error."""
    try:
        call()
    except (RuntimeError, ValueError) as error:
        return str(error)
    return "none"


def interpreted(path: Path, *names: str) -> dict:
    pytest.importorskip(
        "triton", "3.9", reason="the interpreter of Triton before 3.9 cannot call a function from a function"
    )
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


@pytest.mark.parametrize("name", ["without_gradients", "compiled", "apart", "scanned"])
def test_one_image_however_it_is_asked_for(results, name):
    assert torch.equal(results[name], results["image"]) and results["image"].min() < 0.5


def test_half_precision_is_drawn_in_float32(results):
    check_image(results["of_half"], results["half"])


def test_no_sketches(results):
    assert results["no_sketches"].shape == (0, *SMALL)


def test_two_backward_passes_agree_to_the_last_bit(results):
    first, again, _ = results["gradients"]
    assert torch.equal(first, again) and first.count_nonzero() and results["of_width"].count_nonzero()


def test_a_gradient_that_is_not_finite_reaches_its_sketch_and_no_other(results):
    broken = results["gradients"][2]
    assert broken[0].isnan().all() and broken[1].isfinite().all() and broken[1].count_nonzero()


def test_errors_in_the_interpreter(results):
    assert "once_differentiable" in results["second"]
    assert "strokes[0, 0] (batch 0, stroke 0), point 0" in results["not_finite"]


KERNELS = {
    "count_chords": ("chords", "PPLiii", dict(BLOCK=128)),
    "cut_chords": ("chords", "PPLLLLPLiiiiii", dict(GIVEN=False, BLOCK=128)),
    "cut_chords given": ("chords", "PPLLDDPLiiiiii", dict(GIVEN=True, BLOCK=128)),
    "draw_tiles": ("forward", "PLLPBiiiii", dict(SCAN=256, CROWD=16, KEEP=True)),
    "draw_tiles alone": ("forward", "PLLPBiiiii", dict(SCAN=256, CROWD=16, KEEP=False)),
    "gather_tiles": ("backward", "PLLBPPLiiiii", dict(SCAN=256, CROWD=16)),
    "finish": ("backward", "LPPPiii", dict(BLOCK=128)),
}
TYPES = dict(P="*fp32", L="*i64", D="*fp64", B="*i8", i="i32")
FIXED = ("height", "width", "canvas_height", "canvas_width", "tiles", "tiles_x", "tiles_y")  # of one renderer
MOST_REGISTERS = 128  # four programs of four warps share a multiprocessor
MOST_SPILLED = 32


def compiled_for(capability: int, name: str, of_one: bool):
    """A kernel by Triton's own compiler, down to a GPU's instructions."""
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    module, types, constants = KERNELS[name]
    kernel = getattr(import_module(f"stillhouse.models.raster.triton.{module}"), name.split()[0])
    signature = dict(zip(kernel.arg_names, [TYPES[letter] for letter in types] + ["constexpr"] * len(constants)))
    if of_one:  # a launch makes constants of whole numbers that are 1
        ones = {name: 1 for name, kind in signature.items() if kind == "i32" and name in FIXED}
        signature, constants = {**signature, **dict.fromkeys(ones, "constexpr")}, {**constants, **ones}
    source = ASTSource(fn=kernel, signature=signature, constexprs=constants)
    return triton.compile(source, target=GPUTarget("cuda", capability, 32), options=dict(enable_fp_fusion=True))


def resources(cubin: bytes, path: Path) -> dict[str, int]:
    """Registers, and bytes of the stack, of shared and of local memory, a thread or a program."""
    import triton

    path.write_bytes(cubin)
    command = [triton.knobs.nvidia.cuobjdump.path, "--dump-resource-usage", str(path)]
    usage = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {key: int(value) for key, value in re.findall(r"(REG|STACK|SHARED|LOCAL):(\d+)", usage)}


@pytest.mark.parametrize(("capability", "of_one"), [(80, False), (90, False), (90, True)])
@pytest.mark.parametrize("name", KERNELS)
def test_compiles_for_a_gpu_and_keeps_to_its_registers(name, capability, of_one, monkeypatch, tmp_path):
    triton = pytest.importorskip("triton")
    if triton.knobs.runtime.interpret:
        pytest.skip("TRITON_INTERPRET is set")
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    compiled = compiled_for(capability, name, of_one)
    assert f".target sm_{capability}" in compiled.asm["ptx"]
    used = resources(compiled.asm["cubin"], tmp_path / "kernel.cubin")
    assert (
        0 < used["REG"] <= MOST_REGISTERS
        and used["STACK"] <= MOST_SPILLED
        and used["LOCAL"] == 0
        and compiled.metadata.shared < 4096
    )


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
