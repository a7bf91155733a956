"""What the cases of a network need before they can run: data, companions, and teachers."""

import shutil
from pathlib import Path

from stillhouse.engine.companions import training_order
from stillhouse.engine.config import Experiment
from stillhouse.engine.launch import train, without_distillation, without_validation
from stillhouse.engine.run_folder import read_result

from .cases import shortened, teacher_of
from .recipes import RECIPES, small


def prepare(network: str, root: str, teachers: int = 2) -> None:
    """Write data and train companions and teachers for two steps; what is there already is kept.

    Args:
        network: a key of ``RECIPES``.
        root: folder of the cross.
        teachers: how many.
    """
    folder, recipe = Path(root), RECIPES[network]
    for stem in dict.fromkeys((recipe.config, recipe.taught_by)):
        _train_companions(small(stem, folder), folder)
    for number in range(teachers):
        teacher = small(recipe.taught_by, folder, **{"randomness.seed": 100 + number})
        checkpoint = Path(teacher_of(network, number, folder)["checkpoint"])
        _train_shortly(without_distillation(teacher), checkpoint.parent)


def _train_companions(experiment: Experiment, root: Path) -> None:
    """Those that others need first, each at its own network's smallest size."""
    for companion in training_order(experiment):
        _train_shortly(small(companion.experiment.path.stem, root), companion.experiment.work_dir)


def _train_shortly(experiment: Experiment, folder: Path) -> None:
    if read_result(folder) is not None:
        return
    if folder.exists():
        shutil.rmtree(folder)
    train(without_validation(shortened(experiment, folder)))
