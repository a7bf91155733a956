"""Each way of being wrong fails the criterion that is meant for it; natural fields pass them all."""

from dataclasses import replace

import numpy as np
import pytest
from latent_fields import checkerboard, natural, standardized
from rich.console import Console

from stillhouse.engine.evaluation.latent.criteria import CRITERIA, directions_needed, judge_probe, relative_range
from stillhouse.engine.evaluation.latent.statistics import Evaluation
from stillhouse.engine.evaluation.latent.subject import SeedRun, subject_of_arrays
from stillhouse.engine.evaluation.latent.verdict import Verdict, collapses_of, judge, print_verdict

GOOD = Evaluation((2.0,) * 6, (1.0,) * 6, 1000.0, 6.0, 0.03, 0.1, 0.0, 0.6, 10.0, 1.0, 1.1, 1.05, 500)
OF_SEEDS = {"seeds", "every seed passes", "spread of seeds"}


@pytest.fixture(scope="module")
def fields() -> np.ndarray:
    return natural(0, sentences=16)


def run_of(latents: np.ndarray) -> SeedRun:
    return subject_of_arrays("seed 0", latents).run


def seed(name: str, alpha: float = 2.0, **changes) -> SeedRun:
    """A seed of three good evaluations; the numbers differ from other seeds' as in life."""
    last = replace(GOOD, **{"alpha": (alpha,) * 6, **changes})
    return SeedRun(name, (replace(last, tv_over_std=1010.0), replace(last, tv_over_std=1005.0), last))


def failing(verdict: Verdict) -> set[str]:
    return {judgement.name for judgement in verdict.all() if judgement.passed is False}


def failing_alone(run: SeedRun) -> set[str]:
    """What fails beside there being one seed only."""
    return failing(judge([run])) - OF_SEEDS


def test_natural_fields_of_three_seeds_pass():
    runs = [subject_of_arrays(f"seed {number}", natural(number, 16)).run for number in range(3)]
    verdict = judge(runs)
    assert failing(verdict) == set() and verdict.passed and verdict.word == "PASS" and not verdict.collapses
    assert len(verdict.seeds["seed 0"]) == len(CRITERIA) + 1 and len(verdict.together) == 3


def test_white_noise():
    noise = np.random.default_rng(0).standard_normal((3, 16, 6, 32, 32))
    # Its kurtosis is 3 up to chance, so that criterion may say either.
    assert failing_alone(run_of(noise)) - {"gradient kurtosis"} == {"spectrum"}


def test_zeros():
    verdict = judge([run_of(np.zeros((3, 16, 6, 32, 32)))])
    assert {"spectrum", "TV/std steady", "variance", "between sentences", "participation ratio"} <= failing(verdict)
    assert verdict.collapses == {"seed 0": ["collapsed: dead latent (no variance: at most 0 in any channel)"]}


def test_a_tiny_amplitude_fails_by_its_variance_alone(fields):
    run = run_of(1e-3 * fields)
    assert failing_alone(run) == {"variance", "dead maps"}
    assert collapses_of(run.last)[0].startswith("collapsed: dead latent (no variance: at most 1e-06")


def test_an_amplitude_too_large_is_no_collapse(fields):
    run = run_of(2 * fields)
    assert failing_alone(run) == {"variance"} and collapses_of(run.last) == []


def test_one_map_for_all_sentences(fields):
    run = run_of(np.repeat(fields[:, :1], 16, 1))
    assert {"between sentences", "participation ratio"} <= failing_alone(run)
    assert any("collapsed: one map for all sentences" in words for words in collapses_of(run.last))


def test_one_mode_over_the_sentences(fields):
    strength = np.linspace(-1, 1, 16)[:, None, None, None]
    assert "participation ratio" in failing_alone(run_of(standardized(fields[:, :1] + strength * fields[:, 1:2])))


@pytest.mark.parametrize("amplitude", [0.05, 0.1])
def test_a_weak_checkerboard_on_natural_fields(fields, amplitude: float):
    assert failing_alone(run_of(standardized(fields + checkerboard(amplitude)))) == {"checkerboard"}


def test_a_checkerboard_alone():
    board = np.tile(checkerboard(1.0), (3, 16, 6, 1, 1))
    assert {"checkerboard", "spectrum", "gradient kurtosis"} <= failing_alone(run_of(board))


def test_identical_channels(fields):
    run = run_of(np.repeat(fields[:, :, :1], 6, 2))
    assert failing_alone(run) == {"channel correlation", "copied channels"}
    assert collapses_of(run.last) == ["collapsed: identical channels (correlation 1.000)"]


def test_dead_channels(fields):
    latents = fields.copy()
    latents[:, :, [2, 5]] = 0
    run = run_of(latents)
    assert "variance" in failing_alone(run)
    assert collapses_of(run.last) == ["collapsed: dead channels 2, 5 (variance below 0.5)"]


def test_a_bright_border(fields):
    frame = np.ones((32, 32))
    frame[3:-3, 3:-3] = 0
    assert "border" in failing_alone(run_of(standardized(fields + 1.5 * frame)))


def test_a_drifting_tv():
    drifting = [replace(GOOD, tv_over_std=value) for value in (1060.0, 1030.0, 1000.0)]
    assert failing_alone(SeedRun("seed 0", tuple(drifting))) == {"TV/std steady"}
    # Only the last three count, and they must have settled.
    settled = (*drifting, replace(GOOD, tv_over_std=1001.0), GOOD)
    assert failing_alone(SeedRun("seed 0", settled)) == set()


def test_the_spectrum_must_hold_at_each_of_the_last_three_evaluations():
    lost = replace(GOOD, alpha=(2.0, 2.0, 2.0, 1.4, 1.4, 2.6))
    assert failing_alone(SeedRun("seed 0", (GOOD, lost, GOOD))) == {"spectrum"}
    assert failing_alone(SeedRun("seed 0", (lost, GOOD, GOOD, GOOD))) == set()
    enough = replace(GOOD, alpha=(2.0, 2.0, 1.5, 2.5, 1.4, 2.6))
    assert failing_alone(SeedRun("seed 0", (enough,) * 3)) == set()


def test_fewer_than_three_evaluations_fail_and_say_so():
    verdict = judge([SeedRun("seed 0", (GOOD, GOOD))])
    notes = {judgement.name: judgement.note for judgement in verdict.all() if judgement.passed is False}
    assert notes["spectrum"] == notes["TV/std steady"] == "2 evaluations, needs 3"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        (dict(kurtosis=3.0), "gradient kurtosis"),
        (dict(off_diagonal=0.1 + 1e-9), "channel correlation"),
        (dict(variance=(1.0,) * 5 + (0.5 - 1e-9,)), "variance"),
        (dict(variance=(2 + 1e-9,) + (1.0,) * 5), "variance"),
        (dict(between_share=0.05 - 1e-9), "between sentences"),
        (dict(participation_ratio=8 - 1e-9), "participation ratio"),
        (dict(checkerboard=3 + 1e-9), "checkerboard"),
        (dict(border=1.3 + 1e-9), "border"),
        (dict(border=1 / 1.3 - 1e-9), "border"),
        (dict(kurtosis=np.nan), "gradient kurtosis"),
        (dict(checkerboard=np.nan), "checkerboard"),
        (dict(tv_over_std=0.0), "TV/std steady"),
    ],
)
def test_bounds_hold_at_full_precision(changes: dict, name: str):
    judged = judge([SeedRun("seed 0", (replace(GOOD, **changes),) * 3)]).seeds["seed 0"]
    wrong = [one for one in judged if one.passed is False]
    assert [one.name for one in wrong] == [name]
    assert wrong[0].remedy and wrong[0].bound


def test_values_at_the_bounds_pass():
    edge = replace(GOOD, off_diagonal=0.1, variance=(0.5, 2.0, 1, 1, 1, 1), between_share=0.05, participation_ratio=8.0)
    assert failing_alone(SeedRun("seed 0", (replace(edge, border=1.3, checkerboard=3.0),) * 3)) == set()


def test_few_sentences_need_fewer_directions():
    assert directions_needed(16) == 7.5 and directions_needed(17) == directions_needed(500) == 8
    few = replace(GOOD, sentences=11, participation_ratio=5.0)
    assert failing_alone(SeedRun("seed 0", (few,) * 3)) == set()


def test_three_seeds_are_needed():
    verdict = judge([seed("seed 0"), seed("seed 1", 2.01)])
    assert failing(verdict) == {"seeds", "spread of seeds"}
    assert verdict.together[0].note == "2 seeds, needs 3 different ones"
    assert judge([seed("seed 0"), seed("seed 1", 2.01), seed("seed 2", 2.02)]).passed


def test_the_same_latents_thrice_are_one_seed():
    verdict = judge([seed(f"seed {number}") for number in range(3)])
    assert failing(verdict) == {"seeds", "spread of seeds"}
    assert "some the same" in verdict.together[0].note


def test_every_seed_must_pass():
    verdict = judge([seed("seed 0"), seed("seed 1", 2.01), seed("seed 2", 2.02, kurtosis=2.0)])
    assert failing(verdict) == {"gradient kurtosis", "every seed passes"}
    assert verdict.together[1].note == "seed 2 fails" and not verdict.passed


def test_the_spread_over_seeds_is_bounded():
    verdict = judge([seed("seed 0", 1.8), seed("seed 1", 2.0), seed("seed 2", 2.2)])
    assert failing(verdict) == {"spread of seeds"}
    assert verdict.together[2].values == pytest.approx((0.2,))


def test_the_probe():
    assert judge_probe(None).passed is None
    assert judge_probe({"colour": 0.8, "shape": 0.9}).passed is True
    wrong = judge_probe({"colour": 0.9, "shape": 0.79})
    assert wrong.passed is False and wrong.note == "shape 0.790" and "sentence hinge" in wrong.remedy


def test_relative_range_of_nothing_is_infinite():
    assert relative_range([0.0, 0.0]) == np.inf and relative_range([9.0, 11.0]) == pytest.approx(0.2)


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ValueError, match="expected at least one, each of a name of its own"):
        judge([])
    with pytest.raises(ValueError, match="each of a name of its own"):
        judge([seed("seed 0"), seed("seed 0")])
    with pytest.raises(ValueError, match="seed 0: has no evaluation"):
        judge([SeedRun("seed 0", ())])


def test_the_table(capsys):
    print_verdict(judge([seed("seed 0", variance=(1e-6,) * 6)]), Console(width=140, force_terminal=False))
    text = capsys.readouterr().out
    assert "seed 0 collapsed: dead latent" in text and "scale-invariant form of TV" in text
    assert "not judged" in text and "1 seed, needs 3 different ones" in text


def test_half_dead_latents_fail_and_are_named(fields):
    half = 2**0.5 * fields
    half[:, :, :, ::2] *= 1e-3
    half[:, :, ::2] *= 1e-3
    run = run_of(half)
    assert "dead maps" in failing_alone(run)
    alternate = fields.copy() * 1.3
    alternate[:, ::2] *= 1e-3
    assert any("dead maps" in words for words in collapses_of(run_of(alternate).last))


def test_copies_of_one_channel_with_changing_signs_fail(fields):
    signs = np.sign(np.random.default_rng(0).standard_normal((*fields.shape[:3], 1, 1)))
    run = run_of(fields[:, :, :1] * signs)
    assert "copied channels" in failing_alone(run)
    assert any("identical channels" in words for words in collapses_of(run.last))


def test_doubled_pixels_fail_by_their_grid(fields):
    assert "grid" in failing_alone(run_of(fields[..., ::2, ::2].repeat(2, -1).repeat(2, -2)))


def test_latents_scaled_or_reordered_are_no_other_seed(fields):
    copies = [run_of(fields), run_of(1.01 * fields), run_of(fields[:, ::-1].copy())]
    runs = [replace(run, name=f"seed {number}") for number, run in enumerate(copies)]
    assert judge(runs).together[0].values == (1.0,)


def test_checkpoints_of_one_training_are_one_seed():
    runs = [replace(seed(f"seed {number}", 2 + number / 100), seed=7) for number in range(3)]
    assert judge(runs).together[0].values == (1.0,)
