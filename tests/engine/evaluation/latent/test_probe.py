"""The probe reads what is there, and nothing where nothing is."""

import numpy as np
import pytest

from stillhouse.engine.evaluation.latent.probe import Ridge, one_word_pairs, probe

CLASSES = np.array(["red", "blue", "green"])


def drawn(count: int, seed: int) -> tuple[np.ndarray, dict[str, list[str]]]:
    """Latents that hold ``colour`` in a direction of its own and know nothing of ``shape``."""
    generator = np.random.default_rng(seed)
    colour, shape = generator.integers(3, size=(2, count))
    latents = generator.standard_normal((count, 2, 8, 8))
    latents[:, 0, 0, :3] += 6 * np.eye(3)[colour]
    return latents, {"colour": CLASSES[colour].tolist(), "shape": CLASSES[shape].tolist()}


def test_what_is_linear_is_read_and_the_rest_stays_at_chance():
    (known, known_labels), (unknown, labels) = drawn(300, 0), drawn(200, 1)
    found = probe(known, known_labels, unknown, labels)
    assert found.accuracies["colour"] > 0.97
    assert 0.18 < found.accuracies["shape"] < 0.47 and found.majority["shape"] < 0.45
    assert found.pairs == 0 and np.isnan(found.pair_correlation)


def test_held_out_labels_do_not_touch_the_fit():
    (known, known_labels), (unknown, labels) = drawn(100, 0), drawn(50, 1)
    wrong = {name: classes[::-1] for name, classes in labels.items()}
    assert probe(known, known_labels, unknown, labels).strengths == probe(known, known_labels, unknown, wrong).strengths


def test_a_class_that_never_changes():
    known, _ = drawn(20, 0)
    found = probe(known, {"level": ["one"] * 20}, known, {"level": ["one"] * 20})
    assert found.accuracies == found.majority == {"level": 1.0}


def test_one_word_pairs():
    sentences = [
        "a red block is on a blue cube.",
        "a red block is under a blue cube.",
        "an orange block is on a blue cube.",
        "a red block is under a green cube.",
        "a red block is on a blue cube and the blue cube is near a box.",
        "a red block is on a green cube and the green cube is near a box.",
        "a red block is on a blue cube.",
    ]
    # Sentence 6 repeats 0, and so differs in no word from it.
    assert one_word_pairs(sentences) == [(0, 1), (0, 2), (1, 3), (1, 6), (2, 6), (4, 5)]
    assert one_word_pairs([]) == []


def test_labels_must_fit():
    known, labels = drawn(20, 0)
    with pytest.raises(ValueError, match="20 training latents but 19 classes of 'colour'"):
        probe(known, {**labels, "colour": labels["colour"][1:]}, known, labels)
    with pytest.raises(ValueError, match="got 5 training sentences, expected at least 10"):
        probe(known[:5], {name: classes[:5] for name, classes in labels.items()}, known, labels)


@pytest.mark.parametrize("classes", [2, 3])
def test_ridge_is_that_of_scikit_learn(classes: int):
    from sklearn.linear_model import RidgeClassifier

    generator = np.random.default_rng(0)
    rows, others = generator.standard_normal((40, 90)), generator.standard_normal((200, 90))
    labels = CLASSES[:classes][(rows[:, :classes]).argmax(1)]
    for strength in (0.1, 100.0):
        ridge = Ridge(rows)
        expected = RidgeClassifier(alpha=strength).fit(rows, labels).predict(others)
        assert (ridge.classify(ridge.kernel(others), labels, strength) == expected).all()
