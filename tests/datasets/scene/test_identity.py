"""Which scenes are the same."""

from scene_toys import scenes

from stillhouse.datasets.scene import from_body, to_entries, to_flat, to_prefixed
from stillhouse.datasets.scene.identity import content_key, scene_key


def test_forms_and_orders_do_not_matter():
    scene = scenes(1)[0]
    backwards = dict(reversed(list(scene.items())))
    same = [from_body(form(scene))[0] for form in (to_flat, to_prefixed, to_entries)]
    assert {scene_key(one) for one in (scene, backwards, *same)} == {scene_key(scene)}


def test_any_parameter_matters_and_the_sign_of_zero_does_not():
    scene = {**scenes(1)[0], "xStep": 0.0}
    assert scene_key({**scene, "xStep": -0.0}) == scene_key(scene)
    others = [{**scene, "xStep": 0.001}, {**scene, "layers": scene["layers"][1:]}, {**scene, "noiseSize": 0.11}]
    assert len({scene_key(one) for one in (scene, *others)}) == 4


def test_content_keys_ignore_the_order_of_keys():
    assert content_key({"a": 1, "b": [2]}) == content_key({"b": [2], "a": 1}) != content_key({"a": 1, "b": [3]})
