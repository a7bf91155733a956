"""The mathematics of window-level detection: a threshold for a false-positive rate, and what it detects."""

import math

import torch
from torch import Tensor

SCORE_NAMES = (
    "f1",
    "precision",
    "recall",
    "fpr",
    "auroc",
    "auprc",
    "macro_f1",
    "mcc",
    "false_alarms_per_hour",
    "threshold",
    "f1_at_zero",
)
SECONDS_PER_HOUR = 3600.0


def calibrate_threshold(benign_scores: Tensor, target_fpr: float) -> float:
    """The smallest threshold at which at most a fraction ``target_fpr`` of the benign scores lies above it.

    With the ``n`` scores in descending order ``s[0] >= s[1] >= ...`` and ``k`` the largest whole number with
    ``k / n <= target_fpr``, the threshold is ``s[k]``: a score above it is an alarm, so at most the ``k`` first are.
    Any smaller value would let ``s[k]`` alarm as well. With fewer than ``1 / target_fpr`` scores it is the highest one.

    Args:
        benign_scores: (N,) scores of windows without attack, higher is more suspicious.
        target_fpr: in [0, 1).

    Returns:
        The threshold, one of the scores.

    Raises:
        ValueError: no score, a score that is not a number, or a target outside [0, 1).
    """
    if not 0.0 <= target_fpr < 1.0:
        raise ValueError(f"target_fpr: got {target_fpr}, expected a fraction in [0, 1), such as 1e-3.")
    if benign_scores.numel() == 0:
        raise ValueError(
            "the threshold cannot be calibrated: the validation data hold no benign window. "
            "Choose a validation split with attack-free traffic."
        )
    refuse_nan(benign_scores)
    allowed = _allowed_alarms(len(benign_scores), target_fpr)
    return float(benign_scores.double().sort(descending=True).values[allowed])


def _allowed_alarms(count: int, target_fpr: float) -> int:
    # 0.29 * 100 is 28.999...96 in floating point: the product alone would give one alarm away.
    allowed = math.floor(target_fpr * count)
    return allowed + 1 if (allowed + 1) / count <= target_fpr else allowed


def refuse_nan(scores: Tensor) -> None:
    """Raise where a score is not a number.

    Raises:
        ValueError: says how many are not.
    """
    missing = int(scores.isnan().sum())
    if missing:
        raise ValueError(
            f"{missing} of {scores.numel()} scores are not numbers: the model diverged or its input holds NaN. "
            "Lower the learning rate, clip gradients, or check the data."
        )


def detection_scores(scores: Tensor, labels: Tensor, threshold: float, duration_s: Tensor) -> dict[str, float]:
    """What a detector finds when a score above the threshold is an alarm.

    Where no window raises an alarm, precision is 0 and MCC is 0, as torchmetrics and scikit-learn define them. What one
    class alone cannot define is left out: without an attack only ``fpr``, ``false_alarms_per_hour`` and ``threshold``
    remain, and without a benign window only ``f1``, ``precision``, ``recall``, ``threshold`` and ``f1_at_zero``.

    Args:
        scores: (N,) higher is more suspicious.
        labels: (N,) 1 for a window with an attack, 0 for a benign one.
        threshold: a score strictly above it is an alarm.
        duration_s: (N,) length of each window in seconds.

    Returns:
        Name -> value, in the order of ``SCORE_NAMES``; F1, precision and recall are those of the attack class.

    Raises:
        ValueError: a label other than 0 and 1, or a score that is not a number.
    """
    refuse_nan(scores)
    if not torch.isin(labels, torch.tensor([0, 1], dtype=labels.dtype)).all():
        raise ValueError(f"labels: got the values {labels.unique().tolist()}, expected 0 (benign) and 1 (attack).")
    attack = labels.long()
    alarms = (scores > threshold).long()
    found = {"threshold": float(threshold)}
    if (attack == 0).any():
        found |= _false_alarms(alarms, attack, duration_s)
    if (attack == 1).any():
        found |= _attack_class(scores, alarms, attack)
    if 0 < attack.sum() < len(attack):
        found |= _both_classes(scores, alarms, attack)
    return {name: found[name] for name in SCORE_NAMES if name in found}


def _false_alarms(alarms: Tensor, attack: Tensor, duration_s: Tensor) -> dict[str, float]:
    benign = attack == 0
    false_alarms = int(alarms[benign].sum())
    hours = float(duration_s[benign].double().sum()) / SECONDS_PER_HOUR
    rate = {"fpr": false_alarms / int(benign.sum())}
    return rate | ({"false_alarms_per_hour": false_alarms / hours} if hours > 0 else {})


def _attack_class(scores: Tensor, alarms: Tensor, attack: Tensor) -> dict[str, float]:
    functional = _torchmetrics()
    return {
        "f1": float(functional.binary_f1_score(alarms, attack)),
        "precision": float(functional.binary_precision(alarms, attack)),
        "recall": float(functional.binary_recall(alarms, attack)),
        "f1_at_zero": float(functional.binary_f1_score((scores > 0).long(), attack)),
    }


def _both_classes(scores: Tensor, alarms: Tensor, attack: Tensor) -> dict[str, float]:
    functional, ranks = _torchmetrics(), _ranks(scores)
    return {
        "auroc": float(functional.binary_auroc(ranks, attack)),
        "auprc": float(functional.binary_average_precision(ranks, attack)),
        "macro_f1": float(functional.multiclass_f1_score(alarms, attack, num_classes=2, average="macro")),
        "mcc": float(functional.binary_matthews_corrcoef(alarms, attack)),
    }


def _torchmetrics():
    # Importing torchmetrics takes seconds, which a config check or a help text should not wait for.
    from torchmetrics.functional import classification

    return classification


def _ranks(scores: Tensor) -> Tensor:
    # torchmetrics passes scores outside [0, 1] through a sigmoid, which makes large ones equal; ranks keep their order.
    order = torch.unique(scores, return_inverse=True)[1]
    return order.double() / max(int(order.max()), 1)
