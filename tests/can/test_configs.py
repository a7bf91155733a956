"""Every shipped CAN config passes the check, and goes through two steps, a validation and a checkpoint."""

from pathlib import Path

import pytest

from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.engine.dry_run import dry_run
from stillhouse.engine.launch import train_companions
from stillhouse.engine.paths import run_path
from stillhouse.engine.run_folder import read_result
from stillhouse.engine.testing import test as measure

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = sorted(path.stem for path in (ROOT / "configs").glob("*gat_*.py")) + sorted(
    path.stem for path in (ROOT / "configs").glob("vgae_*.py")
)


@pytest.fixture(scope="module")
def options(can_root: Path, tmp_path_factory) -> dict:
    """Small sizes, shared by all configs, so that a companion is trained once."""
    folder = tmp_path_factory.mktemp("configs")
    return {
        "data_root": str(can_root), "work_root": str(folder), "cache_dir": str(can_root.parent / "cache"), "max_epochs": 1,
    }  # fmt: skip


def test_all_eight_are_there():
    assert len(CONFIGS) == 8 and "gat_student_curriculum_kd" in CONFIGS


@pytest.mark.parametrize("name", CONFIGS)
def test_config_is_right_and_runs_dry(name: str, options: dict):
    experiment = load_config(f"configs/{name}.py", options)
    assert check(experiment, companions=False) == []
    train_companions(experiment, say=lambda line: None)
    report = dry_run(experiment, say=lambda line: None)
    assert report["loss"]["loss"] > 0 and report["parameters"] > 10_000
    assert not experiment.work_dir.exists() or "teacher" in name, "a dry run leaves nothing behind"


def test_student_is_at_most_six_percent_of_the_teacher(options: dict):
    from stillhouse.engine.evaluation import count_parameters
    from stillhouse.registry import MODELS

    sizes = [
        count_parameters(MODELS.build(load_config(f"configs/gat_{size}_curriculum.py").cfg.model.network))
        for size in ("student", "teacher")
    ]
    assert sizes[0] / sizes[1] <= 0.06


def test_a_trained_run_is_measured_by_split(options: dict):
    experiment = load_config("configs/vgae_teacher_autoencoder.py", options)
    train_companions(load_config("configs/vgae_student_autoencoder_kd.py", options), say=lambda line: None)
    report = measure(experiment)
    assert any(group.startswith("test_03") for group in report["groups"])
    assert 0 <= report["metrics"]["detection/auroc"] <= 1
    assert experiment.work_dir == run_path(
        options["work_root"], "automotive", "can_synthetic", "vgae", "teacher", "no-kd", "autoencoder"
    )


@pytest.mark.parametrize("name", ["vgae_teacher_autoencoder", "gat_teacher_normal"])
def test_a_checkpoint_measures_what_its_training_measured(name: str, options: dict):
    """The averaged weights in the file are those that validation used, shared matrices included."""
    experiment = load_config(f"configs/{name}.py", options)
    companion = {
        "vgae_teacher_autoencoder": "vgae_student_autoencoder_kd",
        "gat_teacher_normal": "gat_student_normal_kd",
    }
    train_companions(load_config(f"configs/{companion[name]}.py", options), say=lambda line: None)
    trained = read_result(experiment.work_dir)["metrics"]
    assert measure(experiment)["validation"] == pytest.approx(trained, abs=1e-6)
