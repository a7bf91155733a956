import pytest
import torch
from scene_strategies import REAL_FILES, layer, scene

from stillhouse.datasets.scene.batch import SceneBatch
from stillhouse.datasets.scene.refs import read_refs
from stillhouse.datasets.scene.schema import GEOMETRIES, LAYER_SCHEMA, SCHEMA, validate
from stillhouse.models.scene import SceneRenderer
from stillhouse.models.scene.arcs import _table, arcs
from stillhouse.models.scene.reference import psnr, skia_image
from stillhouse.registry import MODELS

NOT_SMOOTH = {"repetitions", "ditherColors", "ditherScale", "ditherStrength", "ditherBias"}
NOT_SMOOTH |= {"noiseDensity", "noiseOpacity", "noiseSize"}


def some_scene(seed: int) -> dict:
    """A scene of a few repetitions whose continuous parameters are all drawn, with two layers that override everything."""
    generator = torch.Generator().manual_seed(seed)

    def number(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=generator))

    def draw(schema) -> dict:
        values = {each.name: number(each.low, each.high) for each in schema if each.kind == "continuous"}
        picks = {
            each.name: each.choices[int(number(0, len(each.choices)))] for each in schema if each.kind == "categorical"
        }
        near = dict(scaleFactor=number(0.7, 1.3), rotationFactor=number(-0.2, 0.2), stepFactor=number(0.05, 0.4))
        return {**values, **picks, **near, "geoWidth": number(0.02, 0.1), "alphaFactor": number(0.3, 1)}

    def draw_layer() -> dict:
        position = dict(positionX=number(-0.7, 0.7), positionY=number(-0.7, 0.7))
        return {**draw(LAYER_SCHEMA), **position, "scaleX": -number(0.4, 1.2), "scaleY": number(0.4, 1.2)}

    found = {**draw(SCHEMA), "repetitions": 5, "geometry": GEOMETRIES[seed % len(GEOMETRIES)], "positionCoupled": True}
    return validate({**found, "layers": [draw_layer(), draw_layer()]})[0]


SCENES = [some_scene(seed) for seed in range(10)]


def in_double(batch: SceneBatch) -> SceneBatch:
    for columns in (batch.values, batch.layer_values):
        columns.update({name: column.double() for name, column in columns.items()})
    return batch


def test_is_built_by_name_and_has_no_parameters():
    renderer = MODELS.build(dict(type="SceneRenderer", size=32))
    assert isinstance(renderer, SceneRenderer) and not list(renderer.parameters())
    image = renderer(SceneBatch.from_scenes(SCENES))
    assert image.shape == (10, 3, 32, 32) and image.dtype == torch.float32
    assert image.min() >= 0 and image.max() <= 1 and (image.flatten(1).max(1).values > 0.1).all()
    assert torch.equal(renderer.render(SCENES), image)


def test_a_size_of_the_call_wins_and_no_scenes_give_no_images():
    renderer = SceneRenderer(64)
    assert renderer.render(SCENES[:1], 24).shape == (1, 3, 24, 24)
    assert renderer.render([]).shape == (0, 3, 64, 64)


def test_up_is_up_and_the_color_is_the_scene_s():
    given = scene(
        layer(positionX=1.5, positionY=1.5, scaleX=0.1, scaleY=0.1, color="#D4C896"),
        repetitions=1,
        geometry="line",
        geoWidth=0.1,
    )
    image = SceneRenderer(50).render([validate(given)[0]])[0]
    cream = torch.tensor([0xFF, 0xFD, 0xDD]) / 255
    torch.testing.assert_close(image[:, 24, 25] / image[0, 24, 25], cream)
    row, column = divmod(int(image[0, :, 35:].flatten().argmax()), 15)
    assert (row, column + 35) in [(9, 39), (9, 40), (10, 39), (10, 40)]
    sand = torch.tensor([0xD4, 0xC8, 0x96]) / 0xD4
    torch.testing.assert_close(image[:, row, column + 35] / image[0, row, column + 35], sand)


def test_overlaps_add_up_to_white():
    once = validate(scene(repetitions=1, geometry="bar", alphaProgression="inverse", alphaFactor=0.3))[0]
    twice = {**once, "layers": [layer()]}
    often = {**once, "layers": [layer() for _ in range(5)], "color": "#FFFFF0", "alphaFactor": 1.0}
    first, second, third = SceneRenderer(64).render([once, twice, often])
    torch.testing.assert_close(second, 2 * first)
    assert third.max() == 1


def test_an_image_does_not_depend_on_the_others():
    renderer = SceneRenderer(40)
    together = renderer.render(SCENES[::-1])
    alone = torch.cat([renderer.render([each]) for each in SCENES[::-1]])
    torch.testing.assert_close(together, alone, atol=2e-6, rtol=0)


def test_planes_drawn_in_turns_do_not_show(monkeypatch):
    whole = SceneRenderer(40).render(SCENES)
    monkeypatch.setattr("stillhouse.models.scene.renderer.CANVAS", 5000)
    monkeypatch.setattr("stillhouse.models.scene.splat.PIECE", 50)
    torch.testing.assert_close(SceneRenderer(40).render(SCENES), whole, atol=2e-6, rtol=0)


def test_gradients_equal_central_differences():
    renderer, generator = SceneRenderer(24), torch.Generator().manual_seed(0)
    batch = in_double(SceneBatch.from_scenes(SCENES))
    weight = torch.randn(len(SCENES), 3, 30, 30, generator=generator, dtype=torch.float64)
    weight = torch.nn.functional.avg_pool2d(weight, 7, 1)

    def losses() -> torch.Tensor:
        return (renderer(batch) * weight).sum((1, 2, 3))

    places = [(batch.values, name, ...) for name in batch.values if name not in NOT_SMOOTH]
    places += [(batch.layer_values, name, (slice(None), k)) for name in batch.layer_values for k in (1,)]
    leaves = [columns[name].requires_grad_() for columns, name, _ in places]
    slopes = torch.autograd.grad(losses().sum(), leaves)
    assert len({name for _, name, _ in places}) >= 14
    for (columns, name, at), slope, leaf in zip(places, slopes, leaves, strict=True):
        step, values = torch.zeros_like(leaf), []
        step[at] = 1e-5
        with torch.no_grad():
            for sign in (1, -1):
                columns[name] = leaf + sign * step
                values.append(losses())
        columns[name] = leaf
        expected = (values[0] - values[1]) / 2e-5
        found = slope[at]
        assert expected.norm() > 0.1
        cosine = (found * expected).sum() / (found.norm() * expected.norm())
        assert cosine > 0.99 and found.norm() / expected.norm() == pytest.approx(1, abs=0.1), name


def test_dither_and_noise_pass_the_gradient():
    flags = dict(ditherEnabled=True, noiseEnabled=True, noiseDensity=0.5, noiseOpacity=0.3, ditherBias=0.1)
    batch = SceneBatch.from_scenes([{**SCENES[0], **flags}, SCENES[1]])
    for leaf in batch.values.values():
        leaf.requires_grad_()
    image = SceneRenderer(32)(batch)
    (image * torch.rand(image.shape, generator=torch.Generator().manual_seed(0))).sum().backward()
    assert not torch.equal(image[:1], SceneRenderer(32).render(SCENES[:1]))
    torch.testing.assert_close(image[1:], SceneRenderer(32).render(SCENES[1:2]), atol=2e-6, rtol=0)
    for name in ("geoWidth", "stepFactor", "ditherStrength", "ditherBias", "noiseDensity", "noiseOpacity"):
        assert batch.values[name].grad[0] != 0, name
        assert name in ("geoWidth", "stepFactor") or batch.values[name].grad[1] == 0, name


def test_equals_skia():
    images = SceneRenderer(64).render(SCENES)
    found = [psnr(image, skia_image(each, 64)) for image, each in zip(images, SCENES, strict=True)]
    assert min(found) > 30 and sorted(found)[len(found) // 2] > 36


def test_half_precision_is_drawn_in_single():
    batch = SceneBatch.from_scenes(SCENES[:1])
    batch.values = {name: column.bfloat16() for name, column in batch.values.items()}
    assert SceneRenderer(16)(batch).dtype == torch.float32


def test_a_table_first_needed_without_gradients_serves_with_them():
    _table.cache_clear()
    arcs.cache_clear()
    with torch.inference_mode():
        SceneRenderer(16).render([validate(scene(geometry="spiral", repetitions=1))[0]])
    batch = SceneBatch.from_scenes([validate(scene(geometry="spiral", repetitions=1))[0]])
    batch.values["geoWidth"].requires_grad_()
    SceneRenderer(16)(batch).sum().backward()
    assert batch.values["geoWidth"].grad > 0


def test_a_size_below_one_is_refused():
    with pytest.raises(ValueError, match=r"got size=0, expected at least 1 pixel"):
        SceneRenderer(0)
    with pytest.raises(ValueError, match=r"got size=-3"):
        SceneRenderer(4).render(SCENES[:1], -3)


@pytest.mark.parametrize("of", ["values", "layer_values"])
def test_parameters_that_are_not_finite_are_refused(of):
    batch = SceneBatch.from_scenes(SCENES[:2])
    getattr(batch, of)["geoWidth"][1] = float("nan")
    name = "geoWidth" if of == "values" else "layers.geoWidth"
    with pytest.raises(ValueError, match=rf"scene 1 has {name}=nan, expected a finite number"):
        SceneRenderer(16)(batch)


@pytest.mark.data
@pytest.mark.skipif(not all(path.exists() for path in REAL_FILES), reason="no real scenes in ../shared/data")
def test_real_scenes_are_drawn():
    found = [ref.scene for path in REAL_FILES for ref in read_refs(path)][::8]
    image = SceneRenderer(48).render(found)
    assert image.isfinite().all() and ((image.flatten(1).max(1).values > 0.02).double().mean() > 0.95)
