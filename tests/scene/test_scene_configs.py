"""The shipped configs of scenes: checked, trained a little, and judged by the tool."""

import json
from pathlib import Path

import pytest
import torch
from experiments import losses_of, train
from scene_toys import SIZE, write_scenes
from scripts import runner

from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.engine.evaluation.scene.evaluation import Refinement, evaluate
from stillhouse.engine.evaluation.scene.report import write_report
from stillhouse.engine.evaluation.scene.subject import load_subject
from stillhouse.engine.publish import publish
from stillhouse.models.scene import SceneRenderer

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "eval_scene.py")
WRITTEN = {"scenes.png", "summary.json", "report.html"}
SHORT = {"max_iters": 4, "warmup_iters": 1, "train_cfg.val_interval": 2, "batch_size": 8, "image_size": SIZE}
PROXY = {"model.network.hidden": 16, "model.network.width": 16, "model.network.attention_at": 16}
BACKBONE = dict(type="SceneResNet", width=4, features=16, image_size=SIZE)
INVERSE = {
    "model.network.backbone": BACKBONE,
    "model.network.hidden": 16,
    "renderer": dict(type="ToyRenderer", size=SIZE),
}
ALL = ["scene_forward", "scene_forward_small", "scene_inverse_quality", "scene_inverse_all", "scene_inverse_small"]


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return write_scenes(tmp_path_factory.mktemp("scenes"), 120)


@pytest.fixture(scope="module")
def runs(root: Path, tmp_path_factory) -> dict[str, Path]:
    """The folders of a short proxy and of a short inverse model beside it."""
    shared = {"data_root": str(root), "work_root": str(tmp_path_factory.mktemp("runs")), **SHORT}
    proxy = load_config("configs/scene_forward_small.py", {**shared, **PROXY})
    train(proxy)
    named = dict(config="configs/scene_forward_small.py", checkpoint=str(next(proxy.work_dir.glob("best_*.pth"))))
    ramp = {"custom_hooks.0.warmup": dict(image=dict(begin=2, length=1))}
    inverse = load_config("configs/scene_inverse_small.py", {**shared, **INVERSE, **ramp, "proxy": named})
    train(inverse)
    return {"forward": proxy.work_dir, "inverse": inverse.work_dir}


@pytest.fixture
def judge(monkeypatch):
    return runner(SCRIPT, monkeypatch)


@pytest.mark.parametrize("name", ALL)
def test_every_config_is_in_order(root, name):
    assert check(load_config(f"configs/{name}.py", {"data_root": str(root)}), companions=False) == []


def test_a_mistake_in_a_config_is_found(root):
    options = {
        "data_root": str(root),
        "model.losses.layer.part": "layer",
        "custom_hooks.0.warmup": dict(imge=dict(begin=1)),
    }
    found = check(load_config("configs/scene_inverse_small.py", options), companions=False)
    assert any("layer.part" in problem for problem in found) and any("'imge'" in problem for problem in found)


def test_the_full_inverse_model_is_held_and_then_learns_at_a_tenth():
    cfg = load_config("configs/scene_inverse_quality.py").cfg
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys == {"network.backbone": dict(lr_mult=0.1)}
    assert cfg.custom_hooks[2] == dict(type="FreezeHook", module="network.backbone", epochs=3)
    assert cfg.train_cfg.max_epochs == 10 and cfg.model.losses.image.weight == 0.5
    assert load_config("configs/scene_inverse_all.py").cfg.train_dataloader.dataset.root == "data/scene"


def test_the_best_checkpoint_and_pictures_are_kept(runs):
    assert list(runs["forward"].glob("best_scene_l1.pth")) and list(runs["inverse"].glob("best_scene_foreground.pth"))
    pictures = [path.name for path in runs["inverse"].rglob("*.png")]
    assert any(name.startswith("val_scenes") for name in pictures)
    assert any(path.name.startswith("val_proxy") for path in runs["forward"].rglob("*.png"))


def test_the_images_term_begins_when_it_is_told(runs):
    terms = losses_of(runs["inverse"], "train/image")
    assert terms, "it is logged"
    result = json.loads((runs["inverse"] / "result.json").read_text())
    assert result["finished"] and result["metrics"]["scene/geometry_accuracy"] >= 0


@pytest.mark.parametrize("kind", ["forward", "inverse"])
def test_the_tool_judges_a_run(runs, judge, capsys, tmp_path, kind):
    status = judge(runs[kind], "--out-dir", tmp_path, "--most", 10, "--shown", 3)
    out = capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == WRITTEN
    found = json.loads((tmp_path / "summary.json").read_text())
    assert found["kind"] == kind and found["scenes"] == 10
    assert status == (0 if found["verdict"] == "PASS" else 1) and out.rstrip().endswith(found["verdict"])
    assert {"l1", "l1_black", "foreground_nearest", "ssim_mean", "lpips", "lpips_black"} <= set(found["results"])
    assert found["perceptual"] == "lpips: random AlexNet features (no LPIPS)."
    page = (tmp_path / "report.html").read_text()
    assert "http" not in page.replace("http-equiv", "").split("<details>")[0], "it needs no other file"
    columns = {"forward": 4, "inverse": 5}[kind]
    assert page.count('<img src="data:image/png;base64,') == 3 * columns
    assert all(value > 0 for value in found["milliseconds"].values())
    if kind == "inverse":
        assert {one["criterion"] for one in found["criteria"]} == {"geometry_accuracy", "continuous_ratio", "beats_all"}
        assert "gradientAngle" in found["by_name"]["mean absolute error"] and "continuous_ratio" in page


def test_an_untrained_inverse_model_fails(runs, judge, tmp_path):
    assert judge(runs["inverse"], "--out-dir", tmp_path) == 1
    assert json.loads((tmp_path / "summary.json").read_text())["verdict"] == "FAIL"


def test_predictions_are_refined_beside(runs, tmp_path):
    subject = load_subject(runs["inverse"])
    subject.metric.renderer = SceneRenderer(SIZE)
    report = evaluate(subject, most=4, shown=2, refinement=Refinement(steps=2, scenes=3))
    assert report.refined_scenes == 3 and list(report.columns)[-1] == "after 2 steps"
    assert report.refined["foreground"] <= report.refined["before_foreground"] + 1e-6
    page = write_report(report, tmp_path)["report"].read_text()
    assert "Refined by gradients" in page and page.count("<img src=") == 2 * 6
    assert json.loads((tmp_path / "summary.json").read_text())["refined_scenes"] == 3


def test_what_cannot_be_refined(runs, judge, capsys):
    assert judge(runs["forward"], "--refine", 3) == 2
    assert "is a proxy, which predicts no scenes to refine" in capsys.readouterr().err
    assert judge(runs["inverse"], "--refine", 3) == 2
    assert "renderer: a ToyRenderer has no gradients, expected a SceneRenderer" in capsys.readouterr().err


def test_what_cannot_be_judged(runs, judge, capsys, tmp_path, config):
    assert judge(tmp_path) == 2
    assert "holds no checkpoint" in capsys.readouterr().err
    publish(str(next(runs["forward"].glob("best_*.pth"))), str(tmp_path / "published.pth"))
    assert judge(tmp_path / "published.pth") == 2
    assert "not a published network" in capsys.readouterr().err
    other = config(
        test_dataloader="${val_dataloader}", test_evaluator="${val_evaluator}", test_cfg=dict(type="TestLoop")
    )
    train(other, tmp_path / "text")
    assert judge(tmp_path / "text") == 2
    assert "is a MiniGPT, which neither draws scenes nor recovers them" in capsys.readouterr().err
    assert judge(runs["forward"], "--most", 0) == 2


def test_a_proxy_that_is_gone_is_named(runs, monkeypatch):
    subject = load_subject(runs["inverse"])
    assert subject.proxy() is not None and isinstance(next(subject.trained.network.parameters()), torch.Tensor)
    hook = next(one for one in subject.config["custom_hooks"] if one["type"] == "ScenePicturesHook")
    monkeypatch.setitem(hook, "companion", dict(hook["companion"], checkpoint="gone.pth"))
    with pytest.raises(Exception, match=r"gone\.pth"):
        subject.proxy()
