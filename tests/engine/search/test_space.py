"""Which parameters have an effect, and changes of single ones."""

import torch
from search_toys import scene, vector

from stillhouse.datasets.scene import decode
from stillhouse.datasets.scene.encoding import field
from stillhouse.engine.search import space

LAYER = {"rotation": 0.5, "positionX": 0.1, "positionY": 0.0, "scaleX": 1.0, "scaleY": 1.0}


def names(of: torch.Tensor) -> set[str]:
    return {
        f"{one.field.layer}.{one.field.name}" if one.field.layer is not None else one.field.name
        for one in space.variables(of)
    }


def test_numbers_of_noise_and_dither_count_only_where_they_are_enabled():
    plain, noisy = names(vector()), names(vector(noiseEnabled=True))
    assert {"noiseEnabled", "ditherEnabled", "repetitions", "geometry"} <= plain
    assert noisy - plain == {"noiseDensity", "noiseOpacity", "noiseSize"} and plain <= noisy
    bayer = names(vector(ditherEnabled=True)) - plain
    assert "ditherMatrix" in bayer and "ditherColors" in bayer
    assert bayer - (names(vector(ditherEnabled=True, ditherType="noise")) - plain) == {"ditherMatrix"}


def test_layers_and_overrides_count_where_they_are():
    bare = names(vector(layers=[LAYER]))
    assert {"0.present", "0.rotation", "0.scaleX"} <= bare and "0.stepFactor" not in bare and "1.rotation" not in bare
    own = names(vector(layers=[{**LAYER, "stepFactor": 0.5, "geometry": "u"}]))
    assert own - bare == {"0.stepFactor", "0.geometry"}


def test_an_effect_changes_the_image_and_what_has_none_does_not():
    from stillhouse.models.scene.renderer import SceneRenderer

    renderer, base = (
        SceneRenderer(24),
        vector(layers=[LAYER], repetitions=3, scaleFactor=0.8, rotationFactor=0.05, xStep=0.4, yStep=0.3),
    )
    counted = {one.at for one in space.variables(base)}
    before = renderer.render(decode(base[None]))
    places, _ = space.continuous_entries()
    for place in places.tolist():
        changed = base.clone()
        changed[place] = 0.5 * changed[place] + 0.31
        differs = bool((renderer.render(decode(changed[None])) - before).abs().max() > 1e-6)
        assert differs == (place in counted), place


def test_categories_are_read_and_written():
    one = field("geometry")
    changed = space.with_category(vector(), one, 4)
    assert decode(changed[None])[0] == scene(geometry="u") and space.category(changed, one) == 4
    switch = field("noiseEnabled")
    assert decode(space.with_category(vector(), switch, 1)[None])[0] == scene(noiseEnabled=True)


def test_a_configuration_is_what_is_left_without_the_numbers():
    assert space.configuration(vector(stepFactor=0.5)) == space.configuration(vector(stepFactor=0.9))
    assert space.configuration(vector()) != space.configuration(vector(geometry="u"))
    assert space.configuration(vector(ditherType="noise")) == space.configuration(vector()), "it is disabled"


def test_angles_are_known_among_the_continuous_entries():
    places, angles = space.continuous_entries()
    assert field("repetitions").slice.start not in places.tolist()
    found = {place for place, angle in zip(places.tolist(), angles.tolist()) if angle}
    assert found == {field("gradientAngle").slice.start, *(field("rotation", i).slice.start for i in range(5))}
