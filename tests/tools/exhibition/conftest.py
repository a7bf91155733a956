"""Runs for the gallery: folders with a config and a result, and tiny trained ones of every domain."""

import json
from pathlib import Path

import pytest
from shipped_runs import TinyRuns

from stillhouse.tools.exhibition.found import Run, read_run


@pytest.fixture
def folder_of(tmp_path: Path):
    """Makes a run's folder without a checkpoint."""

    def make(name: str, metrics: dict | None = None, **config) -> Path:
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        lines = {"config_file": f"{name}.py", **config}
        (folder / "config.py").write_text("".join(f"{key} = {value!r}\n" for key, value in lines.items()))
        (folder / "last_checkpoint").write_text("iter_7.pth")
        if metrics is not None:
            (folder / "result.json").write_text(json.dumps({"iterations": 1234, "metrics": metrics}))
        return folder

    return make


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Trains a shipped config in tiny form, and reads its folder."""
    runs = TinyRuns(tmp_path_factory.mktemp("gallery"))

    def run(name: str) -> Run:
        return read_run(Path(runs.trained(name)).parent)

    run.runs = runs
    return run
