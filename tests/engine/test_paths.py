"""Where runs live, and where a teacher is looked for."""

from pathlib import Path

import pytest

from stillhouse.engine.paths import discover_teacher, run_path

RUN = dict(modality="automotive", dataset="data/hcrl_sa", model="gat", model_size="student", mode="curriculum")


def test_the_plan_s_path():
    expected = Path("w/automotive/hcrl_sa/supervised/gat/student/with-kd/curriculum")
    assert run_path("w", distillation="with-kd", **RUN) == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(distillation="kd"), r"distillation: got 'kd', expected one of \('no-kd', 'with-kd'\)"),
        (
            dict(model="cnn"),
            r"run\.model: got 'cnn'; give run\.learning_type, known without it: \['dqn', 'gat', 'vgae'\]",
        ),
    ],
)
def test_what_is_refused(changes: dict, message: str):
    with pytest.raises(ValueError, match=message):
        run_path("w", **{"distillation": "no-kd", **RUN, **changes})


def teacher(root: Path, model: str, mode: str) -> Path:
    folder = run_path(root, **{**RUN, "model": model, "model_size": "teacher", "mode": mode, "distillation": "no-kd"})
    folder.mkdir(parents=True)
    (folder / "last_checkpoint").write_text("iter_1.pth\n")
    return folder


def test_the_curriculum_teacher_is_preferred_to_the_normal_one(tmp_path: Path):
    assert discover_teacher(tmp_path, RUN)[0] is None
    normal = teacher(tmp_path, "gat", "normal")
    assert discover_teacher(tmp_path, {**RUN, "mode": "normal"})[0] == normal
    assert discover_teacher(tmp_path, RUN)[0] == normal
    curriculum = teacher(tmp_path, "gat", "curriculum")
    found, looked = discover_teacher(tmp_path, RUN)
    assert found == curriculum and looked == [curriculum, normal]


def test_a_vgae_looks_for_its_autoencoder(tmp_path: Path):
    own = teacher(tmp_path, "vgae", "autoencoder")
    assert discover_teacher(tmp_path, {**RUN, "model": "vgae", "mode": "autoencoder"})[0] == own
