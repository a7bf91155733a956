"""What a linear probe reads from latents about their sentences, and how close near-identical sentences lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .correlation import pair_correlations

STRENGTHS = tuple(10.0**power for power in range(-1, 6))
CHOSEN_ON = 0.2  # share of the training sentences on which the regularisation is chosen
MOST_PLACES = 6  # of a sentence in which one word may stand
ROW_LIMIT = 128  # rows compared at once when pairs are looked for


@dataclass(frozen=True)
class ProbeResult:
    """What was read.

    Attributes:
        accuracies: label -> accuracy on held-out sentences, in [0, 1].
        majority: label -> accuracy of always saying the commonest class of the training sentences.
        strengths: label -> the regularisation that was chosen.
        pairs: held-out pairs of sentences that differ in one word.
        pair_correlation: mean correlation of their latents; NaN without pairs.
        pair_correlation_p95: its 95th percentile.
    """

    accuracies: dict[str, float]
    majority: dict[str, float]
    strengths: dict[str, float]
    pairs: int
    pair_correlation: float
    pair_correlation_p95: float


def probe(
    train: np.ndarray, train_labels: Mapping[str, Sequence[str]], held_out: np.ndarray,
    labels: Mapping[str, Sequence[str]], pairs: Sequence[tuple[int, int]] = (),
) -> ProbeResult:  # fmt: skip
    """Fit a ridge classifier a label on latents of training sentences, and score it on held-out ones.

    Args:
        train: (M, ...) latents of training sentences, M at least 10.
        train_labels: label -> (M,) classes.
        held_out: (N, ...) latents of other sentences.
        labels: label -> (N,) classes.
        pairs: rows of ``held_out`` whose sentences differ in one word.

    Raises:
        ValueError: too few training sentences, or labels that do not fit the latents.
    """
    _check(train, train_labels, "training")
    _check(held_out, labels, "held-out")
    if len(train) < 10:
        raise ValueError(f"probe: got {len(train)} training sentences, expected at least 10.")
    classes, truth = ({name: np.asarray(of[name]) for name in labels} for of in (train_labels, labels))
    fitted = _read(*_standardized(train, held_out), classes, truth)
    correlations = pair_correlations(held_out, pairs)
    return ProbeResult(
        accuracies={name: found[0] for name, found in fitted.items()},
        majority={name: found[1] for name, found in fitted.items()},
        strengths={name: found[2] for name, found in fitted.items()},
        pairs=len(pairs),
        pair_correlation=float(correlations.mean()) if len(pairs) else float("nan"),
        pair_correlation_p95=float(np.quantile(correlations, 0.95)) if len(pairs) else float("nan"),
    )


def one_word_pairs(sentences: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of sentences that are the same but for one word; an article that goes with it may change too.

    One substitution may show in several places, where an object is named twice.
    """
    words = [_content(sentence) for sentence in sentences]
    vocabulary = {word: number for number, word in enumerate(sorted({word for line in words for word in line}), 1)}
    table = np.zeros((len(words), max(map(len, words), default=0)), dtype=np.int64)
    for row, line in zip(table, words):
        row[: len(line)] = [vocabulary[word] for word in line]
    return [pair for begin in range(0, len(table), ROW_LIMIT) for pair in _pairs_from(table, begin)]


def _content(sentence: str) -> list[str]:
    return [word.strip(".,") for word in sentence.lower().split() if word not in ("a", "an", "the")]


def _pairs_from(table: np.ndarray, begin: int) -> list[tuple[int, int]]:
    """The pairs whose first sentence is one of ``ROW_LIMIT`` from ``begin`` on."""
    here = table[begin : begin + ROW_LIMIT]
    differs = here[:, None] != table[None]
    near = np.argwhere((differs.sum(-1) > 0) & (differs.sum(-1) <= MOST_PLACES))
    found = [(begin + int(a), int(b), differs[a, b]) for a, b in near if begin + a < b]
    return [(a, b) for a, b, where in found if _one_substitution(table[a][where], table[b][where])]


def _one_substitution(first: np.ndarray, second: np.ndarray) -> bool:
    # A padded place (0) is a sentence of another length, not another word.
    return bool((first == first[0]).all() and (second == second[0]).all() and first[0] and second[0])


def _check(latents: np.ndarray, labels: Mapping[str, Sequence[str]], what: str) -> None:
    for name, classes in labels.items():
        if len(classes) != len(latents):
            raise ValueError(
                f"probe: {len(latents)} {what} latents but {len(classes)} classes of {name!r}, expected one a latent."
            )


def _standardized(train: np.ndarray, held_out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known, unknown = (np.asarray(part, dtype=np.float64).reshape(len(part), -1) for part in (train, held_out))
    mean, std = known.mean(0), known.std(0)
    std[std == 0] = 1.0
    return (known - mean) / std, (unknown - mean) / std


def _read(known: np.ndarray, unknown: np.ndarray, classes: dict, truth: dict) -> dict[str, tuple[float, float, float]]:
    """Label -> accuracy, that of the commonest class, and the chosen regularisation."""
    order = np.random.default_rng(0).permutation(len(known))
    held = max(1, int(CHOSEN_ON * len(known)))
    out, fit = order[:held], order[held:]
    trial, final = Ridge(known[fit]), Ridge(known)
    to_out, to_unknown = trial.kernel(known[out]), final.kernel(unknown)
    found = {}
    for name, known_classes in classes.items():
        values, counts = np.unique(known_classes, return_counts=True)
        majority = float((truth[name] == values[counts.argmax()]).mean())
        scores = [(trial.classify(to_out, known_classes[fit], one) == known_classes[out]).mean() for one in STRENGTHS]
        strength = STRENGTHS[int(np.argmax(scores))]
        said = final.classify(to_unknown, known_classes, strength)
        found[name] = float((said == truth[name]).mean()), majority, strength
    return found


class Ridge:
    """Ridge classification, one class against the rest, for any labels and strengths of the same rows.

    What scikit-learn's ``RidgeClassifier`` finds, from one eigendecomposition of the rows' Gram matrix, because that
    takes minutes anew for every label and strength where rows have thousands of values.

    Args:
        rows: (M, D) of the training samples.
    """

    def __init__(self, rows: np.ndarray) -> None:
        self.mean = rows.mean(0)
        self.rows = rows - self.mean
        self.values, self.vectors = np.linalg.eigh(self.rows @ self.rows.T)

    def kernel(self, rows: np.ndarray) -> np.ndarray:
        """(N, M) inner products of other rows with the training rows."""
        return (rows - self.mean) @ self.rows.T

    def classify(self, kernel: np.ndarray, classes: np.ndarray, strength: float) -> np.ndarray:
        """The class of each row of ``kernel``, from the training rows' (M,) classes.

        Args:
            kernel: of the rows to classify.
            classes: of the training rows.
            strength: factor of the squared norm of the weights, above 0.
        """
        names = np.unique(classes)
        targets = 2.0 * (classes[:, None] == names) - 1
        mean = targets.mean(0)
        weights = self.vectors @ ((self.vectors.T @ (targets - mean)) / (self.values.clip(0) + strength)[:, None])
        return names[(kernel @ weights + mean).argmax(1)]
