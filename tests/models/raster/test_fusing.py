import pytest
import torch

from stillhouse.models.raster import BezierRasterizer
from stillhouse.models.raster.fusing import fusible, fusing
from stillhouse.models.raster.reference import random_sketches


def drawn(renderer: BezierRasterizer, strokes: torch.Tensor, **given) -> tuple[torch.Tensor, torch.Tensor]:
    strokes = strokes.clone().requires_grad_()
    image = renderer(strokes, **given)
    image.square().sum().backward()
    assert strokes.grad is not None
    return image.detach(), strokes.grad


def assert_same(got: tuple[torch.Tensor, torch.Tensor], want: tuple[torch.Tensor, torch.Tensor]) -> None:
    torch.testing.assert_close(got[0], want[0], atol=1e-5, rtol=0)
    assert (got[1] - want[1]).norm() < 1e-5 * want[1].norm()


def test_only_within_the_context_is_anything_compiled(monkeypatch):
    calls = []
    monkeypatch.setattr(torch, "compile", lambda function, **_: lambda *args: calls.append(args) or function(*args))
    twice = fusible(lambda x: 2 * x)
    assert twice(3) == 6 and not calls
    with fusing(False):
        assert twice(3) == 6 and not calls
    with pytest.raises(KeyError), fusing(True):
        assert twice(3) == 6 and calls == [(3,)]
        raise KeyError
    assert twice(3) == 6 and len(calls) == 1


@pytest.mark.slow
def test_compiled_drawing_is_the_same_at_every_size_after_one_compilation():
    eager, compiled = BezierRasterizer(64), BezierRasterizer(64, compiled=True)
    sketches = random_sketches(6, 24, 64, seed=2)
    drawn(compiled, sketches)
    with torch.compiler.set_stance("fail_on_recompile"):
        for part in (sketches, sketches[:3], sketches[1:2, :9]):
            assert_same(drawn(compiled, part), drawn(eager, part))
    assert_same(drawn(compiled, sketches, opacity=0.5), drawn(eager, sketches, opacity=0.5))


@pytest.mark.slow
def test_compiled_drawing_inside_a_compiled_network():
    network = torch.nn.Sequential(torch.nn.Tanh(), BezierRasterizer(48, compiled=True))
    sketches = random_sketches(2, 6, 48, seed=3)
    torch.testing.assert_close(
        torch.compile(network)(sketches), BezierRasterizer(48)(sketches.tanh()), atol=1e-5, rtol=0
    )
