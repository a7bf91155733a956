"""Two steps that leave nothing behind."""

from pathlib import Path

from experiments import everything

from stillhouse.engine.config import load_config
from stillhouse.engine.dry_run import dry_run


def test_everything_goes_through_and_nothing_is_kept(config, teacher, tmp_path: Path):
    said: list[str] = []
    experiment = load_config(config(**everything(teacher)))
    report = dry_run(experiment, say=said.append)
    assert report["shapes"]["logits"] == (4, 8, 128) and report["batch"]["tokens"] == (4, 8)
    assert {"loss", "kd", "cross_entropy"} <= set(report["loss"])
    assert not (tmp_path / "runs").exists()
    assert "nothing was kept" in said[-1]
