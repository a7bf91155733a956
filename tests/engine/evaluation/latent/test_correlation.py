"""Correlations of latents."""

import latent_fields
import numpy as np
import pytest

from stillhouse.engine.evaluation.latent.correlation import correlations, pair_correlations

LATENTS = latent_fields.natural(0, sentences=6, evaluations=1)[0]


def test_correlations_are_numpys():
    found = correlations(LATENTS[:2], LATENTS[2:])
    rows = (LATENTS - LATENTS.mean((-2, -1), keepdims=True)).reshape(6, -1)
    assert found == pytest.approx(np.corrcoef(rows)[:2, 2:], abs=1e-3)
    assert (correlations(np.zeros_like(LATENTS), LATENTS) == 0).all()


def test_pair_correlations():
    generator = np.random.default_rng(0)
    latents = np.repeat(generator.standard_normal((1, 2, 8, 8)), 4, 0)
    latents[1] = 3 * latents[0] + 5
    latents[2] = -latents[0]
    latents[3] = 7
    assert pair_correlations(latents, [(0, 1), (0, 2), (0, 3)]) == pytest.approx([1, -1, 0])
    assert pair_correlations(latents, []).shape == (0,)
