"""Sketches: real beside generated, the way from noise to a drawing, images drawn, and what people prefer."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stillhouse.engine.config import load_config
from stillhouse.engine.errors import ConfigError

from .exhibit import Hall, NothingToShow, Picture
from .found import Run
from .plates import plate

SEED = 0
CLASSES, EACH = 12, 3
PATHS = 6
PHOTOGRAPHS = 12
PAIRS = 16


def generator(run: Run, hall: Hall) -> list[Picture]:
    """Real and generated sketches of some classes, and the solver's steps."""
    from stillhouse.engine.evaluation.sketch.subject import load_generator
    from stillhouse.engine.sketch.generation import Settings, class_names, generate_classes

    subject = load_generator(run.folder)
    classes = class_names(subject.trained)[:CLASSES]
    drawn = generate_classes(subject.trained, classes, EACH, Settings(seed=SEED))
    real = [_real(subject.held_out, name) for name in classes]
    columns = {f"real {i + 1}": torch.stack([found[i % len(found)] for found in real]) for i in range(EACH)}
    made = drawn.strokes.unflatten(0, (len(classes), EACH))
    columns |= {f"generated {i + 1}": made[:, i] for i in range(EACH)}
    words = "Held-out sketches that the network never saw, beside what it draws when asked for their class, unchosen."
    return [
        Picture("Real and generated", words, plate(columns, classes)),
        Picture(
            "From noise to drawing",
            "The solver's steps: 32 strokes begin as noise, t = 0, and end as a drawing, t = 1.",
            plate(path(subject.trained.network, PATHS), classes[:PATHS]),
        ),
    ]


@torch.no_grad()
def path(network: Any, count: int) -> dict[str, Tensor]:
    """``t = ...`` -> sketches (count, S, 4, 2) on the way from noise, one class each, by the network's own sampler."""
    from stillhouse.models.sketch.sampling import seeded_noise
    from stillhouse.models.sketch.solvers import integrate, time_grid

    settings = network.sampling
    x = seeded_noise(SEED, torch.arange(count), network.sketch_shape).to(next(network.parameters()).device)
    field = network.field(x, {"label": torch.arange(count, device=x.device)}, settings)
    times = time_grid(settings.steps, settings.shift, x.device)
    found = {"t = 0.00": x}
    for step in range(settings.steps):
        x = integrate(field, x, times[step : step + 2], settings.sampler, ends=step == settings.steps - 1)
        found[f"t = {times[step + 1]:.2f}"] = x
    return {name: (strokes / network.data_scale).cpu() for name, strokes in found.items()}


def distilled(run: Run, hall: Hall) -> list[Picture]:
    """Images, drawn before and after distillation from CLIP."""
    from stillhouse.engine.evaluation.sketch.distillation_drawing import draw
    from stillhouse.engine.trained import load_trained

    before, after = load_trained(_began_with(run, hall)), load_trained(run.folder)
    seen = (before.meta.get("data") or {}).get("class_names", [])[: (before.meta.get("data") or {}).get("num_classes")]
    images = _photographs(run.config.get("image_dir", ""), after.network.encoder.size, seen)
    columns = {"image": images.image, "before": draw(before, images)[0], "after": draw(after, images)[0]}
    known = "" if set(images.names) & set(seen) else ", of classes that no sketch was shown of"
    words = (
        f"Images that the tuning saw{known}: drawings of the image generator before and after it was tuned by what "
        "CLIP sees in them."
    )
    return [Picture("Images drawn", words, plate(columns, images.names))]


def preferred(run: Run, hall: Hall) -> list[Picture]:
    """Pairs that were answered, and drawings before and after training on them."""
    from stillhouse.engine.sketch.generation import Settings, class_names, generate_classes
    from stillhouse.engine.trained import load_trained
    from stillhouse.registry import DATASETS

    pairs = DATASETS.build(dict(run.config["val_dataloader"]["dataset"]))
    batch = pairs.__getitems__(range(min(PAIRS, len(pairs))))
    sides = {"preferred": "winner_beziers", "other": "loser_beziers"}
    columns = {name: batch[key].unflatten(-1, (4, 2)) for name, key in sides.items()}
    names = [pairs.class_names[label] if label >= 0 else "" for label in batch["label"].tolist()]
    trained = {"before": load_trained(_began_with(run, hall)), "after": load_trained(run.folder)}
    classes = class_names(trained["after"])[:PAIRS]
    drawn = {name: generate_classes(one, classes, 1, Settings(seed=SEED)).strokes for name, one in trained.items()}
    return [
        Picture("Pairs that were answered", "Two drawings of one class; the left one was preferred.", plate(columns, names)),
        Picture(
            "Before and after",
            "The same noise, drawn by the generator that training began with and by the one trained on the answers.",
            plate(drawn, classes),
        ),
    ]  # fmt: skip


def _real(held_out: Any, name: str) -> Tensor:
    label = held_out.class_names.index(name)
    found = held_out.all_strokes()[held_out.labels() == label][:EACH]
    if not len(found):
        raise NothingToShow(
            f"{name}: no held-out sketch of this class; name a run whose validation data hold every class"
        )
    return found


def _began_with(run: Run, hall: Hall) -> Path:
    """The checkpoint, or the run, whose weights a run began with."""
    hooks = run.config.get("custom_hooks") or []
    source = next((hook["source"] for hook in hooks if hook.get("type") == "InitialWeightsHook"), None)
    if source is None:
        raise NothingToShow(f"{run.folder}: does not say which network it began with, so there is no before to show")
    if source.get("checkpoint", "auto") != "auto":
        return Path(source["checkpoint"])
    stem = Path(source["config"]).stem
    for other in hall.of((stem,)):
        return other.folder
    try:
        return load_config(source["config"]).work_dir
    except ConfigError as error:
        raise NothingToShow(
            f"{run.folder}: began with {stem}, of which there is no run here; name its folder"
        ) from error


def _photographs(root: str, size: int, seen: list[str]) -> Any:
    """One of each kind, files named KIND_NUMBER; kinds that no sketch was seen of, where there are any."""
    from stillhouse.datasets.sketch.image_folder import ImageFolder
    from stillhouse.engine.evaluation.sketch.distillation_images import Images

    data = ImageFolder(root, size)
    kinds: dict[str, int] = {}
    for place, file in enumerate(data.paths):
        kinds.setdefault(Path(file).stem.rpartition("_")[0] or Path(file).stem, place)
    unseen = {kind: place for kind, place in kinds.items() if kind not in seen}
    shown = dict(list((unseen or kinds).items())[:PHOTOGRAPHS])
    batch = data.__getitems__(list(shown.values()))
    return Images("photographs", "", batch["image"], batch["index"], list(shown), None, [None] * len(shown))
