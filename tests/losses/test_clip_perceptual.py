"""How unlike a drawing and an image are to a frozen CLIP."""

import pytest
import torch

from stillhouse.losses import CLIPPerceptual, centred

open_clip = pytest.importorskip("open_clip")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> dict:
    """A CLIP of random weights with smooth layers, so that differences can be compared with gradients."""
    import json

    text = dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=1)
    vision = dict(image_size=64, layers=[1, 1, 1, 1], width=8, patch_size=None)
    folder = tmp_path_factory.mktemp("models")
    transformer = dict(image_size=64, layers=2, width=32, head_width=16, patch_size=16)
    for name, cfg in (("small-resnet", vision), ("small-vit", transformer)):
        (folder / f"{name}.json").write_text(json.dumps(dict(embed_dim=16, vision_cfg=cfg, text_cfg=text)))
    open_clip.add_model_config(folder)
    return dict(type="CLIPEncoder", model="small-resnet", pretrained=None)


def build(encoder: dict, **changes) -> CLIPPerceptual:
    torch.manual_seed(0)
    loss = CLIPPerceptual(**{**dict(encoder=encoder, canvas_size=64, stroke_width=1.5, num_augmentations=0), **changes})
    for name, parameter in loss.encoder.clip.named_parameters():
        if name.endswith("bn3.weight"):
            torch.nn.init.ones_(parameter)  # open_clip begins with residual branches that add nothing
    return loss


def strokes(count: int = 2, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    start = 1.4 * torch.rand(count, 5, 1, 2, generator=generator) - 0.7
    return start + 0.25 * torch.randn(count, 5, 4, 2, generator=generator)


def images(count: int = 2) -> torch.Tensor:
    return torch.rand(count, 3, 64, 64, generator=torch.Generator().manual_seed(9))


def outputs_of(loss: CLIPPerceptual, drawn: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    return loss({"strokes": drawn}, {"image": seen})


# The pooled embedding of a ResNet of random weights is the same for every picture, to six digits.
@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("layer_weight", "small-resnet"), ("token_weight", "small-resnet"), ("layer_weight", "small-vit"),
        ("token_weight", "small-vit"), ("embedding_weight", "small-vit"),
    ],
)  # fmt: skip
def test_a_drawing_beside_itself_costs_nothing_and_another_something(encoder, kind, model):
    weights = {"layer_weight": 0.0, kind: 2.0}
    loss = build({**encoder, "model": model}, **weights, layers=[0, 1] if model == "small-vit" else [2, 3])
    drawn = strokes()
    seen = loss.draw(drawn)
    assert outputs_of(loss, drawn, seen).item() == pytest.approx(0, abs=2e-6)
    assert outputs_of(loss, drawn, seen.flip(0)) > 1e-5
    assert loss.observed["avg_cosine_sim"] < 1 and not loss.observed["avg_cosine_sim"].requires_grad


@torch.no_grad()
def test_the_layers_cosine_is_that_of_centred_maps_place_by_place(encoder):
    loss, drawn, seen = build(encoder), strokes(), images()
    expected = 0
    for one, other in zip(loss.encoder.maps(loss.draw(drawn), [2, 3]), loss.encoder.maps(seen, [2, 3])):
        a, b = centred(one), centred(other)
        expected += ((a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1))).mean((1, 2)) / 2
    torch.testing.assert_close(loss.compare(drawn, seen), 1 - expected)
    torch.testing.assert_close(loss.layer_similarity(drawn, seen), expected)
    embedded = (loss.encoder.embedding(loss.draw(drawn)) * loss.encoder.embedding(seen)).sum(1)
    torch.testing.assert_close(loss.similarity(drawn, seen), embedded)


def test_gradients_reach_every_visible_stroke_and_agree_with_differences(encoder):
    loss = build(encoder, num_augmentations=2)
    drawn, seen = strokes().requires_grad_(), images()
    views = loss.draw_views(2, torch.Generator().manual_seed(1))

    def value(points: torch.Tensor) -> torch.Tensor:
        return loss.compare(points, seen, views).double().sum()

    (gradient,) = torch.autograd.grad(value(drawn), drawn)
    assert gradient.isfinite().all() and gradient.flatten(2).norm(dim=2).min() > 0
    step, differences = 0.003, torch.zeros(drawn.numel())
    with torch.no_grad():
        for i in range(drawn.numel()):
            shift = torch.zeros(drawn.numel())
            shift[i] = step
            shift = shift.view_as(drawn)
            differences[i] = (value(drawn + shift) - value(drawn - shift)) / (2 * step)
    assert torch.cosine_similarity(differences, gradient.flatten(), 0) >= 0.95


def test_the_encoder_stays_frozen_and_the_image_gets_no_gradient(encoder):
    loss, seen = build(encoder, num_augmentations=2), images().requires_grad_()
    before = {name: value.clone() for name, value in loss.encoder.clip.state_dict().items()}
    outputs_of(loss, strokes().requires_grad_(), seen).backward()
    assert seen.grad is None and not list(loss.parameters())
    assert all(parameter.grad is None for parameter in loss.encoder.clip.parameters())
    after = loss.train().encoder.clip
    assert not after.training and all(torch.equal(value, before[name]) for name, value in after.state_dict().items())


def test_all_views_of_all_samples_are_batched_and_averaged(encoder):
    loss, drawn, seen = build(encoder, num_augmentations=3), strokes(), images()
    views = loss.draw_views(2)
    assert views.shape == (2, 3, 3, 3)
    calls = []
    original = loss.encoder.maps
    loss.encoder.maps = lambda pictures, layers: calls.append(len(pictures)) or original(pictures, layers)
    found = loss.compare(drawn, seen, views)
    assert calls == [6, 6], "one pass for the drawings and one for the images"
    alone = [loss.compare(drawn, seen, views[:, [i]]) for i in range(3)]
    torch.testing.assert_close(found, torch.stack(alone).mean(0), atol=1e-5, rtol=1e-4)


def test_joint_views_move_the_image_too(encoder):
    drawn = strokes()
    joint, apart = (build(encoder, num_augmentations=4, joint=joint, image_fill="white") for joint in (True, False))
    seen, views = joint.draw(drawn), joint.draw_views(2)
    assert joint.compare(drawn, seen, views).max() < 1e-5 < 1e-3 < apart.compare(drawn, seen, views).min()


def test_no_weight_costs_nothing_and_needs_no_encoding(encoder):
    loss, drawn = build(encoder, weight=0.0), strokes().requires_grad_()
    loss.encoder.maps = None
    found = outputs_of(loss, drawn, images())
    found.backward()
    assert found == 0 and drawn.grad.abs().max() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(layer_weight=0.0), "got layers 0, embedding 0, tokens 0, expected none below 0 and one above it"),
        (dict(token_weight=-1.0), "tokens -1"),
        (dict(num_augmentations=-1), "num_augmentations: got -1, expected at least 0"),
        (dict(joint=False, augmentation=dict(flip=0.5)), "flip: got 0.5 with joint=False, expected 0"),
        (dict(layers=[]), "layers: got none with layer_weight above 0"),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_encoder_is_loaded(arguments, message):
    with pytest.raises(ValueError, match=message):
        CLIPPerceptual(**arguments)


def test_images_that_do_not_fit_are_refused(encoder):
    with pytest.raises(ValueError, match=r"'image' of shape \(1, 3, 64, 64\) for 2 drawings, expected"):
        outputs_of(build(encoder), strokes(), images(1))
