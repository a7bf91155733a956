"""The forms in which scenes travel."""

import json

import pytest
from hypothesis import given
from scene_strategies import REAL_FILES, SETTINGS, layer, scene, scenes

from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.forms import form_of, from_body, to_entries, to_flat, to_prefixed
from stillhouse.datasets.scene.refs import read_refs

FORMS = {"flat": to_flat, "prefixed": to_prefixed, "entries": to_entries}
HAND = scene(layer(scaleY=-0.5, color="#F5DEB3"), layer(positionX=1.0), ditherType="halftone", noiseSize=0.25)


def test_the_flat_form_by_hand():
    body = to_flat(HAND)
    assert body["position"] == {"x": 0, "y": 0} and body["scale"] == 1.0 and body["noiseSize"] == 0.25
    assert body["dither"] == {
        "enabled": False, "type": "halftone", "matrix": 4, "colors": 16, "strength": 0.5, "scale": 2.0, "bias": 0.0,
        "grayscale": False,
    }  # fmt: skip
    assert body["layers"][0] == {
        "rotation": 0.0, "position": {"x": 0.0, "y": 0.0}, "scale": {"x": 1.0, "y": -0.5}, "color": "#F5DEB3",
    }  # fmt: skip
    assert body["debug"] is False and body["transform"] is False and "ditherType" not in body


def test_the_prefixed_form_by_hand():
    body = to_prefixed(HAND)
    assert body["Scalars.repetitions"] == 120 and body["Scene.position"] == {"x": 0, "y": 0}
    assert body["Dither.type"] == "halftone" and body["Groups.g1.g1-position"] == {"x": 1.0, "y": 0.0}
    layers = [key for key in body if key.startswith("Groups.")]
    assert (
        layers
        == [f"Groups.g{i}.g{i}-{name}" for i in (0, 1) for name in ("rotation", "position", "scale", "color")][:-1]
    )


def test_the_entries_by_hand():
    entries = to_entries(HAND)
    assert entries["Noise.size"] == {"value": 0.25, "disabled": False}
    assert entries["Groups.g0.g0-color"] == {"value": "#F5DEB3", "disabled": False}
    assert entries["Groups.g1.g1-color"] == {"value": "#FFFDDD", "disabled": True}
    assert entries["Groups.g1.g1-stepFactor"] == {"value": 0.13, "disabled": True}


@SETTINGS
@given(scenes())
def test_there_and_back(given_scene: dict):
    for name, form in FORMS.items():
        body = json.loads(json.dumps(form(given_scene)))
        assert form_of(body) == name and from_body(body) == (given_scene, [])
    assert from_body(given_scene) == (given_scene, [])


@pytest.mark.data
@pytest.mark.skipif(not all(path.exists() for path in REAL_FILES), reason="no real scenes in ../shared/data")
def test_every_real_line_there_and_back():
    for path in REAL_FILES:
        for ref in read_refs(path):
            for form in FORMS.values():
                assert from_body(form(ref.scene)) == (ref.scene, [])


def test_what_is_disabled_counts_as_absent():
    entries = to_entries(scene(layer(geoWidth=0.09, alphaFactor=0.5), repetitions=40))
    for key in ("Scalars.repetitions", "Groups.g0.g0-geoWidth"):
        entries[key]["disabled"] = True
    assert from_body(entries) == (scene(layer(alphaFactor=0.5)), [])
    for key in entries:
        if key.startswith("Groups."):
            entries[key]["disabled"] = True
    assert from_body(entries) == (scene(), [])


def test_plain_keys_may_stand_among_entries():
    mixed = {
        "Element.geometry": "u",
        "Scalars.repetitions": {"value": 9, "disabled": False},
        "Scene.position": {"x": 0, "y": 0},
    }
    assert from_body(mixed) == (scene(geometry="u", repetitions=9), [])


def test_gaps_between_layers_are_closed_in_the_order_of_their_numbers():
    body = {"Element.geometry": "u", **{f"Groups.g{i}.g{i}-rotation": i / 10 for i in (10, 4, 1)}}
    assert [each["rotation"] for each in from_body(body)[0]["layers"]] == [0.1, 0.4, 1.0]


PREFIXED = {"Element.geometry": "u"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({**PREFIXED, "CRT.bleed": 0.5}, "CRT.bleed: got 0.5, expected no such key"),
        (
            {**PREFIXED, "Noise.densty": 0.5},
            "Noise.densty: got 0.5, expected no such key. Known: Noise.density; left out",
        ),
        ({**PREFIXED, "repetitions": 3}, "repetitions: got 3, expected no such key"),
        ({**PREFIXED, "Groups.g0.g1-color": "#FFFDDD"}, "Groups.g0.g1-color: got '#FFFDDD', expected no such key"),
        ({**PREFIXED, "Groups.g{i}.g{i}-color": 1}, "Groups.g{i}.g{i}-color: got 1, expected no such key"),
        ({**PREFIXED, "Scene.position": 3}, "Scene.position: got 3, expected a pair of x and y; taken as absent"),
        ({**PREFIXED, "Scene.position": {"x": 0, "z": 1}}, "Scene.position.z: got 1, expected x and y alone; left out"),
        ({"dither": 3}, "dither: got 3, expected an object; taken as absent"),
        ({"dither": {"typ": 1}}, "dither.typ: got 1, expected one of enabled, type"),
        (
            {"ditherScale": 2, "dither": {"scale": 3}},
            "dither.scale: got 3, expected ditherScale to be given once; taken as 2",
        ),
        ({"layers": [{"glow": 1}]}, "layers[0].glow: got 1, expected no such key"),
        ({"layers": [{"scale": [1, 1]}]}, "layers[0].scale: got [1, 1], expected a pair"),
        ({"Noise.size": {"value": 0.2, "disabled": "no"}}, "Noise.size.disabled: got 'no', expected true or false"),
        ({"Noise.size": {"value": 0.2, "hidden": 1}}, "Noise.size.hidden: got 1, expected value and disabled alone"),
        ({**PREFIXED, "Noise.size": 9}, "noiseSize: got 9, expected a number in [0.1, 0.5]; taken as 0.5"),
    ],
)
def test_faults(body: dict, message: str):
    messages = from_body(body, "clamp")[1]
    assert len(messages) == 1 and messages[0].startswith(message)
    with pytest.raises(SceneError) as caught:
        from_body(body)
    assert str(caught.value).startswith(message.split(";")[0].split(". Known")[0])


def test_what_is_no_body_is_always_refused():
    with pytest.raises(SceneError, match="body: got 3, expected an object"):
        from_body(3, "clamp")  # type: ignore[arg-type]
    with pytest.raises(SceneError, match="layers: got 3, expected a list of dicts"):
        from_body({"layers": 3}, "clamp")
