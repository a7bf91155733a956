"""Every statistic on fields whose value is known."""

import time

import numpy as np
import pytest
import torch
from latent_fields import checkerboard, dead_leaves, natural, power_law, standardized

from stillhouse.engine.evaluation.latent.statistics import (
    Evaluation,
    between_share,
    border_ratio,
    checkerboard_ratio,
    evaluate,
    flat_names,
    from_flat,
    participation_ratio,
)


@pytest.fixture(scope="module")
def fields() -> np.ndarray:
    return natural(0, sentences=16, evaluations=1)[0]


@pytest.mark.parametrize(("slope", "least", "most"), [(0, -0.2, 0.2), (1, 0.85, 1.2), (2, 1.95, 2.3), (3, 2.9, 3.4)])
def test_alpha_is_the_slope_of_the_spectrum(slope: float, least: float, most: float):
    maps = power_law(np.random.default_rng(slope), 32 * 2, slope).reshape(32, 2, 32, 32)
    assert all(least < alpha < most for alpha in evaluate(maps).alpha)


def test_natural_fields(fields):
    found = evaluate(fields)
    assert found.sentences == 16 and len(found.alpha) == len(found.variance) == 6
    assert found.variance == pytest.approx([1.0] * 6, abs=1e-6)
    assert found.kurtosis > 4 and found.off_diagonal < 0.1 and found.between_share > 0.9
    assert found.participation_ratio > 13 and 0.8 < found.checkerboard < 1.6 and 0.9 < found.border < 1.2


def test_hand_values():
    ramp = np.tile(np.arange(32.0), (2, 1, 32, 1))
    ramp[1] = 0.0
    found = evaluate(np.concatenate([ramp, ramp], 1))
    variance = (32**2 - 1) / 12
    # The first sentence has 32 x 31 steps of 1, the second none; means over both.
    assert found.tv_over_std == pytest.approx(32 * 31 / variance**0.5 / 2)
    assert found.variance == pytest.approx([variance / 2] * 2)
    assert found.off_diagonal == pytest.approx(1)
    # One direction, and half of the energy is the common mean.
    assert found.participation_ratio == pytest.approx(1) and found.between_share == pytest.approx(0.5)


def test_share_and_directions_of_orthogonal_sentences():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(9, 1024, generator=generator, dtype=torch.float64)
    rows = torch.linalg.qr((rows - rows.mean(1, keepdim=True)).T)[0].T
    common, own = rows[0], rows[1:]
    maps = (3**0.5 * common + own).reshape(8, 1, 32, 32)
    # Eight directions of equal strength lose one to the mean over sentences; a quarter of the energy is their own.
    assert participation_ratio(maps) == pytest.approx(7)
    assert between_share(maps) == pytest.approx(0.25 * 7 / 8)


def test_ratios_do_not_depend_on_amplitude_and_offset(fields):
    ours, theirs = evaluate(fields).flat(), evaluate(1e-7 * fields.astype(np.float64) + 1e-7).flat()
    assert (ours.pop("faint"), theirs.pop("faint")) == (0, 1), "the one share that is about amplitude"
    for name, value in ours.items():
        scale = 1e-14 if name.startswith("variance") else 1
        assert theirs[name] == pytest.approx(value * scale, rel=1e-4), name


@pytest.mark.parametrize("value", [0.0, 0.1])
def test_constant_maps_are_defined(value: float):
    found = evaluate(np.full((3, 6, 32, 32), value, dtype=np.float32)).flat()
    assert found.pop("sentences") == 3 and found.pop("faint") == 1
    assert list(found.values()) == pytest.approx([0] * len(found), abs=1e-9)


def test_one_map_for_all_sentences(fields):
    found = evaluate(np.repeat(fields[:1], 16, 0))
    assert found.between_share < 1e-20 and found.participation_ratio == 0


@pytest.mark.parametrize("amplitude", [0.05, 0.1])
def test_a_weak_checkerboard_stands_out(fields, amplitude: float):
    assert evaluate(fields + checkerboard(amplitude)).checkerboard > 10
    stripes = amplitude * (1 - 2 * (np.arange(32) % 2))
    assert evaluate(fields + stripes).checkerboard > 3 and evaluate(fields + stripes[:, None]).checkerboard > 3


def test_a_dither_of_changing_phase_stands_out(fields):
    spectrum = np.fft.fft2(np.random.default_rng(0).standard_normal(fields.shape))
    spectrum[..., np.hypot(np.fft.fftfreq(32)[:, None], np.fft.fftfreq(32)) < 0.58] = 0
    dither = standardized(np.fft.ifft2(spectrum).real)
    assert evaluate(fields + 0.3 * dither).checkerboard > 3


@pytest.mark.parametrize("draw", [power_law, dead_leaves])
def test_the_null_of_checkerboard_and_border(draw):
    maps = torch.tensor(draw(np.random.default_rng(1), 600))
    picks = [maps[torch.randperm(600)[:96]] for _ in range(60)]
    assert max(map(checkerboard_ratio, picks)) < 1.7
    assert all(0.88 < border_ratio(pick) < 1.2 for pick in picks)


def test_a_bright_border(fields):
    frame = np.ones((32, 32))
    frame[3:-3, 3:-3] = 0
    assert evaluate(fields + 2 * frame).border > 1.5
    assert border_ratio(torch.tensor(frame - frame.mean())[None]) == pytest.approx(
        (1 - frame.mean()) ** 2 / frame.mean() ** 2
    )


def test_flat_and_back(fields):
    found = evaluate(fields)
    flat = found.flat()
    assert tuple(flat) == flat_names(6) and flat["alpha"] == pytest.approx(np.mean(found.alpha))
    assert from_flat(flat) == found
    with pytest.raises(KeyError, match="kurtosis"):
        from_flat({name: value for name, value in flat.items() if name != "kurtosis"})


def test_500_sentences_take_seconds():
    maps = np.random.default_rng(0).standard_normal((500, 6, 32, 32)).astype(np.float32)
    evaluate(maps[:8])
    began = time.process_time()
    found = evaluate(maps)
    assert time.process_time() - began < 2
    assert isinstance(found, Evaluation) and abs(found.alpha[0]) < 0.1


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_what_is_not_finite_is_named(fields, broken: float):
    maps = fields.copy()
    maps[3, 4, 5, 6] = broken
    with pytest.raises(ValueError, match="sentence 3, channel 4 holds NaN or infinity, as do 0 other maps"):
        evaluate(maps)


@pytest.mark.parametrize("shape", [(6, 32, 32), (4, 6, 31, 32), (4, 6, 16, 16), (0, 6, 32, 32)])
def test_other_shapes_are_refused(shape: tuple):
    with pytest.raises(ValueError, match=r"got the shape .* expected \(sentences, channels, height, width\)"):
        evaluate(np.zeros(shape))


def test_one_sentence_is_refused():
    with pytest.raises(ValueError, match="got 1 sentence, expected at least 2"):
        evaluate(np.zeros((1, 6, 32, 32)))


def test_copies_of_changing_sign_are_seen_within_sentences(fields):
    signs = np.sign(np.random.default_rng(0).standard_normal((len(fields), fields.shape[1], 1, 1)))
    copied = evaluate(fields[:, :1] * signs)
    assert copied.copied == pytest.approx(1) and evaluate(fields).copied < 0.25


def test_a_mean_of_its_own_for_every_map_changes_no_correlation(fields):
    offsets = 3 * np.random.default_rng(0).standard_normal((*fields.shape[:2], 1, 1))
    assert evaluate(fields + offsets).off_diagonal == pytest.approx(evaluate(fields).off_diagonal, abs=1e-6)


def test_faint_maps_are_counted(fields):
    half = fields.copy()
    half[:, ::2] *= 1e-3
    assert evaluate(half).faint == 0.5 and evaluate(fields).faint == 0


def test_maps_of_doubled_pixels_show_a_grid(fields):
    doubled = fields[..., ::2, ::2].repeat(2, -1).repeat(2, -2)
    assert evaluate(doubled).grid == pytest.approx(2.07, abs=0.1) and evaluate(fields).grid < 1.2
