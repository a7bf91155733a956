"""A frozen CLIP that looks at images."""

import copy
import sys

import pytest
import torch
from torch import nn

from stillhouse.models.clip import CLIPEncoder, ContrastiveCLIP
from stillhouse.registry import FUNCTIONS, MODELS


@pytest.fixture(scope="module")
def vit() -> CLIPEncoder:
    return MODELS.build(dict(type="CLIPEncoder", model="tiny-vit", pretrained=None))


@pytest.fixture(scope="module")
def resnet() -> CLIPEncoder:
    return CLIPEncoder("tiny-resnet", pretrained=None, token_layer=-2)


def images(size: int = 64) -> torch.Tensor:
    return torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(2))


@torch.no_grad()
def test_tokens_by_the_public_call_are_those_of_the_internals(vit):
    visual, seen = vit.clip.visual, vit.prepare(images())
    patches = visual.conv1(seen).flatten(2).mT
    start = visual.class_embedding.expand(2, 1, -1)
    hidden = visual.ln_pre(torch.cat([start, patches], 1) + visual.positional_embedding)
    expected = visual.ln_post(visual.transformer(hidden))
    assert torch.equal(vit.tokens(images()), expected) and expected.shape == (2, 17, 32)
    torch.testing.assert_close(vit.clip.visual(seen), expected[:, 0] @ visual.proj)


@torch.no_grad()
def test_a_resnet_s_tokens_are_the_places_of_its_map(resnet):
    visual, seen = resnet.clip.visual, resnet.prepare(images())
    expected = visual.layer3(visual.layer2(visual.layer1(visual.stem(seen))))
    assert torch.equal(resnet.tokens(images()), expected.flatten(2).mT) and expected.shape == (2, 128, 4, 4)


@torch.no_grad()
def test_maps_of_chosen_layers(vit, resnet):
    assert [tuple(found.shape) for found in vit.maps(images(), [0, 2])] == [(2, 32, 4, 4)] * 2
    assert not torch.equal(*vit.maps(images(), [0, 2]))
    assert [tuple(found.shape) for found in resnet.maps(images(), [2, 3])] == [(2, 64, 8, 8), (2, 128, 4, 4)]
    assert torch.equal(resnet.maps(images())[0], resnet.maps(images(), [3])[0])


@torch.no_grad()
@pytest.mark.parametrize("name", ["vit", "resnet"])
def test_the_embedding_is_the_model_s_own(name: str, request):
    encoder = request.getfixturevalue(name)
    seen = (images() - encoder.mean) / encoder.std
    assert torch.equal(encoder.embedding(images()), encoder.clip.encode_image(seen, normalize=True))
    torch.testing.assert_close(encoder(images()).norm(dim=1), torch.ones(2))


@torch.no_grad()
def test_captions_lie_in_the_same_space(vit, batch):
    found = vit.caption_embedding(batch["caption_tokens"])
    assert found.shape == (4, 24) and torch.equal(found[0], found[2]) and not torch.equal(found[0], found[1])


def test_images_are_normalised_as_the_model_was_trained(vit):
    open_clip = pytest.importorskip("open_clip")
    grey = torch.full((1, 3, 64, 64), 0.5)
    mean, std = torch.tensor(open_clip.OPENAI_DATASET_MEAN), torch.tensor(open_clip.OPENAI_DATASET_STD)
    torch.testing.assert_close(vit.prepare(grey)[0, :, 0, 0], (0.5 - mean) / std)


def test_resizing_is_antialiased():
    """A pattern finer than the wanted pixels becomes grey; without antialiasing it would be sampled at its extremes."""
    encoder = CLIPEncoder("tiny-vit", pretrained=None)
    stripes = (torch.arange(256) % 2).float().expand(1, 3, 256, 256)
    seen = encoder.prepare(stripes) * encoder.std + encoder.mean
    assert seen.shape[-1] == 64 and (seen[..., 4:-4] - 0.5).abs().max() < 0.05


@pytest.mark.parametrize("size", [64, 100])
@pytest.mark.parametrize("name", ["vit", "resnet"])
def test_gradients_reach_the_images_and_not_the_parameters(name: str, size: int, request):
    encoder, given = request.getfixturevalue(name), images(size).requires_grad_()
    total = encoder.embedding(given).sum() + encoder.tokens(given).sum() + sum(m.sum() for m in encoder.maps(given))
    total.backward()
    assert given.grad is not None and given.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in encoder.clip.parameters())


def test_it_is_absent_from_its_owner_s_state_and_stays_in_evaluation(resnet):
    owner = nn.ModuleList([resnet, nn.Linear(2, 2)]).train()
    assert set(owner.state_dict()) == {"1.weight", "1.bias"} == {name for name, _ in owner.named_parameters()}
    assert not any(module.training for module in resnet.clip.modules())
    assert copy.deepcopy(owner)[0] is resnet


def test_it_changes_precision_with_its_owner():
    owner = nn.ModuleList([CLIPEncoder("tiny-resnet", pretrained=None)]).double()
    assert owner[0].embedding(images().double()).dtype == torch.float64


def test_random_weights_are_named_and_always_the_same():
    before = torch.get_rng_state()
    first, again = (CLIPEncoder("tiny-vit", pretrained=None) for _ in range(2))
    assert torch.equal(before, torch.get_rng_state())
    assert first.name == "tiny-vit, random weights"
    assert torch.equal(first.embedding(images()), again.embedding(images()))


def test_weights_of_a_file_are_loaded(vit, tmp_path):
    path = tmp_path / "weights.pt"
    torch.save({name: value + 0.01 for name, value in vit.clip.state_dict().items()}, path)
    encoder = CLIPEncoder("tiny-vit", pretrained=str(path))
    torch.testing.assert_close(encoder.clip.visual.proj, vit.clip.visual.proj + 0.01)
    assert encoder.name == f"tiny-vit, {path}"


def test_the_activation_is_the_one_that_the_weights_were_trained_with(monkeypatch, vit, tmp_path):
    """OpenAI's weights need QuickGELU, which open_clip's ``ViT-B-32`` has not; it only warns."""
    import open_clip

    path = tmp_path / "weights.pt"
    torch.save(vit.clip.state_dict(), path)
    monkeypatch.setattr(open_clip, "get_pretrained_cfg", lambda model, tag: {"quick_gelu": True})
    quick = CLIPEncoder("tiny-vit", pretrained=str(path))
    kinds = {type(module).__name__ for module in quick.clip.modules()}
    assert "QuickGELU" in kinds and "QuickGELU" not in {type(module).__name__ for module in vit.clip.modules()}
    monkeypatch.undo()
    assert open_clip.get_pretrained_cfg("ViT-B-32", "openai")["quick_gelu"] is True


def test_our_own_clip_in_its_place(monkeypatch):
    network = ContrastiveCLIP(width=8, embedding_width=16)
    monkeypatch.setitem(FUNCTIONS.module_dict, "load_companion", lambda config, checkpoint: (network, {}))
    encoder = CLIPEncoder(trained=dict(config="configs/clip_tiny.py"), token_layer=-2)
    assert encoder.name == "the CLIP of configs/clip_tiny.py" and encoder.size == 64
    network.eval()
    sketch, strokes = torch.zeros(2, 77, dtype=torch.long), torch.rand(2, 4, 4, 2)
    expected = network.predict(network.prepare({"image": images(), "strokes": strokes, "caption_tokens": sketch}))
    torch.testing.assert_close(encoder.embedding(images()), expected["image_embedding"])
    torch.testing.assert_close(encoder.caption_embedding(sketch), expected["text_embedding"])
    assert encoder.tokens(images()).shape == (2, 16, 128)


def test_another_network_is_no_clip(monkeypatch):
    monkeypatch.setitem(FUNCTIONS.module_dict, "load_companion", lambda config, checkpoint: (nn.Linear(1, 1), {}))
    with pytest.raises(ValueError, match=r"CLIPEncoder\.trained: x\.py trains a Linear, expected a ContrastiveCLIP"):
        CLIPEncoder(trained=dict(config="x.py"))


def test_without_the_weights_it_says_what_to_do(monkeypatch):
    import open_clip

    def refuse(*args, **more):
        raise RuntimeError("Failed to download weights")

    monkeypatch.setattr(open_clip, "create_model", refuse)
    with pytest.raises(
        RuntimeError, match=r"Failed to download weights.*once.*HF_HOME.*configs/clip_tiny\.py.*pretrained=None"
    ):
        CLIPEncoder()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(model="ViT-B-33"), r"CLIPEncoder\.model: open_clip has no 'ViT-B-33'\. Nearest: .*ViT-B-32"),
        (dict(pretrained="opnai"), r"CLIPEncoder\.pretrained: got 'opnai', .* no tag of ViT-B-32; its tags: openai"),
    ],
)
def test_unknown_names(arguments: dict, message: str):
    with pytest.raises(ValueError, match=message):
        CLIPEncoder(**arguments)


def test_images_of_another_shape(vit):
    with pytest.raises(ValueError, match=r"CLIPEncoder: got images of shape \(2, 1, 64, 64\), expected \(B, 3, H, W\)"):
        vit.tokens(images()[:, :1])


def test_without_the_package_it_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(ImportError, match=r'CLIPEncoder needs open_clip: pip install "stillhouse\[sketch\]"'):
        CLIPEncoder()
