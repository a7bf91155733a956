"""The search beside its baselines and its parts, on held-out images, each with the same number of renderings."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...datasets.replacing import replacing
from ...models.raster.contact_sheet import png
from ...models.scene.pictures import strips
from ..evaluation.scene.baselines import Baselines
from ..json_file import read_json
from .errors import SearchError
from .methods import BASELINES, SEARCH, Task, methods
from .objective import Objective
from .search import Means
from .summary import Summary, summarize, table

SHOWN = 8
ROWS, RECORD = "rows", "request.json"


@dataclass(frozen=True)
class Trial:
    """What is compared.

    Attributes:
        held_out: a data set of scenes with images, none of which anything was trained on.
        training: the training images; None leaves out what needs them.
        means: the networks, and the training data as the bank where known scenes are tried.
        renderer: embedded, of the images' size.
        targets: how many of the held-out images.
        budget: evaluations a target and method.
        seed: of all draws.
        facts: what else the results depend on, as plain values.
    """

    held_out: Any
    training: Any
    means: Means
    renderer: Any
    targets: int
    budget: int
    seed: int
    facts: Mapping[str, Any]


def compare(trial: Trial, out: Path, say: Callable[[str], Any] = lambda words: None) -> Summary:
    """Run every method on every target that it has not been run on, and sum up.

    Args:
        trial: what is compared.
        out: a folder with a file a target; begun again, it goes on.
        say: told of each target.

    Returns:
        the summary, which also lies in ``summary.json``, ``table.md`` and ``methods.png``.

    Raises:
        SearchError: the folder is of another trial.
    """
    _claim(trial, out)
    chosen = methods(trial.means, trial.training is not None)
    baselines = Baselines(trial.training) if trial.training is not None else None
    rows = []
    for number in range(min(trial.targets, len(trial.held_out))):
        batch = trial.held_out.__getitems__([number])
        rows.append(_row(trial, out, number, batch["image"], chosen, baselines))
        say(f"target {number}: " + ", ".join(f"{name} {row['loss']:.4f}" for name, row in rows[-1].items()))
    summary = summarize(rows, SEARCH, [name for name in BASELINES if name in chosen], "inverse only")
    _write(out, summary, rows, trial)
    return summary


def _row(trial: Trial, out: Path, number: int, image: Tensor, chosen: Mapping, baselines: Baselines | None) -> dict:
    """The answers of every method on one target, those that are known already among them."""
    path = out / ROWS / f"{number:04d}.json"
    row = read_json(path, SearchError, "Remove it: the target is then tried again.") if path.is_file() else {}
    nearest = None if baselines is None else baselines.images_for(image)["nearest"][0]
    for name, method in chosen.items():
        if name in row:
            continue
        objective = Objective(image[0], trial.renderer)
        began = time.process_time()
        task = Task(image[0], trial.seed + number, trial.budget, trial.means, objective, nearest)
        loss, vector = method(task)
        row[name] = {
            "loss": loss, "evaluations": objective.spent, "seconds": round(time.process_time() - began, 3),
            "vector": None if vector is None else vector.tolist(),
        }  # fmt: skip
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(row))
    return {name: row[name] for name in chosen}


def _claim(trial: Trial, out: Path) -> None:
    """Write down what is compared, or see that it is what was written down."""
    wanted = json.loads(json.dumps({"budget": trial.budget, "seed": trial.seed, **trial.facts}))
    path = out / RECORD
    if not path.is_file():
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(wanted))
    there = read_json(path, SearchError, "Write elsewhere.")
    if there != wanted:
        raise SearchError(
            f"{path}: is of {there}, expected {wanted}; go on with the same arguments, or write elsewhere"
        )


def _write(out: Path, summary: Summary, rows: Sequence[Mapping], trial: Trial) -> None:
    with replacing(out / "table.md") as temporary:
        temporary.write_text(table(summary))
    with replacing(out / "summary.json") as temporary:
        temporary.write_text(json.dumps(summary.plain(), indent=1))
    shown = rows[:SHOWN]
    columns = [trial.held_out.__getitems__(range(len(shown)))["image"]]
    for name in shown[0]:
        if shown[0][name]["vector"] is not None:
            vectors = torch.tensor([row[name]["vector"] for row in shown])
            columns.append(Objective(columns[0][0], trial.renderer).images(vectors))
    with replacing(out / "methods.png") as temporary:
        temporary.write_bytes(png(strips(*columns, scale=max(1, 128 // trial.renderer.size))))
