"""A picture file to a folder with its scene: networks found, stages run, files written after each."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...datasets.sketch.images import Fit
from ...registry import DATASETS, MODELS
from ..checkpoint import chosen
from ..trained import TrainedNetwork
from .errors import SearchError
from .found import Found
from .grading import load_proxy
from .objective import Objective
from .output import write_found
from .search import Means, search
from .settings import Settings
from .starts import load_inverse
from .state import State
from .target import Ground, read_target

STATE = "state.json"
RUNS = ("scene_inverse_quality", "scene_inverse_all", "scene_inverse_small")
WORK_ROOT = Path("work_dirs")


@dataclass(frozen=True)
class Asked:
    """What a picture is asked of.

    Attributes:
        picture: the file.
        out: the folder for what is found.
        run: an inverse model's run; ``auto`` looks for the usual ones, ``none`` begins with random scenes.
        proxy: a forward model's run; None takes the one that the inverse model was trained with.
        bank: a folder of scenes with their images, the nearest of which are tried; ``auto`` takes the run's own data where it
            is there, ``none`` none.
        renderer: the URL of a service that renders; None renders here.
        fit, ground, invert: see ``read_target``.
        image_size: side in pixels of the image that is written.
    """

    picture: Path
    out: Path
    run: str = "auto"
    proxy: str | None = None
    bank: str = "auto"
    renderer: str | None = None
    fit: Fit = "pad"
    ground: Ground = "black"
    invert: bool = False
    image_size: int = 512


def predict_picture(
    asked: Asked, settings: Settings, resume: bool = False, say: Callable[[str], Any] = lambda words: None
) -> dict:
    """Find the scene of a picture.

    The folder has the results of the stages that are finished, whatever is killed.

    Args:
        asked: the picture, and what to work with.
        settings: of the search.
        resume: go on with a search that was interrupted.
        say: told of each stage.

    Returns:
        the record, see ``output.write_found``; ``notes`` says what was not there.

    Raises:
        SketchError: the picture cannot be read.
        SearchError: ``resume`` in the folder of another search, or no proxy where its gradient is asked for.
        CheckpointError: a run that is named holds no network of its kind.
    """
    target = read_target(asked.picture, settings.size, asked.fit, asked.ground, asked.invert)
    trained, notes = find_inverse(asked.run)
    means = Means(_service(asked, settings), trained, _proxy(asked, settings, trained), _bank(asked, trained, notes))
    digest = hashlib.sha256(target.numpy().tobytes()).hexdigest()
    facts = {"picture": str(asked.picture), "run": str(trained.file) if trained else None, "notes": notes}
    request = {
        "pixels": digest, "settings": asdict(settings), "run": facts["run"], "proxy": asked.proxy, "bank": asked.bank,
        "renderer": asked.renderer,
    }  # fmt: skip
    for note in notes:
        say(note)
    state = State(asked.out / STATE, request, resume)
    report = _Report(asked, settings, Objective(target, _renderer(settings.size), settings.measure), facts, say)
    search(target, means, settings, state, report)
    return report.finish(state.seconds)


class _Report:
    """Writes the files after each stage."""

    def __init__(
        self, asked: Asked, settings: Settings, objective: Objective, facts: dict, say: Callable[[str], Any]
    ) -> None:
        self.asked, self.objective, self.say = asked, objective, say
        self.facts = {**facts, "settings": asdict(settings)}
        self.stages: list[Found] = []

    def __call__(self, found: Found) -> None:
        self.stages.append(found)
        self.say(f"{found.stage}: loss {found.loss:.4f} after {found.spent} evaluations")
        self._write({"complete": False})

    def finish(self, seconds: float) -> dict:
        return self._write({"complete": True, "seconds": round(seconds, 2)})

    def _write(self, more: dict) -> dict:
        image = _renderer(self.asked.image_size).render([self.stages[-1].scene])[0]
        return write_found(self.asked.out, self.stages, self.objective, image, {**self.facts, **more})


def find_inverse(run: str, work_root: Path = WORK_ROOT) -> tuple[TrainedNetwork | None, list[str]]:
    """An inverse model, and what there is to say where there is none.

    Args:
        run: a run's folder or checkpoint, ``auto`` or ``none``.
        work_root: where ``auto`` looks.

    Raises:
        CheckpointError: a run that is named holds no inverse model.
    """
    if run not in ("auto", "none"):
        return load_inverse(run), []
    found = [work_root / name for name in RUNS if run == "auto" and chosen(work_root / name) is not None]
    if found:
        return load_inverse(str(found[0])), []
    why = "no trained inverse model was found" if run == "auto" else "no inverse model is used"
    return None, [f"{why}: the search begins with random scenes"]


def _renderer(size: int) -> Any:
    return MODELS.build(dict(type="SceneRenderer", size=size))


def _service(asked: Asked, settings: Settings) -> Any:
    """What renders, where it is not the embedded renderer."""
    if asked.renderer is None:
        return None
    return MODELS.build(dict(type="HttpRenderer", url=asked.renderer, size=settings.size))


def _proxy(asked: Asked, settings: Settings, trained: TrainedNetwork | None) -> Any:
    """The forward model, where its gradient is asked for."""
    if settings.gradient != "proxy":
        return None
    if asked.proxy is not None:
        return load_proxy(asked.proxy)
    hooks = (trained.meta.get("config") or {}).get("custom_hooks") or [] if trained else []
    named = next((hook["companion"] for hook in hooks if hook.get("type") == "ScenePicturesHook"), None)
    if named is None:
        raise SearchError("gradient: got 'proxy', and no run names a proxy; give one with --proxy, or use 'renderer'")
    return MODELS.build({**named, "type": "FrozenModel"}).network


def _bank(asked: Asked, trained: TrainedNetwork | None, notes: list[str]) -> Any:
    """The known scenes whose images are looked at."""
    if asked.bank == "none":
        return None
    if asked.bank != "auto":
        # All of them: nothing is held out of what somebody names.
        return DATASETS.build(dict(type="SceneRenders", root=asked.bank, split="train", fractions=(1.0, 0.0, 0.0)))
    config = (trained.meta.get("config") or {}) if trained else {}
    named = (config.get("train_dataloader") or {}).get("dataset")
    if named is None:
        return None
    try:
        return DATASETS.build(dict(named))
    except ValueError as error:
        notes.append(f"the run's training scenes are not there, so that none of them is tried: {error}")
        return None
