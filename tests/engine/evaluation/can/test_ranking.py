"""Points of the curves, by hand and against scikit-learn."""

import numpy as np
import pytest

from stillhouse.engine.evaluation.can.ranking import operating_point, ranking_points


def test_by_hand():
    rate, recall, precision = ranking_points(np.array([3.0, 2.0, 2.0, 1.0]), np.array([1, 1, 0, 0]))
    assert rate.tolist() == [0.0, 0.5, 1.0]
    assert recall.tolist() == [0.5, 1.0, 1.0]
    assert precision.tolist() == pytest.approx([1.0, 2 / 3, 0.5])


def test_areas_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    generator = np.random.default_rng(0)
    label = generator.integers(0, 2, 300)
    score = np.round(generator.normal(size=300) + label, 1)
    rate, recall, precision = ranking_points(score, label)
    area = np.trapezoid(np.append(0, recall), np.append(0, rate))
    assert area == pytest.approx(metrics.roc_auc_score(label, score))
    average = np.sum(np.diff(np.append(0, recall)) * precision)
    assert average == pytest.approx(metrics.average_precision_score(label, score))


def test_where_the_threshold_stands():
    label = np.array([1, 1, 0, 0])
    assert operating_point(np.array([True, False, True, False]), label) == (0.5, 0.5, 0.5)
    assert operating_point(np.zeros(4, bool), label) == (0.0, 0.0, 1.0)
