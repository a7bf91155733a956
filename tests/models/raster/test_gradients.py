import pytest
import torch

from stillhouse.models.raster import BezierRasterizer
from stillhouse.models.raster.reference import cosine, dense_image, finite_differences, probe_losses, random_sketches

SIZE = 48


@pytest.fixture(scope="module")
def differences():
    """A sketch, the losses, and their finite differences."""
    sketches = random_sketches(2, 5, SIZE, seed=11)
    losses = probe_losses(sketches[0], sketches[1], lambda strokes: BezierRasterizer(SIZE)(strokes[None])[0])
    return sketches[:1], losses, finite_differences(sketches[0], SIZE, 1.5, losses)


@pytest.mark.parametrize(("name", "least"), [("near", 0.999), ("far", 0.985), ("smooth", 0.995), ("white", 0.995)])
def test_against_finite_differences_of_the_union(differences, name, least):
    strokes, losses, truth = differences
    points, width = strokes.clone().requires_grad_(), torch.full((1, 5), 1.5, requires_grad=True)
    losses[name](BezierRasterizer(SIZE)(points, width)[0].double()).backward()
    assert points.grad is not None and width.grad is not None
    assert cosine(points.grad[0], truth[name][0]) > least
    assert cosine(width.grad[0], truth[name][1]) > 0.99
    assert abs(float(points.grad.norm() * 2 / SIZE / truth[name][0].norm()) - 1) < 0.05


def test_widths_opacities_and_colours_painted_over_each_other():
    strokes, field = random_sketches(1, 3, 24, seed=4).double(), torch.randn(3, 24, 24).double()
    given = [torch.full((1, 3), 2.0).double(), 0.2 + 0.6 * torch.rand(1, 3).double(), torch.rand(1, 3, 3).double()]
    leaves = [value.clone().requires_grad_() for value in (strokes, *given)]
    (BezierRasterizer(24)(*leaves)[0] * field).sum().backward()

    def loss(values: list[torch.Tensor]) -> torch.Tensor:
        image = dense_image(values[0][0], (24, 24), *(value[0] for value in values[1:]))
        return (image * field).sum()

    for index, leaf in enumerate(leaves):
        assert leaf.grad is not None
        assert cosine(leaf.grad, central(loss, [strokes, *given], index, 0.003)) > 0.99, index


@pytest.mark.parametrize("given", [{}, {"opacity": 0.6}], ids=["opaque", "layered"])
def test_gradcheck_of_a_blurred_loss(given):
    """The image itself has kinks where a pixel changes from one edge to several; sums over many pixels are smooth."""
    x = torch.linspace(-1, 1, 24).double()
    field = torch.exp(-(x[:, None] ** 2) - (x - 0.3) ** 2)
    strokes = random_sketches(1, 1, 24, seed=8).double().requires_grad_()
    width = torch.full((1, 1), 1.5).double().requires_grad_()
    renderer = BezierRasterizer(24)
    assert torch.autograd.gradcheck(
        lambda s, w: (renderer(s, w, **given)[0] * field).sum(), (strokes, width), eps=2e-3, atol=0.05, rtol=0.03
    )


def test_gradcheck_inside_straight_edges():
    """Where one edge crosses each pixel the backward pass is the forward pass's derivative, to rounding."""
    line = torch.tensor([[[[-3.0, -0.31], [-1, -0.11], [1, 0.09], [3, 0.29]]]]).double().requires_grad_()
    width = torch.full((1, 1), 2.3).double().requires_grad_()
    field = torch.linspace(0, 1, 144).view(12, 12).double()
    assert torch.autograd.gradcheck(
        lambda s, w: (BezierRasterizer(12)(s, w)[0] * field).sum(), (line, width), eps=1e-5, atol=2e-3, rtol=2e-3
    )


def test_the_gradient_of_the_ink_to_the_width_is_the_length():
    line = torch.tensor([[[[-0.5, 0.1], [-0.2, 0.1], [0.2, 0.1], [0.5, 0.1]]]])
    width = torch.tensor([[2.0]], requires_grad=True)
    (1 - BezierRasterizer(64)(line, width)).sum().backward()
    assert width.grad is not None
    # A capsule's area is L w + pi w^2 / 4.
    torch.testing.assert_close(width.grad[0, 0], torch.tensor(32 + 3.14159265), atol=0.02, rtol=0)


def central(loss, values: list[torch.Tensor], index: int, step: float) -> torch.Tensor:
    """Central differences of a loss with respect to one of its arguments."""
    gradient = torch.zeros_like(values[index])
    for k in range(gradient.numel()):
        results = []
        for sign in (1, -1):
            moved = [value.clone() for value in values]
            moved[index].view(-1)[k] += sign * step
            results.append(loss(moved))
        gradient.view(-1)[k] = (results[0] - results[1]) / (2 * step)
    return gradient
