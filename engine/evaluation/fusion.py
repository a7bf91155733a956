"""A fusion agent beside what it must beat, on the same windows and at the same false-positive rate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...hooks.prepared_cache import prepared_columns
from ...models.can.fusion import FusionAgent
from ...registry import DATASETS
from ..errors import CheckpointError
from ..preferences.intervals import wilson
from ..trained import load_trained
from .can.rules import rule_scores
from .detection import DetectionMetric
from .fusion_baselines import (
    Columns,
    alpha_number,
    best_fixed_alpha,
    fit_classifier,
    fixed_alpha_score,
    log_odds,
)
from .parameters import count_parameters
from .seeds import RunResult

SPLITS = ("train", "val", "test")
AGENT = "DQN fusion"
UNKNOWN = "unknown_vehicle"
FIGURES = ("f1", "auroc", "fpr")  # of a recording


@dataclass(frozen=True)
class FusionRun:
    """A trained agent and its windows.

    Attributes:
        network: with averaged weights.
        datasets: split -> data set.
        columns: split -> ``state``, ``scores``, ``y`` and the other columns of its windows.
        target_fpr: false-positive rate on benign validation windows at which everything is measured.
        seed: of the run, and of the classifiers fitted beside it.
    """

    network: FusionAgent
    datasets: dict[str, Any]
    columns: dict[str, Columns]
    target_fpr: float
    seed: int


@dataclass(frozen=True)
class Measured:
    """One method on one run's test windows.

    Attributes:
        result: a row of the table.
        false_alarms, benign: group of splits -> windows.
        sources: test recording -> its figures.
    """

    result: RunResult
    false_alarms: dict[str, int]
    benign: dict[str, int]
    sources: dict[str, dict]


def load_fusion(path: str | Path, trust: bool = False, root: str | None = None) -> FusionRun:
    """Read an agent and let its detectors look at all windows of its data.

    Args:
        path: the run's folder, or a checkpoint in it.
        trust: read a checkpoint that needs pickle.
        root: a data root with the same training recordings and other tests; the run's own by default.

    Raises:
        CheckpointError: nothing is there, the network is no fusion agent, or it was trained on other recordings.
    """
    trained = load_trained(path, trust=trust)
    if not isinstance(trained.network, FusionAgent) or "config" not in trained.meta:
        raise CheckpointError(
            f"{path}: holds a {type(trained.network).__name__}, expected the training run of a FusionAgent, as "
            "configs/dqn_fusion.py makes it"
        )
    cfg = trained.meta["config"]
    other = {} if root is None else {"root": root}
    datasets = {split: DATASETS.build({**cfg[f"{split}_dataloader"]["dataset"], **other}) for split in SPLITS}
    trained_on = trained.meta.get("data", {}).get("digest")
    if trained_on != datasets["train"].provenance()["digest"]:
        raise CheckpointError(
            f"{path}: was trained on other recordings or other features than {datasets['train'].root} holds; a root of derived "
            "tests needs the same training recordings (tools/derive_can.py links them)"
        )
    network = trained.network.cpu()
    columns = {split: prepared_columns(network, data, range(len(data))) for split, data in datasets.items()}
    metrics = [metric for metric in cfg["val_evaluator"] if metric["type"] == "DetectionMetric"]
    target = metrics[0].get("target_fpr", 1e-3) if metrics else 1e-3
    return FusionRun(network, datasets, columns, target, (cfg.get("randomness") or {}).get("seed") or 0)


@torch.no_grad()
def fused(network: FusionAgent, columns: Columns) -> Tensor:
    """(N,) the agent's score."""
    return network.predict(columns)["score"]


def measure_run(run: FusionRun) -> list[Measured]:
    """The agent, each detector alone, the best fixed share, two classifiers of the same state, and two rules."""
    network = run.network
    known = _labelled({key: torch.cat([run.columns[s][key] for s in SPLITS[:2]]) for key in ("scores", "y")})
    best = alpha_number(network, best_fixed_alpha(network, known))
    shares = {"GAT alone": len(network.alphas) - 1, "VGAE alone": 0, "best fixed alpha": best}
    methods: dict[str, Callable[[Columns], Tensor]] = {AGENT: lambda columns: fused(network, columns)}
    for name, number in shares.items():
        methods[name] = lambda columns, number=number: fixed_alpha_score(network, columns, number)
    measured = [_fusion_row(run, name, score) for name, score in methods.items()]
    return measured + _classifier_rows(run) + _rule_rows(run)


def _fusion_row(run: FusionRun, name: str, score: Callable[[Columns], Tensor]) -> Measured:
    scores = {split: score(run.columns[split]) for split in SPLITS}
    earned = {f"fusion/{split}_reward": _reward(scores[split], run.columns[split]["y"]) for split in SPLITS[:2]}
    size = count_parameters(run.network.q_network) if name == AGENT else 0
    return _measure(run, name, scores, size, earned, floor=0.5)


def _reward(scores: Tensor, y: Tensor) -> float:
    """The mean over labelled windows of 1 where .5 decides rightly, else -1."""
    return float(2 * ((scores > 0.5) == (y == 1))[y >= 0].double().mean() - 1)


def _classifier_rows(run: FusionRun) -> list[Measured]:
    """Fitted to the training windows; their thresholds come from benign validation windows like all others."""
    train = _labelled({key: run.columns["train"][key] for key in ("state", "y")})
    states = {split: run.network.normalised(run.columns[split]["state"]) for split in SPLITS}
    rows = []
    for name, hidden in {"logistic regression": (), "MLP": (160, 160)}.items():
        classifier = fit_classifier(run.network.normalised(train["state"]), train["y"], hidden, run.seed)
        scores = {split: log_odds(classifier, state) for split, state in states.items()}
        rows.append(_measure(run, name, scores, count_parameters(classifier), floor=run.network.gat_log_odds))
    return rows


def _rule_rows(run: FusionRun) -> list[Measured]:
    found = {split: rule_scores(run.datasets[split]) for split in SPLITS[1:]}
    return [_measure(run, name, {split: found[split][name] for split in found}) for name in found["val"]]


def _labelled(columns: Columns) -> Columns:
    return {name: column[columns["y"] >= 0] for name, column in columns.items()}


def _measure(
    run: FusionRun,
    name: str,
    scores: Mapping[str, Tensor],
    parameters: int = 0,
    more: dict[str, float] | None = None,
    floor: float | None = None,
) -> Measured:
    """Calibrate on the validation windows, measure the test windows."""
    metric, results = DetectionMetric(target_fpr=run.target_fpr, floor=floor), {}
    for split in SPLITS[1:]:
        metric.dataset_meta = run.datasets[split].metainfo
        metric.process(run.columns[split], {"score": scores[split]})
        results = metric.evaluate(len(scores[split]))
    test, alarms = run.columns["test"], scores["test"] > metric.calibration["threshold"]
    groups = _groups(run.datasets["test"].metainfo["sources"], test["source"])
    benign = {group: chosen & (test["y"] == 0) for group, chosen in groups.items()}
    return Measured(
        RunResult(name, {**results, **(more or {})}, parameters, parameters),
        {group: int((alarms & chosen).sum()) for group, chosen in benign.items()},
        {group: int(chosen.sum()) for group, chosen in benign.items()},
        {source: metric.groups[source] for source in run.datasets["test"].metainfo["sources"]},
    )


def _groups(sources: list[str], source: Tensor) -> dict[str, Tensor]:
    """The windows of vehicles that were trained on, and of others."""
    unknown = torch.tensor([UNKNOWN in name for name in sources])[source]
    return {"known vehicles": ~unknown, "unknown vehicles": unknown}


def pooled_false_positives(measured: list[Measured]) -> list[dict]:
    """The false-positive rate of each method over all benign windows of a group of splits, with an interval.

    Runs share their windows, so they make no more trials: alarms are averaged over runs, and the interval is that of one run's
    windows.

    Returns:
        Rows of ``method``, ``group``, ``runs``, ``benign_windows``, ``false_alarms`` (mean over runs), ``fpr``, and the 95 %
        interval ``low`` to ``high``.
    """
    rows = []
    for name in dict.fromkeys(one.result.name for one in measured):
        of_method = [one for one in measured if one.result.name == name]
        for group, benign in of_method[0].benign.items():
            if benign:
                alarms = sum(one.false_alarms[group] for one in of_method) / len(of_method)
                low, high = wilson(alarms, benign)
                rows.append(
                    dict(
                        method=name, group=group, runs=len(of_method), benign_windows=benign, false_alarms=alarms,
                        fpr=alarms / benign, low=low, high=high,
                    )
                )  # fmt: skip
    return rows


def recordings(measured: list[Measured]) -> list[dict]:
    """The figures of each method on each test recording, mean and sample standard deviation over runs.

    Returns:
        Rows of ``recording``, ``method``, ``runs``, and for each of ``FIGURES`` the mean, the deviation (0 for one run) and the
        least of them; None where a recording has not both classes.
    """
    rows = []
    for name in dict.fromkeys(one.result.name for one in measured):
        of_method = [one.sources for one in measured if one.result.name == name]
        for source in of_method[0]:
            row = {"recording": source, "method": name, "runs": len(of_method)}
            rows.append(row | {key: _spread([found[source].get(key) for found in of_method]) for key in FIGURES})
    return rows


def _spread(values: list[float | None]) -> dict[str, float] | None:
    there = torch.tensor([value for value in values if value is not None], dtype=torch.float64)
    if not len(there):
        return None
    deviation = float(there.std()) if len(there) > 1 else 0.0
    return {"mean": float(there.mean()), "deviation": deviation, "least": float(there.min())}
