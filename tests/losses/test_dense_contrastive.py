"""InfoNCE between the places of two maps."""

import pytest
import torch

from stillhouse.losses import DenseContrastive, centred, dense_contrastive, instance_contrastive

EVERYWHERE = torch.arange(6)


def maps(seed: int = 0, **changes) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, 8, 2, 3, generator=generator, dtype=torch.float64)


def test_centred_maps_have_no_mean_over_places():
    found = centred(maps() + 5)
    torch.testing.assert_close(found.mean((2, 3)), torch.zeros(2, 8, dtype=torch.float64))
    torch.testing.assert_close(found, centred(maps()))


def test_each_place_of_each_sample_is_an_instance():
    one, other = maps(0), maps(1)
    rows = [
        torch.stack([centred(m)[b, :, y, x] for b in range(2) for y in range(2) for x in range(3)])
        for m in (one, other)
    ]
    torch.testing.assert_close(dense_contrastive(one, other, EVERYWHERE, 10.0), instance_contrastive(*rows, 10.0))


def test_places_that_agree_cost_less_than_places_that_are_moved():
    one = maps()
    assert dense_contrastive(one, one, EVERYWHERE) < 0.5 * dense_contrastive(one, one.roll(1, 3), EVERYWHERE)


def test_gradients():
    one, other = maps(0).requires_grad_(), maps(1).requires_grad_()
    assert torch.autograd.gradcheck(lambda a, b: dense_contrastive(a, b, EVERYWHERE), (one, other))


def test_by_config_the_mean_over_pairs_at_random_places():
    outputs = {"a": maps(0), "b": maps(1), "c": maps(2), "d": maps(3)}
    loss = DenseContrastive(["a", "b"], ["c", "d"], places=6)
    expected = [dense_contrastive(outputs[x], outputs[y], EVERYWHERE) for x, y in ("ac", "bd")]
    torch.testing.assert_close(loss(outputs, {}), torch.stack(expected).mean())
    few = DenseContrastive(["a"], ["c"], places=2)
    torch.manual_seed(0)
    assert len({round(few(outputs, {}).item(), 9) for _ in range(8)}) > 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(first="a", second="b"), "expected two lists of equal length"),
        (dict(first=["a"], second=["b", "c"]), "expected two lists of equal length"),
        (dict(places=0), "got places=0"),
        (dict(scale=-1.0), "scale=-1.0, expected both above 0"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        DenseContrastive(**arguments)


def test_maps_of_two_shapes_are_refused():
    with pytest.raises(ValueError, match=r"'a' of shape \(2, 8, 2, 3\) and 'b' of \(2, 8, 2, 2\), expected"):
        DenseContrastive(["a"], ["b"])({"a": maps(), "b": maps()[..., :2]}, {})
