"""Scenes: the renderer beside its proxy, pictures and the scenes found for them, and scenes bred for novelty."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stillhouse.engine.json_file import read_json

from .exhibit import Hall, NothingToShow, Picture
from .found import Run
from .plates import plate

SCENES = 12
REFINED = 40  # steps of gradient


def proxy(run: Run, hall: Hall) -> list[Picture]:
    """The renderer's images beside those of the network that imitates it."""
    subject, batch = _subject(run)
    drawn = _predicted(subject, batch)["image"]
    columns = {"renderer": batch["image"], "proxy": drawn, "difference": (drawn - batch["image"]).abs()}
    words = "Test scenes drawn by the renderer, by the network that imitates it, and how far the two are apart."
    return [Picture("Renderer and proxy", words, plate(columns, _names()))]


def inverse(run: Run, hall: Hall) -> list[Picture]:
    """Pictures, what the inverse model takes them for, and the same after steps of gradient."""
    from stillhouse.engine.evaluation.scene.metric import drawn
    from stillhouse.engine.evaluation.scene.refinement import refine

    subject, batch = _subject(run)
    params, target = _predicted(subject, batch)["params"], batch["image"]
    after = refine(params, target, subject.renderer, REFINED)
    columns = {"target": target} | {
        name: drawn(subject.renderer, vectors, subject.size).detach()
        for name, vectors in (("prediction", params), (f"{REFINED} steps on", after))
    }
    words = f"Test pictures; the predicted scene, rendered again; and after {REFINED} steps of gradient through the renderer."
    return [Picture("Target, prediction, refined", words, plate(columns, _names()))]


def feedback(run: Run, hall: Hall) -> list[Picture]:
    """Pictures, and the scenes of a model that looks at its own drawings."""
    from stillhouse.engine.evaluation.scene.metric import drawn

    subject, batch = _subject(run)
    image = drawn(subject.renderer, _predicted(subject, batch)["params"], subject.size).detach()
    columns = {"target": batch["image"], "found": image, "difference": (image - batch["image"]).abs()}
    words = (
        "Test pictures, and the scenes of the model that draws its answer, looks at the difference, and corrects it."
    )
    return [Picture("Found by feedback", words, plate(columns, _names()))]


def explored(folder: Path) -> list[Picture]:
    """The contact sheet of an exploration."""
    from stillhouse.engine.scene.curation.exploring import PREVIEW, REPORT

    report = read_json(folder / REPORT, NothingToShow, "Remove the folder and explore again.")
    try:
        seed, measured = report["facts"]["seed"], report["diversity"][0]
        words = (
            f"{len(report['chosen'])} scenes, chosen to be far from each other and from the references among "
            f"{report['visible']} bred from these, seed {seed}. Their mean distance to the nearest neighbour is "
            f"{measured['ratio']:.2f} times that of a random choice ({measured['features']})."
        )
    except (LookupError, TypeError, ValueError) as error:
        raise NothingToShow(f"{folder / REPORT}: lacks {error}; remove the folder and explore again") from error
    return [Picture("Scenes bred for novelty", words, (folder / PREVIEW).read_bytes())]


def find_explored(folders: list[Path]) -> Path | None:
    """The newest exploration in the folders or below them."""
    from stillhouse.engine.scene.curation.exploring import PREVIEW, REPORT

    found = [file.parent for folder in folders for file in folder.rglob(REPORT) if (file.parent / PREVIEW).is_file()]
    return max(found, key=lambda place: (place / REPORT).stat().st_mtime, default=None)


def _subject(run: Run) -> tuple[Any, dict[str, Tensor]]:
    """A network with its data, and the first test scenes."""
    from stillhouse.engine.evaluation.scene.subject import load_subject

    subject = load_subject(run.folder)
    return subject, subject.held_out.__getitems__(range(min(SCENES, len(subject.held_out))))


@torch.no_grad()
def _predicted(subject: Any, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    network = subject.trained.network
    device = next(network.parameters()).device
    outputs = network.predict({key: value.to(device) for key, value in batch.items()})
    return {name: value.float().cpu() for name, value in outputs.items() if name in ("image", "params")}


def _names() -> list[str]:
    return [f"scene {number}" for number in range(SCENES)]
