"""A network of scenes run over its test split, measured and judged."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from ....datasets.scene.encoding import decode
from ...errors import ConfigError
from ..latent.criteria import Judgement
from ..sketch.verdict import Bound
from .metric import drawn, image_results
from .recovery import accuracy_by_name, errors_by_name
from .refinement import refine
from .subject import Subject

BATCH = 64
TIMED, REPEATS = 64, 3
BOUNDS = {
    "forward": (Bound("l1_ratio", most=0.5),),
    "inverse": (
        Bound("geometry_accuracy", least=0.6),
        Bound("continuous_ratio", most=0.5),
        Bound("beats_all", least=0.9),
    ),
}


@dataclass(frozen=True)
class Report:
    """Everything that was found.

    Attributes:
        subject: the checkpoint.
        results: of its test evaluator, by name.
        judgements: on the results.
        columns: source -> images (N, 3, H, W) of the first test scenes.
        by_name: table -> parameter -> value; empty for a proxy.
        refined: image results of the first ``refined_scenes`` predictions after steps of gradient, and of the same before them
            (``before_...``); empty where none was asked for.
        refined_scenes: how many.
        speed: what is timed -> milliseconds an image.
        scenes: of the test split that were measured.
    """

    subject: Subject
    results: dict[str, float]
    judgements: list[Judgement]
    columns: dict[str, Tensor]
    scenes: int
    by_name: dict[str, dict[str, float]] = field(default_factory=dict)
    speed: dict[str, float] = field(default_factory=dict)
    refined: dict[str, float] = field(default_factory=dict)
    refined_scenes: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing that was judged failed."""
        return all(judgement.passed is not False for judgement in self.judgements)

    @property
    def word(self) -> str:
        """``PASS`` or ``FAIL``."""
        return "PASS" if self.passed else "FAIL"


@dataclass(frozen=True)
class Refinement:
    """How predictions are refined.

    Attributes:
        steps: of Adam, at least 1.
        scenes: the first so many.
    """

    steps: int
    scenes: int = 100


def evaluate(
    subject: Subject, most: int | None = None, shown: int = 24, refinement: Refinement | None = None,
    say: Callable[[str], None] = lambda words: None,
) -> Report:  # fmt: skip
    """Run the network over the test split.

    Args:
        subject: the checkpoint and its data.
        most: scenes measured at most; None for all.
        shown: scenes of the pictures.
        refinement: of an inverse model's predictions, shown beside and not judged; None for none.
        say: told what is done.

    Raises:
        ConfigError: a refinement of a proxy, or by a renderer without gradients.
    """
    if refinement is not None:
        _check_refinement(subject)
    count = min(most or len(subject.held_out), len(subject.held_out))
    say(f"measuring {count} test scenes: {subject.trained.file}")
    predicted, truth = _measured(subject, count)
    results = subject.metric.evaluate(count)
    prefix = f"{subject.metric.prefix}/" if subject.metric.prefix else ""
    results = {name.removeprefix(prefix): value for name, value in results.items()}
    judgements = [bound.judge(results) for bound in BOUNDS[subject.kind]]
    by_name = {}
    if subject.kind == "inverse":
        by_name = {
            "mean absolute error": errors_by_name(predicted, truth),
            "accuracy": accuracy_by_name(predicted, truth),
        }
    say("drawing the first of them, and timing")
    columns = _columns(subject, min(shown, count), predicted)
    report = Report(subject, results, judgements, columns, count, by_name, _speed(subject, truth))
    return report if refinement is None else _with_refined(report, predicted, refinement, say)


def _check_refinement(subject: Subject) -> None:
    if subject.kind != "inverse":
        raise ConfigError([f"{subject.trained.file}: is a proxy, which predicts no scenes to refine"])
    if not isinstance(subject.renderer, torch.nn.Module):
        raise ConfigError([f"renderer: a {type(subject.renderer).__name__} has no gradients, expected a SceneRenderer"])


def _with_refined(report: Report, predicted: Tensor, how: Refinement, say: Callable[[str], None]) -> Report:
    """The first predictions after some steps, measured beside the same baselines as before them."""
    subject, count = report.subject, min(how.scenes, len(predicted))
    batch = subject.held_out.__getitems__(range(count))
    target, renderer = batch["image"], subject.renderer
    after = refine(
        predicted[:count], target, renderer, how.steps, lambda done: say(f"refined {done} of {count} scenes")
    )
    found = {}
    for name, params in (("before_", predicted[:count]), ("", after)):
        image = drawn(renderer, params, subject.size)
        results = image_results(subject.metric.beside(image, target, batch["index"]))
        found |= {f"{name}{key}": value for key, value in results.items()}
    shown = len(report.columns["target"])
    columns = {**report.columns, f"after {how.steps} steps": drawn(renderer, after[:shown], subject.size)}
    if count < shown:
        columns = {name: images[:count] for name, images in columns.items()}
    return replace(report, refined=found, refined_scenes=count, columns=columns)


@torch.no_grad()
def _measured(subject: Subject, count: int) -> tuple[Tensor, Tensor]:
    """Feed the metric; the predicted and the true vectors (N, D)."""
    found, truth = [], []
    for start in range(0, count, BATCH):
        batch = subject.held_out.__getitems__(range(start, min(start + BATCH, count)))
        outputs = _outputs(subject.trained.network, batch)
        subject.metric.process(batch, outputs)
        found.append(outputs.get("params", batch["params"]))
        truth.append(batch["params"])
    return torch.cat(found), torch.cat(truth)


def _outputs(network: Any, batch: dict) -> dict[str, Tensor]:
    device = next(network.parameters()).device
    moved = {key: value.to(device) for key, value in batch.items()}
    return {name: value.float().cpu() for name, value in network.predict(moved).items() if name in ("image", "params")}


@torch.no_grad()
def _columns(subject: Subject, count: int, predicted: Tensor) -> dict[str, Tensor]:
    """Target, nearest training image, proxy, renderer and difference of the first scenes."""
    batch = subject.held_out.__getitems__(range(count))
    target, params = batch["image"], predicted[:count]
    found = {"target": target, "nearest training image": subject.metric.baselines.images_for(target)["nearest"]}
    proxy = subject.proxy()
    if proxy is not None:
        device = next(getattr(proxy, "network", proxy).parameters()).device
        found["proxy"] = proxy({"params": params.to(device)})["image"].float().cpu()
    if subject.kind == "inverse":
        found["renderer"] = drawn(subject.renderer, params, subject.size)
    last = found["renderer" if subject.kind == "inverse" else "proxy"]
    return {**found, "difference": (last - target).abs()}


@torch.no_grad()
def _speed(subject: Subject, params: Tensor) -> dict[str, float]:
    """Milliseconds an image of proxy and renderer, or of the inverse model, on the same scenes: the best of a few rounds."""
    network, params = subject.trained.network, params[:TIMED]
    device = next(network.parameters()).device
    if subject.kind == "inverse":
        batch = subject.held_out.__getitems__(range(len(params)))
        moved = {key: value.to(device) for key, value in batch.items()}
        return {f"inverse model, {len(params)} at once": _timed(lambda: network.predict(moved), len(params))}
    scenes, renderer, on_device = decode(params), subject.renderer, params.to(device)
    return {
        f"proxy, {len(params)} at once": _timed(lambda: network({"params": on_device}), len(params)),
        "proxy, one at a time": _timed(lambda: [network({"params": one[None]}) for one in on_device], len(params)),
        f"renderer, {len(params)} at once": _timed(lambda: renderer.render(scenes), len(params)),
        "renderer, one at a time": _timed(lambda: [renderer.render([scene]) for scene in scenes], len(params)),
    }


def _timed(call: Callable[[], Any], images: int) -> float:
    """Milliseconds an image, by the processor's time on a CPU, which others' work does not lengthen."""
    clock = time.perf_counter if torch.cuda.is_available() else time.process_time
    call()
    best = float("inf")
    for _ in range(REPEATS):
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        begin = clock()
        call()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        best = min(best, clock() - begin)
    return 1e3 * best / images
