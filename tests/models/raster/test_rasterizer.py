import threading

import pytest
import torch

from stillhouse.models.raster import BezierRasterizer
from stillhouse.models.raster.base import cubics
from stillhouse.models.raster.reference import cosine, dense_image, psnr, random_sketches, sampled_union
from stillhouse.registry import MODELS

SKETCHES = random_sketches(2, 6, 48, seed=1)
LONG = 2e4


def drawn(strokes: torch.Tensor, size: int = 48, **given) -> tuple[torch.Tensor, torch.Tensor]:
    """The image, and the gradient of its sum to the strokes."""
    strokes = strokes.clone().requires_grad_()
    image = BezierRasterizer(size)(strokes, **given)
    image.sum().backward()
    assert strokes.grad is not None
    return image.detach(), strokes.grad


def test_is_built_by_name_and_has_no_parameters():
    renderer = MODELS.build(dict(type="BezierRasterizer", canvas_size=48, stroke_width=1.5))
    assert isinstance(renderer, BezierRasterizer) and not list(renderer.parameters()) and not renderer.state_dict()
    assert renderer(SKETCHES).shape == (2, 48, 48)


def test_a_horizontal_bar_by_hand():
    bar = torch.tensor([[[[-2.0, 0], [-1, 0], [1, 0], [2, 0]]]])
    rows = BezierRasterizer(8, 3.0)(bar)[0, :, 4]
    torch.testing.assert_close(rows, torch.tensor([1, 1, 0.5, 0, 0, 0.5, 1, 1]), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("width", "least"), [(0.4, 54), (1.5, 58), (6.0, 58)])
def test_equals_point_samples(width, least):
    image = BezierRasterizer(48, width)(SKETCHES)[1]
    assert psnr(image, sampled_union(SKETCHES[1], 48, width, side=32)) > least


def test_every_stroke_has_its_width_on_a_canvas_that_is_not_square():
    width = torch.tensor([[0.5, 1, 2, 3, 4, 9]]).double()
    image = BezierRasterizer((24, 40))(SKETCHES[:1].double(), width)
    assert image.shape == (1, 24, 40)
    assert psnr(image[0], dense_image(SKETCHES[0].double(), (24, 40), width[0], side=16)) > 56


def test_x_and_y_each_span_their_own_extent():
    corner = torch.tensor([[[[0.5, -0.5]] * 4]])
    image = BezierRasterizer((20, 40), 2.0)(corner)[0]
    assert (1 - image).argmax() in [5 * 40 + 30, 5 * 40 + 29, 4 * 40 + 30, 4 * 40 + 29]


def test_colours_and_opacities_are_painted_in_order():
    width, opacity, colour = torch.full((1, 6), 2.0), torch.rand(1, 6), torch.rand(1, 6, 3)
    width, opacity, colour = (value.double() for value in (width, opacity, colour))
    image = BezierRasterizer((32, 40))(SKETCHES[:1].double(), width, opacity, colour)
    truth = dense_image(SKETCHES[0].double(), (32, 40), width[0], opacity[0], colour[0], side=16)
    assert image.shape == (1, 3, 32, 40) and psnr(image[0], truth) > 56


def test_opacity_of_one_is_nearly_the_union():
    opaque, layered = BezierRasterizer(48)(SKETCHES), BezierRasterizer(48)(SKETCHES, opacity=1.0)
    assert psnr(layered, opaque) > 45
    assert layered.dtype == torch.float32 and layered.shape == (2, 48, 48)


def test_black_in_colour_is_the_black_image():
    black = BezierRasterizer(48)(SKETCHES, colour=torch.zeros(3))
    torch.testing.assert_close(black[:, 1], BezierRasterizer(48)(SKETCHES, opacity=1.0))


def test_lines_are_cubics():
    lines = torch.rand(2, 5, 2, 2) * 2 - 1
    torch.testing.assert_close(BezierRasterizer(32)(lines), BezierRasterizer(32)(cubics(lines)))
    parameter = torch.tensor(0.3)
    weights = torch.stack(
        [(1 - parameter) ** 3, 3 * parameter * (1 - parameter) ** 2, 3 * parameter**2 * (1 - parameter), parameter**3]
    )
    torch.testing.assert_close((cubics(lines) * weights[:, None]).sum(2), lines[:, :, 0] * 0.7 + lines[:, :, 1] * 0.3)


@pytest.mark.parametrize(
    ("dtype", "result"),
    [(torch.bfloat16, torch.float32), (torch.float16, torch.float32), (torch.float64, torch.float64)],
)
def test_dtypes(dtype, result):
    strokes = SKETCHES.to(dtype).requires_grad_()
    image = BezierRasterizer(48)(strokes)
    image.sum().backward()
    assert image.dtype == result and strokes.grad is not None and strokes.grad.dtype == dtype
    torch.testing.assert_close(image.float(), BezierRasterizer(48)(strokes.detach().to(result)).float())


def test_single_and_double_precision_agree():
    assert psnr(BezierRasterizer(48)(SKETCHES), BezierRasterizer(48)(SKETCHES.double())) > 80


@pytest.mark.parametrize("colour", [None, torch.zeros(2, 0, 3)])
def test_no_strokes_leave_white_paper_with_a_graph(colour):
    image, grad = drawn(torch.zeros(2, 0, 4, 2), colour=colour)
    assert (
        (image == 1).all()
        and image.shape == ((2, 48, 48) if colour is None else (2, 3, 48, 48))
        and grad.shape == (2, 0, 4, 2)
    )


def test_no_sketches():
    assert drawn(torch.zeros(0, 3, 4, 2))[0].shape == (0, 48, 48)


def test_strokes_off_the_canvas_are_white_and_have_no_gradient():
    image, grad = drawn(torch.rand(2, 5, 4, 2) + 3)
    assert (image == 1).all() and (grad == 0).all()


@pytest.mark.parametrize(
    "strokes",
    [
        torch.full((1, 3, 4, 2), 0.1),
        torch.rand(1, 1, 4, 2).expand(1, 40, 4, 2),
        torch.cat([torch.rand(1, 16, 1, 2), torch.randn(1, 16, 3, 2) * LONG], dim=2),
        torch.randn(1, 16, 4, 2) * 1e5,
        torch.tensor([[[[-0.5, 0], [0.5, 0], [-0.5, 0], [0.5, 0]]]]),
        torch.tensor([[[[-0.5, 0], [0.5, 0], [-0.5, 0], [-0.5, 0]]]]),
        torch.tensor([[[[-0.5, -0.5], [0.5, 0.5], [-0.5, 0.5], [0.5, -0.5]]]]),
    ],
    ids=["collapsed", "coincident", "huge", "huge off canvas", "to and fro", "loop on a line", "crossing itself"],
)
@pytest.mark.parametrize("given", [{}, {"opacity": 0.5}], ids=["opaque", "layered"])
def test_odd_strokes_stay_finite(strokes, given):
    image, grad = drawn(strokes.clamp(-9e5, 9e5), **given)
    assert image.isfinite().all() and grad.isfinite().all() and image.min() >= 0 and image.max() <= 1


def test_a_dot_has_the_area_of_its_disc():
    image, _ = drawn(torch.zeros(1, 1, 4, 2), width=5.0)
    assert abs(float((1 - image).sum()) / (3.14159265 * 6.25) - 1) < 2e-3


def test_coincident_strokes_share_the_gradient():
    stroke, field = random_sketches(1, 1, 48, seed=4), torch.randn(48, 48)
    gradients = []
    for count in (1, 3):
        strokes = stroke.repeat(1, count, 1, 1).requires_grad_()
        (BezierRasterizer(48)(strokes)[0] * field).sum().backward()
        assert strokes.grad is not None
        gradients.append(strokes.grad)
    torch.testing.assert_close(gradients[1][:, 0], gradients[1][:, 2])
    assert cosine(gradients[1].sum(1), gradients[0][:, 0]) > 0.999
    assert abs(float(gradients[1].sum(1).norm() / gradients[0].norm()) - 1) < 0.02


def test_a_stroke_of_ten_thousand_canvases_is_the_line_it_is():
    direction = torch.tensor([3.0, 1.0]).double()
    strokes = torch.stack([direction * t for t in (-LONG, -LONG / 3, LONG / 3, LONG)])[None, None]
    short = torch.stack([direction * t for t in (-1, -1 / 3, 1 / 3, 1)])[None, None]
    renderer = BezierRasterizer(48)
    torch.testing.assert_close(renderer(strokes), renderer(short), atol=1e-4, rtol=0)


def test_wide_strokes_cover_everything():
    image, grad = drawn(torch.zeros(1, 2, 4, 2), width=9e4)
    assert (image == 0).all() and (grad == 0).all()


def test_a_thousand_strokes_on_a_thousand_pixels():
    image, grad = drawn(random_sketches(1, 1024, 1024), 1024)
    assert image.shape == (1, 1024, 1024) and grad.isfinite().all() and 0.8 < image.mean() < 0.99


def test_crowded_pixels_are_worked_off_in_pieces(monkeypatch):
    from stillhouse.models.raster import opaque, trace

    whole = drawn(random_sketches(1, 32, 48))
    monkeypatch.setattr(opaque, "_PAIRS_A_PIECE", 100)
    monkeypatch.setattr(trace, "_WINDOWS_A_PIECE", 64)
    for piece, value in zip(drawn(random_sketches(1, 32, 48)), whole):
        torch.testing.assert_close(piece, value)


@pytest.mark.parametrize("given", [{}, {"opacity": 0.5}], ids=["opaque", "layered"])
def test_two_runs_agree_to_the_last_bit(given):
    strokes = random_sketches(3, 16, 96)
    for first, second in zip(drawn(strokes, 96, **given), drawn(strokes, 96, **given)):
        assert torch.equal(first, second)


def test_threads_do_not_meet():
    sketches = [random_sketches(2, 16, 64, seed=seed) for seed in range(4)]
    alone = [drawn(sketch, 64) for sketch in sketches]
    results: dict[int, tuple] = {}

    def work(index: int) -> None:
        for _ in range(5):
            results[index] = drawn(sketches[index], 64)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index, (image, grad) in enumerate(alone):
        assert torch.equal(results[index][0], image) and torch.equal(results[index][1], grad)


def test_what_is_kept_for_the_backward_pass_follows_the_ink():
    def kept(strokes: torch.Tensor) -> int:
        sizes: list[int] = []
        with torch.autograd.graph.saved_tensors_hooks(lambda t: sizes.append(t.nbytes) or t, lambda t: t):
            BezierRasterizer(224)(strokes.requires_grad_())
        return sum(sizes)

    one, four = kept(random_sketches(4, 8)), kept(random_sketches(4, 32))
    assert 2.5 < four / one < 6 and four < 4 * 32 * 224 * 224 * 4 / 10


@pytest.mark.slow
def test_compiled_it_is_the_same():
    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.renderer = BezierRasterizer(48)
            self.shift = torch.nn.Parameter(torch.zeros(2))

        def forward(self, strokes: torch.Tensor) -> torch.Tensor:
            return (self.renderer(torch.tanh(strokes + self.shift)) * 2 - 1).square().mean()

    model = Model()
    eager = model(SKETCHES)
    eager.backward()
    grad, model.shift.grad = model.shift.grad, None
    compiled = torch.compile(model)(SKETCHES)
    compiled.backward()
    torch.testing.assert_close(compiled, eager)
    torch.testing.assert_close(model.shift.grad, grad)


@pytest.mark.gpu
def test_a_gpu_agrees():
    strokes = random_sketches(8, 32)
    image, grad = drawn(strokes, 224)
    cuda_image, cuda_grad = drawn(strokes.cuda(), 224)
    assert psnr(cuda_image.cpu(), image) > 60
    torch.testing.assert_close(cuda_grad.cpu(), grad, atol=1e-2, rtol=1e-2)
