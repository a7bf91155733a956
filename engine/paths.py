"""The one place that knows how run folders are named.

``{root}/{modality}/{dataset}/{learning_type}/{model}/{model_size}/{distillation}/{mode}``, for example
``work_dirs/automotive/hcrl_sa/supervised/gat/student/with-kd/curriculum``.
"""

from pathlib import Path

LEARNING_TYPES = {"vgae": "unsupervised", "gat": "supervised", "dqn": "rl_fusion"}
MODES = {"vgae": ("autoencoder",), "gat": ("normal", "curriculum"), "dqn": ("fusion",)}
DISTILLATIONS = ("no-kd", "with-kd")
TEACHER_MODES = {"vgae": ("autoencoder",), "gat": ("curriculum", "normal")}


def run_path(
    root: str | Path,
    modality: str,
    dataset: str,
    model: str,
    model_size: str,
    distillation: str,
    mode: str,
    learning_type: str | None = None,
) -> Path:
    """The folder of one run. ``dataset`` may be a path; its last part counts.

    Raises:
        ValueError: ``distillation`` is neither ``no-kd`` nor ``with-kd``, or the learning type of ``model`` is unknown.
    """
    if distillation not in DISTILLATIONS:
        raise ValueError(f"distillation: got {distillation!r}, expected one of {DISTILLATIONS}")
    learning_type = learning_type or LEARNING_TYPES.get(model)
    if learning_type is None:
        raise ValueError(
            f"run.model: got {model!r}; give run.learning_type, known without it: {sorted(LEARNING_TYPES)}"
        )
    return Path(root) / modality / Path(dataset).name / learning_type / model / model_size / distillation / mode


def discover_runs(root: str | Path) -> dict[str, Path]:
    """Every run below ``root`` that has a checkpoint: a name such as ``gat student curriculum + kd`` -> its folder.

    Raises:
        ValueError: the runs are on several data sets.
    """
    found: dict[str, Path] = {}
    data: set[str] = set()
    for pointer in sorted(Path(root).glob("*/*/*/*/*/*/*/last_checkpoint")):
        modality, dataset, _, model, size, distillation, mode = pointer.parent.relative_to(root).parts
        if mode not in MODES.get(model, (mode,)):
            continue  # set aside by --restart
        data.add(f"{modality}/{dataset}")
        found[f"{model} {size} {mode}" + (" + kd" if distillation == "with-kd" else "")] = pointer.parent
    if len(data) > 1:
        raise ValueError(
            f"{root}: holds runs on several data sets ({', '.join(sorted(data))}), which one table cannot compare"
        )
    return found


def discover_teacher(root: str | Path, run: dict) -> tuple[Path | None, list[Path]]:
    """The teacher's folder for a student's ``run``: the first that holds a checkpoint, and all that were looked at.

    A VGAE looks for its autoencoder; a GAT for the curriculum teacher and then for the normal one.
    """
    modes = TEACHER_MODES.get(run["model"], (run["mode"],))
    teacher = {**run, "model_size": "teacher", "distillation": "no-kd"}
    folders = [run_path(root, **{**teacher, "mode": mode}) for mode in modes]
    return next((folder for folder in folders if (folder / "last_checkpoint").is_file()), None), folders
