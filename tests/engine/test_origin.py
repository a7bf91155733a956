"""The network of a checkpoint is built from data: nothing that its config names is run."""

import os
from pathlib import Path

import onnx_networks
import pytest

from stillhouse.engine.checkpoint import read_checkpoint, write_checkpoint
from stillhouse.engine.errors import CheckpointError
from stillhouse.engine.origin import build_network, origin_of
from stillhouse.engine.publish import load_network, publish
from stillhouse.engine.trained import load_trained
from stillhouse.registry import MODELS


@pytest.fixture
def mark(tmp_path: Path, monkeypatch) -> Path:
    """A file that a payload makes."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "run"


def payloads(mark: Path) -> dict[str, dict]:
    """Configs that would make the file, were they built as a config file's are."""
    command = f"touch {mark}"
    evil = mark.with_name("evil.py")
    evil.write_text(f"import os\nos.system({command!r})\nmodel = dict(type='Learner')\n")
    system = dict(type="os.system", command=command)
    return {
        "a function": system,
        "a program": dict(type="subprocess.run", args=["touch", str(mark)]),
        "a part of a network": dict(type="FlowMatching", backbone=system),
        "a part in a list": dict(type="MiniGPT", vocabulary=3, others=[[system]]),
        "mmengine's own": dict(type="BaseTTAModel", module=system),
        "another scope": dict(type="GAT", _scope_="evil"),
        "a config": dict(type="FrozenModel", config=str(evil)),
        "a config's network": dict(type="FusionAgent", detectors=[dict(config=str(evil), checkpoint="auto")]),
    }


NAMES = [
    "a function", "a program", "a part of a network", "a part in a list", "mmengine's own", "another scope", "a config",
    "a config's network",
]  # fmt: skip


GPT = dict(type="MiniGPT", vocabulary=11, context=4, width=4, num_layers=1, num_heads=1)


def published(folder: Path, network: dict) -> Path:
    """A file that claims to be a published network."""
    path = folder / "network.pth"
    about = dict(network=network, config_file="a.py", data={}, iter=1, metrics={}, version="0", epoch=1, thresholds={})
    write_checkpoint({"published": about, "state_dict": {}}, path)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_published_file_runs_nothing(name: str, mark: Path):
    file = published(mark.parent, payloads(mark)[name])
    for read in (load_network, load_trained):
        with pytest.raises(CheckpointError, match=r"network\.pth: its config (names|changes)"):
            read(file)
    assert not mark.exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_run_runs_nothing(name: str, mark: Path):
    config = dict(model=dict(network=payloads(mark)[name]))
    meta = dict(config=config, config_file="a.py", data={}, iter=1, epoch=1, metrics={}, version="0")
    write_checkpoint({"state_dict": {}, "ema": None, "meta": meta}, mark.parent / "iter_1.pth")
    for read in (load_trained, lambda file: publish(file, mark.parent / "out.pth")):
        with pytest.raises(CheckpointError, match=r"iter_1\.pth: its config (names|changes)"):
            read(mark.parent / "iter_1.pth")
    assert not mark.exists()


@pytest.mark.parametrize("key", ["train_dataloader", "val_dataloader", "test_evaluator"])
def test_nor_does_what_else_is_built_of_a_run(key: str, mark: Path):
    content = read_checkpoint(onnx_networks.write_run(mark.parent) / "iter_9.pth")
    content["meta"]["config"][key] = [dict(dataset=dict(type="os.system", command=f"touch {mark}"))]
    with pytest.raises(CheckpointError, match=r"'os\.system', which is no component.*--trust-checkpoint"):
        origin_of(content, "iter_9.pth")
    assert origin_of(content, "iter_9.pth", trust=True)["network"]["type"] == "GAT" and not mark.exists()


def test_the_payload_would_run_were_it_believed(mark: Path):
    MODELS.build(payloads(mark)["a function"])
    assert mark.exists(), "otherwise the tests above would prove nothing"


def test_a_network_that_cannot_be_built_is_a_damaged_file(tmp_path: Path):
    wide = {**onnx_networks.GAT, "hidden_dim": "wide"}
    for network, message in (
        (wide, "cannot be built"),
        ({"type": "MiniGPT"}, "cannot be built"),
        ({}, "cannot be built"),
    ):
        with pytest.raises(CheckpointError, match=f"network.pth: its network {message}"):
            load_network(published(tmp_path, network))


@pytest.mark.parametrize("number", [1 << 40, 10**5000], ids=["large", "huge"])
def test_a_network_that_would_never_be_built(tmp_path: Path, number: int):
    state = MODELS.build(dict(GPT)).state_dict()
    content = {"published": {"network": {**GPT, "num_layers": number}, "config_file": "a.py"}, "state_dict": state}
    with pytest.raises(
        CheckpointError, match=r"a\.pth: its config has a num_layers above 16,777,216, but its weights are"
    ):
        build_network(content, "a.pth")


def test_a_seed_may_be_any_number(tmp_path: Path):
    network = {**onnx_networks.GAT, "sample_seed": 1 << 40}
    with pytest.raises(CheckpointError, match=r"cannot be built \(.*sample_seed"):
        build_network({"published": {"network": network, "config_file": "a.py"}, "state_dict": {}}, "a.pth")


@pytest.mark.parametrize(
    ("content", "lacking"),
    [
        ({}, "config_file, network"), ({"published": []}, "config_file, network"), ({"meta": {"config": 3}}, "config_file"),
        ({"published": {"network": {}, "config_file": "a.py", "data": 3}}, "data"),
        ({"meta": {"config": {"model": {"network": {}}}, "config_file": "a.py", "iter": "3"}}, "iter"),
    ],
)  # fmt: skip
def test_an_origin_that_is_not_told(content: dict, lacking: str):
    with pytest.raises(CheckpointError, match=rf"a\.pth: does not say where its network comes from: no .*{lacking}"):
        origin_of(content, "a.pth")


def test_weights_that_are_none(tmp_path: Path):
    content = {"published": {"network": onnx_networks.GAT, "config_file": "a.py"}, "state_dict": {"a": 1}}
    with pytest.raises(CheckpointError, match="its weights are no dict of tensors"):
        build_network(content, "a.pth")


def test_a_pointer_leads_nowhere_else(tmp_path: Path):
    outside = onnx_networks.write_run(tmp_path / "outside") / "iter_9.pth"
    run = onnx_networks.write_run(tmp_path / "run")
    for named in ("../outside/iter_9.pth", str(outside), "\0", "a" * 5000, "..", ""):
        (run / "last_checkpoint").write_bytes(os.fsencode(named))
        assert load_trained(run).file == run / "iter_9.pth", named
