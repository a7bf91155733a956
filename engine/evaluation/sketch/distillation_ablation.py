"""One change of the distillation at a time: what each does to the drawings, and to the cosine that it trains against."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from ....datasets.sketch.control_sketch import Split
from ...checkpoint import saved, write_text
from ...config import load_config
from ...launch import is_finished, train
from ...tables import terminal_table
from ...trained import load_trained
from ..latent.summary import plain
from ..scalars import read_curves
from .distillation import BOOTSTRAP, compare
from .distillation_drawing import Drawer, classes_seen
from .distillation_images import held_out
from .distillation_judges import Judge

CONFIG = "configs/sketch_distill_clip.py"
VARIANTS: dict[str, dict] = {
    "as configured": {},
    "no augmentation": {"num_augmentations": 0},
    "1 view": {"num_augmentations": 1},
    "4 views": {"num_augmentations": 4},
    "8 views": {"num_augmentations": 8},
    "the drawing's views alone": {"joint": False},
    "no replay": {"replay_weight": 0.0, "replay_ratio": 0.1},
    "no prior": {"prior_weight": 0.0},
    "embedding instead of layers": {"layer_weight": 0.0, "embedding_weight": 1.0},
    "embedding, no augmentation": {"layer_weight": 0.0, "embedding_weight": 1.0, "num_augmentations": 0},
    "pooled tokens instead of layers": {"layer_weight": 0.0, "token_weight": 1.0},
    "pooled tokens, no augmentation, no replay": {
        "layer_weight": 0.0, "token_weight": 1.0, "num_augmentations": 0, "replay_weight": 0.0, "replay_ratio": 0.1,
        "prior_weight": 0.0,
    },
    "replay alone": {"clip_weight": 0.0, "prior_weight": 0.0},
}  # fmt: skip
EDGE = 0.1  # share of a run's logged steps at each end whose mean is its first and its last cosine


@dataclass(frozen=True)
class Ablation:
    """What is trained and where.

    Attributes:
        folder: a run of each variant is made in it.
        options: of all variants, as ``--cfg-options``.
        variants: names from ``VARIANTS``.
        bootstrap: run's folder or checkpoint that all begin with; None for that of the config.
    """

    folder: Path
    options: dict
    variants: Sequence[str]
    bootstrap: str | None = None

    def run(self, name: str) -> Path:
        """A variant's run."""
        return self.folder / name.replace(",", "").replace("'", "").replace(" ", "_")


def train_variant(ablation: Ablation, name: str, say: Callable[[str], None]) -> Path:
    """Train a variant, or go on where it was cut off; a finished one is kept."""
    options = {**ablation.options, **VARIANTS[name]}
    if ablation.bootstrap is not None:
        options["custom_hooks.0.source.checkpoint"] = ablation.bootstrap
    experiment = load_config(CONFIG, options)
    experiment.cfg.work_dir = str(ablation.run(name))
    if not is_finished(experiment):
        say(f"{name}: trains in {experiment.work_dir}")
        train(experiment, resume=bool(saved(experiment.work_dir)))
    return ablation.run(name)


def bootstrap_of(ablation: Ablation) -> str:
    """The run that the config begins with, under the same roots."""
    source = load_config(CONFIG, ablation.options).cfg.custom_hooks[0]["source"]["config"]
    roots = {name: ablation.options[name] for name in ("data_root", "work_root") if name in ablation.options}
    return str(load_config(source, roots).work_dir)


def measure_variants(
    ablation: Ablation, bootstrap: str, root: str, split: Split, samples: int, judges: Sequence[Judge], say: Callable
) -> list[dict]:
    """A row a variant, the bootstrap's first: the judges' figures, and the cosine trained against at the first and last steps."""
    first = Drawer(BOOTSTRAP, "", load_trained(bootstrap))
    drawers = [first, *(Drawer(name, "", load_trained(ablation.run(name))) for name in ablation.variants)]
    size = first.trained.network.encoder.size
    images = held_out(root, split, size, samples, classes_seen(first), seed=0)
    part = compare(drawers, images, judges, say=say)
    return [{"variant": row.kind, **row.figures, **_trained_cosine(ablation, row.kind)} for row in part.rows]


def write_rows(rows: Sequence[Mapping], path: Path) -> None:
    """All figures at full precision."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(json.dumps(plain(list(rows)), indent=2, allow_nan=False) + "\n", path)


def as_table(rows: Sequence[Mapping], title: str) -> Table:
    """A row a variant, a column a figure."""
    names = list(dict.fromkeys(name for row in rows for name in row if name != "variant"))
    head = ("", *(name.replace("_", " ") for name in names))
    cells = [(row["variant"], *(f"{row[name]:.3f}" if name in row else "" for name in names)) for row in rows]
    return terminal_table(head, cells, title)


def _trained_cosine(ablation: Ablation, name: str) -> dict[str, float]:
    """The cosine of the run's own loss, over its own views, of the raw weights."""
    if name not in VARIANTS or VARIANTS[name].get("clip_weight") == 0:
        return {}
    _, values = read_curves(ablation.run(name)).losses["avg_cosine_sim"]
    edge = max(1, round(EDGE * len(values)))
    return {"trained_first": sum(values[:edge]) / edge, "trained_last": sum(values[-edge:]) / edge}
