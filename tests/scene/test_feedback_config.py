"""The shipped config of feedback: checked, trained a little beside a short inverse model, and judged by the tool."""

import json
from pathlib import Path

import pytest
import torch
from experiments import train
from scene_toys import SIZE, scenes
from scripts import runner

from stillhouse.datasets.scene.store import SceneStore
from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.engine.publish import publish
from stillhouse.engine.trained import load_trained
from stillhouse.models.scene import SceneRenderer

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "eval_scene.py")
CONFIG = "configs/scene_inverse_feedback.py"
PROXY = {"model.network.hidden": 16, "model.network.width": 16, "model.network.attention_at": 16}
SMALL = {
    "model.network.hidden": 16,
    "model.network.backbone": dict(type="SceneResNet", width=4, features=16, image_size=SIZE),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Scenes that are drawn quickly."""
    store = SceneStore(tmp_path_factory.mktemp("scenes"))
    light = [{**scene, "repetitions": 4} for scene in scenes(40)]
    for number, image in enumerate(SceneRenderer(SIZE).render(light)):
        store.write(number, (255 * image).round().byte().permute(1, 2, 0).numpy(), light[number])
    return Path(store.root)


@pytest.fixture(scope="module")
def run(root: Path, tmp_path_factory) -> Path:
    """The folder of a short run."""
    shared = {
        "data_root": str(root), "work_root": str(tmp_path_factory.mktemp("runs")), "image_size": SIZE, "max_iters": 2,
        "warmup_iters": 1, "batch_size": 4,
    }  # fmt: skip
    ends = {**shared, "train_cfg.val_interval": 2}
    train(load_config("configs/scene_forward_small.py", {**ends, **PROXY}))
    train(load_config("configs/scene_inverse_small.py", {**ends, **SMALL}))
    short = {"model.network.rounds": 1, "model.network.candidates": 1, "model.network.width": 4}
    feedback = load_config(CONFIG, {**shared, **short})
    train(feedback)
    return feedback.work_dir


def test_the_config_is_in_order(root):
    assert check(load_config(CONFIG, {"data_root": str(root)}), companions=False) == []
    found = check(load_config(CONFIG, {"data_root": str(root), "model.losses.change.target": "want"}), companions=False)
    assert any("'want'" in problem for problem in found)


def test_a_run_is_judged_as_any_inverse_model(run, monkeypatch, capsys, tmp_path):
    status = runner(SCRIPT, monkeypatch)(run, "--out-dir", tmp_path, "--most", 3, "--shown", 2)
    assert status in (0, 1), capsys.readouterr().err
    found = json.loads((tmp_path / "summary.json").read_text())
    assert found["kind"] == "inverse" and {"beats_all", "geometry_accuracy"} <= set(found["results"])


def test_a_published_network_needs_no_other_file(run, tmp_path):
    file = tmp_path / "published.pth"
    publish(str(next(run.glob("best_*.pth"))), str(file))
    image = SceneRenderer(SIZE).render(scenes(1))
    ours, published = (load_trained(path).network.predict({"image": image})["params"] for path in (run, file))
    assert torch.equal(ours, published)
