"""Pictures in the log."""

from pathlib import Path

from experiments import network, train


def drawn(config, tmp_path: Path, kind: str) -> list[str]:
    losses = dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens"))
    model = dict(type="Learner", network=network(kind=kind), losses=losses)
    train(config(model=model, val_dataloader=dict(batch_size=1, dataset=dict(
        type="TextFile", path="${text_file}", split="val", context=8)),
        train_cfg=dict(type="TrainLoop", max_epochs=1)), tmp_path / kind)  # fmt: skip
    return sorted(str(path.name) for path in (tmp_path / kind).rglob("*.png"))


def test_a_network_that_draws_is_logged_once_a_validation(config, tmp_path: Path):
    assert drawn(config, tmp_path, "LatentGPT") == ["val_tokens_5.png"]


def test_a_network_that_does_not_draw_leaves_none(config, tmp_path: Path):
    assert drawn(config, tmp_path, "MiniGPT") == []
