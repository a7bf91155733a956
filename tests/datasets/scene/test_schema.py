"""The parameters of scenes, and scenes checked against them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene_strategies import SETTINGS, layer, scene, scenes

from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.schema import LAYER_SCHEMA, SCHEMA, default_scene, parameter, validate

PI = math.pi
RANGES = {
    "repetitions": (1, 500), "alphaFactor": (0, 1), "scaleFactor": (0, 2), "rotationFactor": (-1, 1), "stepFactor": (0.02, 2),
    "xStep": (-2, 2), "yStep": (-2, 2), "scale": (0.85, 1.5), "geoWidth": (0.001, 0.1), "gradientAngle": (-PI, PI),
    "noiseDensity": (0, 1), "noiseOpacity": (0, 0.4), "noiseSize": (0.1, 0.5), "ditherColors": (8, 32),
    "ditherStrength": (0.2, 0.8), "ditherScale": (1, 8), "ditherBias": (0, 0.5),
}  # fmt: skip
LAYER_RANGES = {
    "rotation": (-PI, PI), "positionX": (-2, 2), "positionY": (-2, 2), "scaleX": (-2, 2), "scaleY": (-2, 2),
    "stepFactor": (0, 2), "alphaFactor": (0, 1), "scaleFactor": (0, 2), "rotationFactor": (-1, 1), "geoWidth": (0.001, 0.1),
}  # fmt: skip
COUNTS = {
    "scaleProgression": 6, "rotationProgression": 4, "alphaProgression": 3, "positionProgression": 2, "origin": 7,
    "geometry": 10, "color": 10, "ditherType": 3, "ditherMatrix": 3,
}  # fmt: skip
# name, value, what it becomes, what is said of it
FAULTS = [
    ("repetitions", -27, 1, "repetitions: got -27, expected an integer in [1, 500]; taken as 1"),
    ("repetitions", 524, 500, "repetitions: got 524, expected an integer in [1, 500]; taken as 500"),
    ("repetitions", 11.7, 12, "repetitions: got 11.7, expected an integer in [1, 500]; taken as 12"),
    ("repetitions", 10**400, 500, "taken as 500"),
    ("repetitions", "12", 120, "repetitions: got '12', expected an integer in [1, 500]; taken as 120"),
    ("repetitions", True, 120, "repetitions: got True"),
    ("xStep", -2.27, -2.0, "xStep: got -2.27, expected a number in [-2, 2]; taken as -2.0"),
    ("xStep", math.nan, 0.0, "xStep: got nan"),
    ("xStep", math.inf, 2.0, "xStep: got inf"),
    ("xStep", None, 0.0, "xStep: got None"),
    ("gradientAngle", 4.0, 4 - 2 * PI, "gradientAngle: got 4.0, expected a number in [-3.14159, 3.14159]; taken as -2.28"),
    ("gradientAngle", -3.142, 2 * PI - 3.142, "gradientAngle: got -3.142"),
    ("gradientAngle", -math.inf, -PI, "gradientAngle: got -inf"),
    ("gradientAngle", 10**400, PI, "gradientAngle: got 1000"),
    ("positionCoupled", 1.1755, True, "positionCoupled: got 1.1755, expected true or false; taken as True"),
    ("positionCoupled", "no", False, "positionCoupled: got 'no', expected true or false; taken as False"),
    ("geometry", "star", "ring", "geometry: got 'star', expected one of ring, bar, line"),
    ("geometry", ["u"], "ring", "geometry: got ['u']"),
    ("ditherMatrix", 7, 8, "ditherMatrix: got 7, expected one of 2, 4, 8; taken as 8"),
    ("ditherMatrix", True, 4, "ditherMatrix: got True"),
    ("color", "#a7a7a7", "#D4C896", "color: got '#a7a7a7', expected one of #FFFDDD"),
    ("color", "#fff", "#FFFFF0", "color: got '#fff'"),
    ("color", "cream", "#FFFDDD", "color: got 'cream'"),
    ("rotation", 1.47, None, "rotation: got 1.47, expected 0 (it is fixed); taken as 0"),
    ("debug", True, None, "debug: got True, expected False (it is fixed); taken as False"),
    ("geometri", "u", None, "geometri: got 'u', expected no such key. Known: geometry"),
]  # fmt: skip


def test_ranges_and_choices():
    assert {each.name: (each.low, each.high) for each in SCHEMA if each.is_number} == RANGES
    assert {each.name: (each.low, each.high) for each in LAYER_SCHEMA if each.is_number} == LAYER_RANGES
    assert {each.name: len(set(each.choices)) for each in SCHEMA if each.kind == "categorical"} == COUNTS
    booleans = {each.name: each.probability for each in SCHEMA if each.kind == "boolean"}
    assert booleans == {"positionCoupled": 0.5, "noiseEnabled": 0.35, "ditherEnabled": 0.35, "ditherGrayscale": 0.1}
    fixed = {each.prefixed: each.default for each in SCHEMA if each.kind == "fixed"}
    assert fixed == {"Scene.rotation": 0, "Scene.position": 0, "Scene.debug": False, "Scene.transform": False}
    optional = {each.name: each.probability for each in LAYER_SCHEMA if each.optional}
    assert optional == {**dict.fromkeys(list(LAYER_RANGES)[5:], 0.3), "color": 0.2, "geometry": 0.4}


def test_names_and_defaults():
    assert len({each.name for each in SCHEMA}) == len(SCHEMA)
    assert parameter("noiseDensity").prefixed == "Noise.density" and parameter("scale").prefixed == "Scene.scale"
    assert parameter("color", layer=True).prefixed.format(i=3) == "Groups.g3.g3-color"
    assert parameter("geoWidth").default == 0.041
    default = default_scene()
    assert validate(default) == (default, []) and default["layers"] == []
    with pytest.raises(SceneError, match=r"parameter: got 'geoWith', expected a parameter's name\. Known: geoWidth"):
        parameter("geoWith")


@SETTINGS
@given(scenes())
def test_a_scene_within_the_schema_stays_as_it_is(given_scene: dict):
    assert validate(given_scene) == (given_scene, [])
    assert validate(given_scene, "clamp") == (given_scene, [])


@pytest.mark.parametrize(("name", "value", "becomes", "message"), FAULTS)
def test_faults_are_refused_or_mended_with_a_message(name: str, value: object, becomes: object, message: str):
    found, messages = validate(scene(**{name: value}), "clamp")
    assert len(messages) == 1 and message in messages[0]
    assert name not in found if becomes is None else found[name] == becomes and type(found[name]) is type(becomes)
    assert validate(found) == (found, [])
    with pytest.raises(SceneError) as caught:
        validate(scene(**{name: value}))
    assert str(caught.value).startswith(message.split(", expected")[0] if message.startswith(name) else name)
    assert "Correct it, or ask for clamping." in str(caught.value)


def test_what_means_the_same_is_no_fault():
    same = scene(noiseEnabled=1, positionCoupled=0, color="ffe4b5", repetitions=60.0, xStep=1, rotation=0.0, debug=0)
    found, messages = validate(same)
    assert not messages and found["noiseEnabled"] is True and found["positionCoupled"] is False
    assert found["color"] == "#FFE4B5" and found["repetitions"] == 60 and type(found["repetitions"]) is int
    assert type(found["xStep"]) is float and "rotation" not in found and "debug" not in found
    assert validate(scene(repetitions=np.int64(7), xStep=np.float32(0.5)))[0]["repetitions"] == 7


def test_what_is_absent_gets_its_default():
    found, messages = validate({"layers": [{"color": "#FFFDDD"}]})
    assert not messages and found == scene(layer(color="#FFFDDD"))


def test_layers():
    found, messages = validate(scene(layer(rotation=3.5, glow=1), layer(geometry="star")), "clamp")
    assert found == scene(layer(rotation=3.5 - 2 * PI), layer(geometry="ring"))
    assert [message.split(":")[0] for message in messages] == [
        "layers[0].glow",
        "layers[0].rotation",
        "layers[1].geometry",
    ]
    with pytest.raises(SceneError, match=r"layers\[0\]\.glow: got 1.* 2 more of its values do not fit"):
        validate(scene(layer(rotation=3.5, glow=1), layer(geometry="star")))
    found, messages = validate(scene(*[layer(positionX=i / 10) for i in range(7)]), "clamp")
    assert [each["positionX"] for each in found["layers"]] == [0, 0.1, 0.2, 0.3, 0.4]
    assert messages == ["layers: got 7 layers, expected at most 5; the first 5 are kept"]


@pytest.mark.parametrize("on_error", ["raise", "clamp"])
@pytest.mark.parametrize(
    ("value", "message"),
    [([1], "scene: got [1], expected a dict"), ({"layers": 3}, "layers: got 3, expected a list of dicts"),
     ({"layers": [{}, None]}, "layers: got [{}, None], expected a list of dicts")],
)  # fmt: skip
def test_what_is_no_scene_at_all_is_always_refused(on_error, value, message: str):
    with pytest.raises(SceneError) as caught:
        validate(value, on_error)
    assert str(caught.value).startswith(message)


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
)
NAMES = st.sampled_from([each.name for each in (*SCHEMA, *LAYER_SCHEMA)]) | st.text(max_size=4)


@SETTINGS
@given(st.dictionaries(NAMES, ANYTHING), st.lists(st.dictionaries(NAMES, ANYTHING), max_size=7))
def test_clamping_mends_anything_and_says_what_it_changed(members: dict, layers: list[dict]):
    members.pop("layers", None)
    found, messages = validate({**members, "layers": layers}, "clamp")
    assert validate(found) == (found, [])
    for name, value in members.items():
        told = any(message.startswith(f"{name}: got ") for message in messages)
        assert (
            told
            or name not in found
            or found[name] == value
            or str(found[name]) == f"#{str(value).lstrip('#').upper()}"
        )


@SETTINGS
@given(st.floats(-1e5, 1e5))
def test_wrapped_angles_point_the_same_way(angle: float):
    found = validate(scene(gradientAngle=angle), "clamp")[0]["gradientAngle"]
    assert -PI <= found <= PI
    assert math.isclose(math.sin(found), math.sin(angle), abs_tol=1e-9)
    assert math.isclose(math.cos(found), math.cos(angle), abs_tol=1e-9)
