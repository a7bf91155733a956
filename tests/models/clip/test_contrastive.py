"""A CLIP small enough to train here."""

import sys

import open_clip
import pytest
import torch
from experiments import RUNTIME, train
from torch.nn import functional as F

from stillhouse.models.clip import ContrastiveCLIP
from stillhouse.models.clip.contrastive import fit_captions
from stillhouse.registry import DATASETS

SMALL = dict(width=8, embedding_width=16, text_width=32)


def network(**more) -> ContrastiveCLIP:
    torch.manual_seed(0)
    return ContrastiveCLIP(**SMALL, **more)


def test_outputs(batch):
    model = network()
    outputs = model(model.prepare(batch))
    assert tuple(outputs) == model.outputs
    for name in model.outputs[:3]:
        assert outputs[name].shape == (4, 16)
        torch.testing.assert_close(outputs[name].norm(dim=1), torch.ones(4))
    assert outputs["logit_scale"].item() == pytest.approx(1 / 0.07, rel=1e-5)
    assert torch.equal(outputs["text_embedding"][0], outputs["text_embedding"][2])


def test_every_parameter_learns(batch):
    model = network()
    # open_clip begins with residual branches that add nothing, which hides what stands before them.
    for name, parameter in model.named_parameters():
        if name.endswith("bn3.weight"):
            torch.nn.init.ones_(parameter)
    outputs = model(model.prepare(batch))
    cosines = outputs["image_embedding"] @ outputs["text_embedding"].mT + outputs["sketch_embedding"] @ outputs[
        "text_embedding"
    ].mT.roll(1, 1)
    F.cross_entropy(outputs["logit_scale"] * cosines, torch.arange(4)).backward()
    idle = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert idle == []


def test_training_sees_other_views_and_evaluation_does_not(batch):
    model = network()
    first, second = model.prepare(batch), model.prepare(batch)
    assert not torch.equal(first["image"], second["image"])
    assert not torch.equal(first["sketch_image"], second["sketch_image"])
    seen = model.eval().prepare(batch)
    assert torch.equal(seen["image"], batch["image"])
    drawn = model.renderer(batch["strokes"])
    assert all(torch.equal(seen["sketch_image"][:, channel], drawn) for channel in range(3))
    assert torch.equal(network(augment=False).prepare(batch)["image"], batch["image"])


def test_views_come_from_the_global_generator(batch):
    model = network()
    torch.manual_seed(3)
    first = model.prepare(batch)["sketch_image"]
    torch.manual_seed(3)
    assert torch.equal(model.prepare(batch)["sketch_image"], first)


def test_prediction_does_not_depend_on_the_rest_of_the_batch(batch):
    model = network().eval()
    whole = model.predict(model.prepare(batch))
    part = model.predict(model.prepare({name: values[1:2] for name, values in batch.items()}))
    for name in model.outputs[:3]:
        torch.testing.assert_close(part[name], whole[name][1:2], atol=1e-5, rtol=0)


def test_bf16_autocast(batch):
    model = network().eval()
    seen = model.prepare(batch)
    with torch.autocast("cpu", torch.bfloat16):
        half = model(seen)
    for name, value in model(seen).items():
        assert torch.cosine_similarity(half[name].float().flatten(), value.flatten(), 0) > 0.98


def test_captions_are_padded_or_cut_before_their_end_token(batch):
    tokens = torch.tensor([[7, 1, 2, 3, 9, 0], [7, 1, 9, 0, 0, 0]])
    assert fit_captions(tokens, 8).tolist() == [[7, 1, 2, 3, 9, 0, 0, 0], [7, 1, 9, 0, 0, 0, 0, 0]]
    assert fit_captions(tokens, 4).tolist() == [[7, 1, 2, 9], [7, 1, 9, 0]]
    model = network(context_length=12).eval()
    short = model.embed_captions(batch["caption_tokens"][:, :10])
    torch.testing.assert_close(short, model.embed_captions(batch["caption_tokens"]))


def test_images_of_another_size_are_refused(batch):
    with pytest.raises(ValueError, match=r"got images of shape \(4, 3, 64, 64\), .*give the data set image_size=96"):
        network(image_size=96).prepare(batch)


def test_a_size_that_the_stages_do_not_divide():
    with pytest.raises(ValueError, match=r"ContrastiveCLIP\.image_size: got 72, expected a multiple of 32"):
        ContrastiveCLIP(image_size=72)


def test_without_the_package_it_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(ImportError, match=r'ContrastiveCLIP needs open_clip: pip install "stillhouse\[sketch\]"'):
        ContrastiveCLIP()


@DATASETS.register_module(force=True)
class Pairs:
    """Photos of one of three colours, a sketch of as many lines, and a caption."""

    fields = ("image", "strokes", "caption_tokens", "label", "index")

    def __len__(self) -> int:
        return 48

    def __getitems__(self, indices: list[int]) -> dict:
        index = torch.as_tensor(indices)
        label, generator = index % 3, torch.Generator().manual_seed(int(index[0]))
        lines = (
            torch.linspace(-0.6, 0.6, 4)[None, :, None] * torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.7, 0.7]])[:, None]
        )
        image = 0.2 * torch.rand(len(index), 3, 64, 64, generator=generator)
        image[torch.arange(len(index)), :, 8:24] += 0.7 * torch.eye(3)[label][:, :, None, None]
        tokens = torch.zeros(len(index), 77, dtype=torch.long)
        tokens[:, :3] = torch.stack([torch.full_like(label, 49406), 320 + label, torch.full_like(label, 49407)], 1)
        strokes = lines[label][:, None] + 0.05 * torch.randn(len(index), 4, 4, 2, generator=generator)
        return {"image": image, "strokes": strokes, "caption_tokens": tokens, "label": label, "index": index}


def test_it_learns_pairs_on_the_engine(tmp_path):
    losses = dict(
        photo_text=dict(type="ImageTextContrastive"),
        sketch_text=dict(type="ImageTextContrastive", image="sketch_embedding"),
        views=dict(type="SupervisedContrastive", weight=0.5),
    )
    loader = dict(batch_size=24, dataset=dict(type="Pairs"))
    content = dict(
        _base_=[str(RUNTIME)], work_root=str(tmp_path),
        model=dict(type="Learner", network=dict(type="ContrastiveCLIP", **SMALL), losses=losses),
        train_dataloader=loader, val_dataloader=loader, val_evaluator=[dict(type="RetrievalAccuracy")],
        val_cfg=dict(type="ValLoop"), train_cfg=dict(type="TrainLoop", max_iters=48, val_interval=48),
        optim_wrapper=dict(type="EngineOptimWrapper", optimizer=dict(type="AdamW", lr=1e-3)),
        param_scheduler=[dict(type="LinearLR", start_factor=0.05, by_epoch=False, begin=0, end=20)],
    )  # fmt: skip
    path = tmp_path / "pairs.py"
    path.write_text("".join(f"{key} = {value!r}\n" for key, value in content.items()))
    metrics = train(path).metrics
    assert min(metrics.values()) > 0.8, metrics  # chance is a third


def test_scribbles_stand_behind_the_sketches_in_training_alone(batch):
    model = network(scribbles=3)
    prepared = model.prepare(batch)
    assert prepared["scribble_image"].shape == (3, 3, 64, 64) and prepared["drawn_label"].tolist() == [
        0,
        1,
        0,
        2,
        -1,
        -1,
        -1,
    ]
    assert prepared["scribble_image"].amin((1, 2, 3)).max() < 0.5, "each has ink"
    outputs = model(prepared)
    assert outputs["drawn_embedding"].shape == outputs["drawn_text"].shape == (7, 16)
    assert torch.equal(outputs["drawn_embedding"][:4], outputs["sketch_embedding"])
    assert torch.equal(outputs["drawn_text"][:4], outputs["text_embedding"])
    caption = model.embed_captions(open_clip.SimpleTokenizer()(["a scribble"]))[0]
    torch.testing.assert_close(outputs["drawn_text"][4:], caption.expand(3, -1))
    assert len(model.eval().prepare(batch)["scribble_image"]) == 0


def test_maps_of_photo_and_sketch_are_outputs_by_layer(batch):
    model = network(map_layers=[3, 2], scribbles=2).eval()
    plain = network(scribbles=2).eval()
    seen = model.prepare(batch)
    outputs = model(seen)
    assert model.outputs[-4:] == ("image_map_3", "sketch_map_3", "image_map_2", "sketch_map_2")
    assert set(outputs) == set(model.outputs) == set(ContrastiveCLIP.declared_outputs(dict(map_layers=[3, 2])))
    assert outputs["image_map_2"].shape == (4, 64, 8, 8) and outputs["sketch_map_3"].shape == (4, 128, 4, 4)
    visual = model.clip.visual
    photo = (seen["image"] - model.mean) / model.std
    expected = visual.layer2(visual.layer1(visual.stem(photo)))
    torch.testing.assert_close(outputs["image_map_2"], expected, atol=1e-5, rtol=1e-4)
    for name, value in plain(seen).items():
        torch.testing.assert_close(outputs[name], value, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(scribbles=-1), r"ContrastiveCLIP.scribbles: got -1, expected a number of drawings, at least 0"),
        (dict(map_layers=[5]), r"ContrastiveCLIP.map_layers: got \[5\], expected different stages from 0 to 4"),
        (dict(map_layers=[2, 2]), r"got \[2, 2\], expected different stages"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        network(**arguments)
