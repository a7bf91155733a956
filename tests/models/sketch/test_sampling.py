"""The settings of a sampler, and noise that belongs to a sample."""

import pytest
import torch

from stillhouse.models.sketch import Sampling, sampling_of, seeded_noise


def test_defaults_and_evaluations():
    assert sampling_of(None) == Sampling("heun", 8, 1.0, 1.0)
    assert Sampling().evaluations == 15 and Sampling("euler", 50).evaluations == 50


def test_changes_leave_out_what_is_none():
    changed = Sampling(cfg_scale=2.0).changed(steps=4, sampler=None, cfg_scale=None)
    assert changed == Sampling(steps=4, cfg_scale=2.0)
    assert sampling_of(changed.to_dict()) == changed


@pytest.mark.parametrize(
    ("cfg", "message"),
    [
        (dict(sampler="huen"), r"sampling.sampler: got 'huen'.*Did you mean 'heun'"),
        (dict(steps=0), "sampling.steps: got 0, expected a whole number of steps, at least 1"),
        (dict(steps=2.5), "sampling.steps: got 2.5"),
        (dict(cfg_scale=-1.0), "sampling.cfg_scale: got -1.0, expected a number of at least 0"),
        (dict(cfg_scale=float("nan")), "sampling.cfg_scale: got nan"),
        (dict(shift=0.0), "sampling.shift: got 0.0, expected a number above 0"),
        (dict(step=8), r"sampling.step: unknown setting.*Did you mean 'steps'"),
    ],
)
def test_what_is_refused(cfg: dict, message: str):
    with pytest.raises(ValueError, match=message):
        sampling_of(cfg)


def test_noise_belongs_to_seed_and_index():
    together = seeded_noise(3, torch.tensor([5, 0, 2**40]), (32, 4, 2))
    assert together.shape == (3, 32, 4, 2) and together.dtype == torch.float32
    for row, index in enumerate((5, 0, 2**40)):
        assert torch.equal(seeded_noise(3, torch.tensor([index]), (32, 4, 2))[0], together[row])
    assert not torch.equal(seeded_noise(4, torch.tensor([5]), (32, 4, 2))[0], together[0])
    assert seeded_noise(3, torch.tensor([], dtype=torch.int64), (32, 4, 2)).shape == (0, 32, 4, 2)


def test_noise_is_normal_and_neighbours_are_independent():
    noise = seeded_noise(0, torch.arange(400), (256,))
    assert abs(noise.mean()) < 0.01 and abs(noise.std() - 1) < 0.01
    assert torch.corrcoef(noise[:40]).fill_diagonal_(0).abs().max() < 0.3


def test_noise_leaves_the_global_generator_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    seeded_noise(0, torch.arange(3), (2,))
    assert torch.equal(before, torch.get_rng_state())
