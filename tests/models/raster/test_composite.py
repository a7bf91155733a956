import torch

from stillhouse.models.raster.composite import Over, Stack


def stack() -> Stack:
    """Two pixels: three layers on the first, one on the second."""
    order, pile = torch.tensor([0, 3, 1, 2]), torch.tensor([0, 0, 0, 1])
    return Stack(pile, torch.arange(4), torch.arange(2), order, [2, 1, 1])


def test_over_by_hand():
    alpha, ink = torch.tensor([[0.5, 1.0, 0.25, 0.5]]), torch.tensor([[1.0, 0.2, 0.6, 0.8]])
    torch.testing.assert_close(Over.apply(alpha, ink, stack()), torch.tensor([[[0.2 * 0.75 + 0.15, 0.4]]]))


def test_gradients_against_finite_differences():
    alpha, ink = (torch.rand(shape, dtype=torch.float64, requires_grad=True) for shape in ((5, 4), (3, 4)))
    assert torch.autograd.gradcheck(lambda a, i: Over.apply(a, i, stack()), (alpha, ink))
