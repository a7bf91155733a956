"""Vectors whose squared distances are perceptual."""

import pytest
import torch

from stillhouse.engine.scene.curation import features
from stillhouse.engine.scene.curation.errors import CurationError
from stillhouse.engine.scene.curation.features import Features, build_features, perceptual_vector
from stillhouse.engine.scene.curation.novelty import squared_distances
from stillhouse.losses.held_lpips import build_lpips
from stillhouse.registry import MODELS


@MODELS.register_module(force=True)
class ToyEncoder:
    """The direction of the mean colour."""

    name = "toy"

    def embedding(self, images: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.normalize(images.mean((2, 3)), dim=1)


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("calibrated", [False, True])
def test_squared_distances_are_those_of_lpips(images: torch.Tensor, calibrated: bool):
    network = build_lpips("random")
    if calibrated:
        # The weights of the calibrated layers are not at hand; any others show that they are used as LPIPS uses them.
        from lpips import LPIPS

        torch.manual_seed(0)
        network = LPIPS(net="alex", pnet_rand=True, lpips=True, pretrained=False, verbose=False).eval()
        for layer in network.lins:
            layer.model[-1].weight.data.abs_()
    with torch.no_grad():
        vectors = perceptual_vector(network, images)
        expected = network(images[:1].expand(2, -1, -1, -1), images[1:], normalize=True).flatten()
    assert squared_distances(vectors[:1], vectors[1:])[0].tolist() == pytest.approx(expected.tolist(), rel=1e-3)


def test_parts_do_not_change_the_vectors(images: torch.Tensor, monkeypatch):
    of = Features("mean", lambda part: part.mean((2, 3)))
    whole = of(images)
    monkeypatch.setattr(features, "BATCH", 2)
    assert torch.equal(of(images), whole) and whole.shape == (3, 3)


def test_clip_gives_one_minus_the_cosine(images: torch.Tensor):
    clip = build_features("clip", clip=dict(type="ToyEncoder"))
    means = images.mean((2, 3))
    cosine = torch.nn.functional.cosine_similarity(means[:1], means[1:])
    vectors = clip(images)
    assert squared_distances(vectors[:1], vectors[1:])[0].tolist() == pytest.approx((1 - cosine).tolist(), abs=1e-5)
    assert clip.name == "CLIP, 1 - cosine (toy)"


def test_seeds_and_names(images: torch.Tensor):
    one, other = build_features("random"), build_features("random", seed=1)
    assert one.name != other.name and "no LPIPS" in one.name
    assert not torch.allclose(one(images), other(images))


def test_what_is_refused(monkeypatch):
    with pytest.raises(CurationError, match="expected one of lpips, random, clip"):
        build_features("vgg")  # type: ignore[arg-type]

    def absent(*_, **__):
        raise RuntimeError("the weights are nowhere.")

    monkeypatch.setattr(features, "build_lpips", absent)
    with pytest.raises(CurationError, match=r"nowhere\. Here: --features random needs no weights"):
        build_features("lpips")
