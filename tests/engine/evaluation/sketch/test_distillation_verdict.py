"""What must hold, on figures by hand."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from stillhouse.engine.evaluation.latent.criteria import Judgement
from stillhouse.engine.evaluation.sketch.distillation import Comparison, Part, Row
from stillhouse.engine.evaluation.sketch.distillation_images import Images
from stillhouse.engine.evaluation.sketch.distillation_judges import CaptionJudge, SketchJudge
from stillhouse.engine.evaluation.sketch.distillation_verdict import judge_part, judged

STROKES = torch.zeros(1, 1, 4, 2)
IMAGES = Images("test", "", torch.zeros(1, 3, 8, 8), torch.zeros(1, dtype=torch.int64), ["a"], STROKES, [None])
GOOD = dict(agreement_points=0.6, agreement_raster=0.1, agreement_clip=0.7, chamfer=0.12, gap_ratio=1.25)
POINTS = SketchJudge("points", object(), [], Path())
RASTER = SketchJudge("raster", type("Drawing", (), {"renderer": None})(), [], Path())
CLIP = object.__new__(CaptionJudge)
CLIP.name = "clip"
JUDGES = (POINTS, RASTER, CLIP)


def row(kind: str, **changes: float) -> Row:
    base = dict(agreement_points=0.5, agreement_raster=0.9, agreement_clip=0.5, chamfer=0.2, gap=0.1, gap_ratio=1.0)
    return Row(kind, "", STROKES, {**base, **changes})


def part(*distilled: dict, refined: dict | None = None, control: dict | None = None) -> Part:
    rows = [row("true sketches", chamfer=0.02), row("bootstrap")]
    rows += [] if control is None else [row("control", **control)]
    rows += [row("distilled", **one) for one in distilled]
    return Part(IMAGES, rows + ([] if refined is None else [row("refined", **refined)]))


def verdict(found: list[Judgement]) -> dict[str, bool | None]:
    return {one.name: one.passed for one in found}


def test_the_criteria_and_their_edges():
    found = judge_part(part(GOOD, control={}), JUDGES)
    assert verdict(found) == {
        "stroke judge against the bootstrap": True,
        "stroke judge against the control": True,
        "second CLIP against the bootstrap": True,
        "second CLIP against the control": True,
        "Chamfer against the bootstrap": True,
        "Chamfer against the control": True,
        "gap against the bootstrap": True,
    }
    assert [one.bound for one in found][::2] == [
        "above 0.500",
        "above 0.500",
        "at most 0.6 x 0.2000 = 0.1200",
        "ratio at most 1.25",
    ]


@pytest.mark.parametrize(
    ("changes", "failing"),
    [
        (dict(agreement_points=0.5), ["stroke judge against the bootstrap", "stroke judge against the control"]),
        (dict(agreement_clip=0.4), ["second CLIP against the bootstrap", "second CLIP against the control"]),
        (dict(chamfer=0.1201), ["Chamfer against the bootstrap", "Chamfer against the control"]),
        (dict(chamfer=math.nan), ["Chamfer against the bootstrap", "Chamfer against the control"]),
        (dict(gap_ratio=1.26), ["gap against the bootstrap"]),
    ],
)
def test_each_fails_by_itself_and_one_bad_seed_is_enough(changes: dict, failing: list[str]):
    for seeds in ([{**GOOD, **changes}], [GOOD, {**GOOD, **changes}, GOOD]):
        found = verdict(judge_part(part(*seeds, control={}), JUDGES))
        assert [name for name, passed in found.items() if not passed] == failing


def test_the_control_is_a_reference_of_its_own():
    found = verdict(judge_part(part(GOOD, control=dict(agreement_points=0.65, chamfer=0.13)), JUDGES))
    assert [name for name, passed in found.items() if not passed] == [
        "stroke judge against the control",
        "Chamfer against the control",
    ]


def test_where_the_reference_is_always_right_the_same_is_enough():
    perfect = part({**GOOD, "agreement_points": 1.0}, control=dict(agreement_points=1.0))
    found = judge_part(perfect, JUDGES)
    assert found[1].passed and found[1].bound == "1, as the reference"
    worse = part({**GOOD, "agreement_points": 0.99}, control=dict(agreement_points=1.0))
    assert judge_part(worse, JUDGES)[1].passed is False


def test_what_is_missing_is_not_judged_and_does_not_pass():
    found = judge_part(part(GOOD, refined={}), (RASTER,))
    notes = {one.name: one.note for one in found if one.passed is None}
    assert notes["stroke judge against the bootstrap"] == "no stroke judge among --judges", "a picture judge is none"
    assert notes["second CLIP against the bootstrap"] == "no second CLIP among --judges"
    assert notes["refined: second CLIP"] == "no second CLIP among --judges"
    assert notes["Chamfer against the control"] == "no --control"
    assert verdict(judge_part(part(GOOD), JUDGES))["stroke judge against the control"] is None
    nowhere = part({**GOOD, "chamfer": math.nan}, control=dict(chamfer=math.nan), refined={})
    rows = [replace(one, figures={**one.figures, "chamfer": math.nan}) for one in nowhere.rows]
    found = judge_part(replace(nowhere, rows=rows), JUDGES)
    assert {one.note for one in found if "Chamfer" in one.name} == {"no masks"}
    assert not Comparison([judged(part(GOOD), JUDGES)], [], None, 0).passed


def test_refined_drawings_have_bounds_of_their_own():
    good = part(GOOD, control={}, refined=dict(agreement_clip=0.9, chamfer=0.06))
    assert set(verdict(judge_part(good, JUDGES)).values()) == {True}
    bad = verdict(judge_part(part(GOOD, control={}, refined=dict(agreement_clip=0.89, chamfer=0.061)), JUDGES))
    assert [name for name, passed in bad.items() if not passed] == [
        "refined: second CLIP",
        "refined: Chamfer against true sketches",
    ]


def test_seeds_are_summed_up_by_mean_and_spread():
    seeds = part(GOOD, {**GOOD, "agreement_points": 0.8}, control={})
    (first, *_) = judge_part(seeds, JUDGES)
    assert first.values == (0.6, 0.8) and first.note == "mean 0.7 ± 0.1414 of 2 seeds"
    (distilled,) = [one for one in seeds.summaries() if one.name == "distilled"]
    assert distilled.n == 2 and distilled.metrics["agreement_points"].mean == pytest.approx(0.7)


def test_the_word():
    passed, failed = (judged(part(one, control={}), JUDGES) for one in (GOOD, {}))
    assert Comparison([passed], [], None, 0).word == "PASS" and Comparison([passed, failed], [], None, 0).word == "FAIL"
    assert Comparison([part(GOOD)], [], None, 0).word == "" and not Comparison([part(GOOD)], [], None, 0).judged
