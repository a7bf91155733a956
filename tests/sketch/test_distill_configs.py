"""The shipped configs of CLIP distillation: checked, and run on a few images from a generator that has hardly learnt."""

import json
from pathlib import Path

import pytest
import torch
from experiments import losses_of, train
from scripts import runner

from stillhouse.datasets.sketch.photos import write_photos
from stillhouse.datasets.sketch.synthetic import plan, write
from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.engine.evaluation.sketch.distillation_ablation import (
    CONFIG,
    Ablation,
    as_table,
    bootstrap_of,
    measure_variants,
    train_variant,
    write_rows,
)  # fmt: skip
from stillhouse.engine.trained import load_trained

SMALL_CLIP = {"model.network.width": 8, "model.network.scribbles": 4, "train_dataloader.batch_size": 8}
SMALL_FLOW = {
    "model.network.backbone.width": 32, "model.network.backbone.num_layers": 1, "model.network.backbone.num_heads": 2,
    "model.network.backbone.ffn_width": 32, "model.network.condition.channels": 64,
    "val_evaluator": [dict(type="SketchStatistics")],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Data, ten photos, a CLIP and an image generator that were trained for some steps."""
    folder = tmp_path_factory.mktemp("distillation")
    tasks = plan(folder / "data", 8, 6, 0, ["cat", "house", "star"], 0)
    for task in tasks:
        write(task)
    others = plan(folder / "others", 4, 0, 0, ["apple", "crown", "hammer"], every_class=True)
    for task in others:
        write(task)
    write_photos([task.path for task in others][:10], folder / "photos")
    common = {"data_root": str(folder / "data"), "num_classes": 3, "work_root": str(folder)}
    train(load_config("configs/clip_tiny.py", {**common, **SMALL_CLIP, "clip_iters": 22, "train_cfg.val_interval": 22}))
    schedule = {"max_iters": 12, "val_interval": 12, "warmup_iters": 1, "train_dataloader.batch_size": 8}
    train(load_config("configs/sketch_flow_image.py", {**common, **SMALL_FLOW, **schedule}))
    return folder


def settings(folder: Path, **changes) -> dict:
    """Options of a short run on the folder's data."""
    return {
        "data_root": str(folder / "data"), "num_classes": 3, "work_root": str(folder), "image_dir": str(folder / "photos"),
        **SMALL_FLOW, "max_iters": 15, "val_interval": 15, "warmup_iters": 1, "batch_size": 3,
        "default_hooks.log.interval": 1, **changes,
    }  # fmt: skip


def experiment(folder: Path, name: str = "sketch_distill_clip", **changes):
    return load_config(f"configs/{name}.py", settings(folder, **changes))


@pytest.mark.parametrize("name", ["sketch_distill_clip", "sketch_distill_clip_plan", "sketch_distill_control"])
def test_each_is_right_and_takes_two_steps(folder: Path, tmp_path: Path, name: str):
    chosen = experiment(folder, name, max_iters=2, val_interval=2, work_dir=str(tmp_path / name))
    assert check(chosen) == []
    train(chosen)
    assert load_trained(chosen.work_dir).network.sketch_shape == (32, 4, 2)


def test_the_log_shows_the_cosine_and_the_encoder_stays_as_it_was(folder: Path, tmp_path: Path):
    chosen = experiment(folder, work_dir=str(tmp_path / "run"), max_iters=4, val_interval=4)
    train(chosen)
    found = losses_of(chosen.work_dir, "train/clip_cosine")
    observed = losses_of(chosen.work_dir, "train/avg_cosine_sim")
    assert len(found) == 4 and observed[2] == pytest.approx(1 - found[2] / 3, abs=1e-4), "the weight of the loss is 3"
    before = load_trained(folder / "clip_tiny").network.state_dict()
    after = load_trained(chosen.work_dir).network.encoder.clip.state_dict()
    assert all(torch.equal(after[name], before[f"clip.{name}"]) for name in after)


def test_without_the_generator_to_begin_with_the_command_is_named(folder: Path, tmp_path: Path):
    problems = check(experiment(folder, work_root=str(tmp_path)))
    assert any("tools/train.py configs/sketch_flow_image.py" in problem for problem in problems)


def test_a_folder_without_pictures_is_refused(folder: Path, tmp_path: Path):
    chosen = experiment(folder, image_dir=str(tmp_path), work_dir=str(tmp_path / "run"))
    with pytest.raises(Exception, match="no usable picture"):
        train(chosen)


def test_an_ablation_trains_each_variant_once_and_tables_them_beside_the_bootstrap(folder: Path, tmp_path: Path):
    ablation = Ablation(tmp_path, settings(folder, max_iters=2, val_interval=2), ["no augmentation", "replay alone"])
    said: list[str] = []
    for _ in range(2):
        for name in ablation.variants:
            train_variant(ablation, name, said.append)
    assert len(said) == 2, "what is finished is not trained again"
    bootstrap = bootstrap_of(ablation)
    assert bootstrap == str(folder / "sketch_flow_image")
    rows = measure_variants(ablation, bootstrap, str(folder / "data"), "validation", 4, [], say=said.append)
    found = {row["variant"]: row for row in rows}
    assert [*found][-3:] == ["bootstrap", "no augmentation", "replay alone"]
    assert found["bootstrap"]["chamfer_ratio"] == 1 and found["no augmentation"]["chamfer"] > 0
    assert 0 < found["no augmentation"]["trained_first"] < 1 and "trained_first" not in found["replay alone"]
    trained = load_trained(ablation.run("no augmentation")).meta["config"]
    assert trained["num_augmentations"] == 0 and load_config(CONFIG).cfg.num_augmentations > 0
    table = as_table(rows, "x")
    assert table.row_count == len(rows)
    write_rows(rows, tmp_path / "out" / "rows.json")
    assert len(json.loads((tmp_path / "out" / "rows.json").read_text())) == len(rows)


def test_an_unknown_variant_is_refused_with_the_known_ones(monkeypatch, tmp_path: Path, capsys):
    call = runner(str(Path(__file__).resolve().parents[2] / "tools" / "ablate_distillation.py"), monkeypatch)
    assert call(tmp_path, "--only", "magic") == 2
    assert "--only: got magic, expected some of 'as configured', 'no augmentation'" in capsys.readouterr().err
