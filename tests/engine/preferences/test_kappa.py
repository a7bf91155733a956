"""Cohen's kappa."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from stillhouse.engine.preferences import cohen_kappa


def test_a_value_by_hand():
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed .7, by chance .5.
    first = ["y"] * 25 + ["n"] * 25
    second = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)


def test_agreement_opposition_and_what_is_not_defined():
    assert cohen_kappa("abab", "abab") == 1
    assert cohen_kappa("abab", "baba") == -1
    assert cohen_kappa("", "") is None and cohen_kappa("aaa", "aaa") is None


def test_the_value_of_scikit_learn():
    draw = np.random.default_rng(0)
    first = draw.integers(0, 4, 300).tolist()
    second = [one if draw.random() < 0.6 else int(draw.integers(0, 4)) for one in first]
    assert cohen_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


def test_different_lengths():
    with pytest.raises(ValueError, match="got 2 and 1 answers"):
        cohen_kappa("ab", "a")
