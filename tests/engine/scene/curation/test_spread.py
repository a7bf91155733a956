"""Whether scores tell scenes apart."""

import numpy as np

from stillhouse.engine.scene.curation.spread import Spread


def test_figures_by_hand():
    spread = Spread.of(np.array([0.0, 0.5, 0.5, 0.5, 1.0]))
    assert (spread.count, spread.values, spread.tied) == (5, 3, 0.6)
    assert spread.quantiles[0] == 0 and spread.quantiles[2] == 0.5 and spread.quantiles[4] == 1
    assert "5 scores, 3 different" in str(spread)


def test_degenerate_scores_are_warned_of():
    # As a model answered once that was asked for a score of each scene alone.
    usual = np.array([0.8] * 153 + [0.5] * 34 + [0.7] * 10)
    assert [text for text in Spread.of(usual).warnings() if "are the same" in text or "different values" in text]
    narrow = Spread.of(np.linspace(0.5, 0.55, 100)).warnings()
    assert len(narrow) == 1 and "standard deviation is 0.015" in narrow[0]
    assert Spread.of(np.linspace(0, 1, 100)).warnings() == []
    assert "say little" in Spread.of(np.array([0.1, 0.9])).warnings()[0]
