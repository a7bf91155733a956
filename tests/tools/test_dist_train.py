"""The launch script: processes that die are started again, and machines find each other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from experiments import assert_same, everything, loader, newest
from ranks import free_port, run_ranks

from stillhouse.engine.run_folder import read_result

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 500


def started(config: Path, processes: int, *arguments: str, **variables: str) -> subprocess.Popen:
    """``tools/dist_train.sh`` in the background, its output in one pipe."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT / "tests"), **variables}
    command = [ROOT / "tools" / "dist_train.sh", config, str(processes), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


def ended(launched: subprocess.Popen) -> str:
    """What it printed; it must have ended well."""
    try:
        output = launched.communicate(timeout=PATIENCE_S)[0]
    finally:
        launched.kill()
    assert launched.returncode == 0, output[-3000:]
    return output


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_process_is_started_again_and_the_run_ends_with_the_same_bits(config, teacher, tmp_path: Path):
    marker = tmp_path / "killed"
    content = everything(
        teacher,
        train_dataloader=loader("train", batch_size=2, dataset="NoisyText"),
        custom_imports=dict(imports=["ranks"], allow_failed_imports=False),
    )
    content["custom_hooks"].append(dict(type="KillOnce", iteration=4, marker=str(marker)))
    path = config("elastic", **content)
    output = ended(started(path, 2, "--resume", "--work-dir", str(tmp_path / "disturbed"), MAX_RESTARTS="3"))
    assert marker.exists() and "exitcode: -9" in output and "resumed from" in output
    assert read_result(tmp_path / "disturbed")["finished"]
    run_ranks(path, tmp_path / "undisturbed")
    assert_same(newest(tmp_path / "undisturbed"), newest(tmp_path / "disturbed"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_machines_find_each_other(config, tmp_path: Path):
    path = config("nodes", train_cfg=dict(type="TrainLoop", max_iters=2))
    together = dict(NNODES="2", MASTER_ADDR="127.0.0.1", PORT=str(free_port()), RUN_ID="test")
    launched = [started(path, 1, **together) for _ in range(2)]
    outputs = [ended(each) for each in launched]
    assert sum(output.count("holds the result") for output in outputs) == 1
    assert newest(tmp_path / "runs" / "nodes")["meta"]["world_size"] == 2


def test_several_machines_need_an_address(config):
    variables = {name: value for name, value in os.environ.items() if name != "MASTER_ADDR"}
    answer = subprocess.run(
        [ROOT / "tools" / "dist_train.sh", config(), "1"],
        capture_output=True, text=True, env={**variables, "NNODES": "2"},
    )  # fmt: skip
    assert answer.returncode != 0 and "MASTER_ADDR: names one of the machines" in answer.stderr
