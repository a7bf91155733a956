"""Where each score of a network leaves benign traffic: a threshold and a scale a component."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .scores import calibrate_threshold

Calibration = dict[str, dict[str, float | int]]


def component_threshold(benign_scores: Tensor, target_fpr: float = 1e-3) -> dict[str, float | int]:
    """Threshold and scale of one component.

    ``(score - threshold) / scale`` is 0 at the threshold and -1 at the benign median, whatever the unit of the score, so that
    components can be weighed against each other without saturating.

    Args:
        benign_scores: (N,) scores of benign windows, higher is more suspicious.
        target_fpr: share of them that may lie above the threshold, in [0, 1).

    Returns:
        ``threshold``; ``scale``, above 0: threshold - median, else the standard deviation, else 1; ``target_fpr``;
        ``benign_windows``, N.

    Raises:
        ValueError: see ``calibrate_threshold``.
    """
    threshold = calibrate_threshold(benign_scores, target_fpr)
    scores = benign_scores.double()
    spreads = (threshold - float(scores.median()), float(scores.std()) if len(scores) > 1 else 0.0, 1.0)
    scale = next(spread for spread in spreads if spread > 0)
    return {"threshold": threshold, "scale": scale, "target_fpr": target_fpr, "benign_windows": len(scores)}


def calibrate_components(
    network: Any,
    dataset: Any,
    target_fpr: float = 1e-3,
    components: Sequence[str] | None = None,
    batch_size: int = 256,
    floor: float | None = None,
) -> Calibration:
    """Threshold and scale of every component of a network, on the benign windows of a data set.

    Args:
        network: has ``predict(batch)``; it is put into evaluation mode and back.
        dataset: has ``__getitems__``, and ``labels`` (n,), of which only the windows with 0 are used; the validation split, or a
            vehicle's own benign start.
        target_fpr: share of the benign windows that may lie above a threshold, in [0, 1).
        components: outputs of ``predict`` with one score a window; where None the network's attribute ``components``, or
            ``score`` alone.
        batch_size: windows at once.
        floor: the threshold of ``score`` is never below it; see ``DetectionMetric``.

    Returns:
        Component -> ``threshold``, ``scale``, ``target_fpr`` and ``benign_windows``, plain values.

    Raises:
        ValueError: no benign window, an output with another shape, or one that ``predict`` does not give.
    """
    names = list(components or getattr(network, "components", ("score",)))
    benign = torch.nonzero(torch.as_tensor(dataset.labels) == 0).flatten()
    if not len(benign):
        raise ValueError(
            "the thresholds cannot be calibrated: the data set holds no benign window. Choose a split with attack-free traffic."
        )
    parts = [_predicted(network, dataset, rows.tolist(), names) for rows in benign.split(batch_size)]
    found = {name: component_threshold(torch.cat([part[name] for part in parts]), target_fpr) for name in names}
    if floor is not None and "score" in found:
        found["score"]["threshold"] = max(found["score"]["threshold"], floor)
    return found


@torch.no_grad()
def _predicted(network: Any, dataset: Any, rows: list[int], names: list[str]) -> dict[str, Tensor]:
    device = next((parameter.device for parameter in network.parameters()), torch.device("cpu"))
    batch = {
        key: value.to(device) if hasattr(value, "to") else value for key, value in dataset.__getitems__(rows).items()
    }
    training = network.training
    network.eval()
    outputs = network.predict(batch)
    network.train(training)
    for name in names:
        shape = tuple(outputs[name].shape) if name in outputs else None
        if shape != (len(rows),):
            raise ValueError(
                f"component {name!r}: {type(network).__name__}.predict gives {shape or 'no such output'}, expected one score "
                f"a window, ({len(rows)},). It gives: {', '.join(outputs)}."
            )
    return {name: outputs[name].double().cpu() for name in names}
