"""Scenes that are one change away."""

import torch
from search_toys import scene, vector

from stillhouse.datasets.scene import DIMENSION, decode, validate
from stillhouse.datasets.scene.encoding import field
from stillhouse.engine.search.moves import Guide, moves, with_layer, without_layer

ONE = {"rotation": 0.5, "positionX": 0.1, "positionY": 0.0, "scaleX": 1.0, "scaleY": 1.0}
TWO = {**ONE, "rotation": -1.0, "geometry": "u"}


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_every_move_is_another_valid_scene_and_none_comes_twice():
    start = vector(layers=[ONE, TWO], noiseEnabled=True)
    found = decode(torch.stack(moves(start, None, drawn())))
    assert all(validate(one) == (one, []) for one in found)
    texts = {repr(one) for one in found}
    assert len(texts) == len(found) and repr(decode(start[None])[0]) not in texts
    counts = {len(one["layers"]) for one in found}
    assert counts == {1, 2, 3}
    assert {one["geometry"] for one in found if len(one["layers"]) == 2} > {"ring", "roundedRect"}
    assert any("geometry" not in layer for one in found for layer in one["layers"][1:2]), "an override is taken away"


def test_the_order_is_the_generator_s_without_a_guide():
    start = vector()
    orders = [torch.stack(moves(start, None, drawn(seed))) for seed in (0, 0, 1)]
    assert orders[0].equal(orders[1]) and not orders[0].equal(orders[2])
    assert sorted(map(repr, orders[0].tolist())) == sorted(map(repr, orders[2].tolist()))


def test_what_the_guide_holds_likely_comes_first():
    logits, one = torch.zeros(DIMENSION), field("origin")
    logits[one.slice.start + 3] = 9.0
    found = decode(torch.stack(moves(vector(), Guide(logits, torch.zeros(6)), drawn())))
    assert found[0] == scene(origin="top-left")
    many = Guide(torch.zeros(DIMENSION), torch.tensor([0.0, 9.0, 0, 0, 0, 0]))
    assert all(len(one["layers"]) == 1 for one in decode(torch.stack(moves(vector(), many, drawn())))[:4])


def test_layers_are_put_in_and_taken_out():
    start = vector(layers=[ONE, TWO])
    less = decode(without_layer(start, 0)[None])[0]["layers"]
    assert len(less) == 1 and less[0]["geometry"] == "u" and abs(less[0]["rotation"] + 1) < 1e-6
    more = decode(with_layer(start, {"rotation": 0.0, "scaleX": -1.0, "scaleY": 1.0})[None])[0]["layers"]
    assert len(more) == 3 and more[2]["scaleX"] == -1 and more[:2] == decode(start[None])[0]["layers"]


def test_a_scene_of_five_layers_gets_no_sixth():
    found = decode(torch.stack(moves(vector(layers=[ONE] * 5), None, drawn())))
    assert {len(one["layers"]) for one in found} == {4, 5}
