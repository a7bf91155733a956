"""Small trained detectors for the tests of exported networks."""

import json
from pathlib import Path

import torch

from stillhouse.engine.checkpoint import write_checkpoint
from stillhouse.engine.trained import TrainedNetwork
from stillhouse.registry import MODELS

GAT = dict(
    type="GAT", num_ids=10, embedding_dim=3, hidden_dim=4, num_layers=2, num_heads=2, in_features=7, edge_features=4
)
VGAE = dict(
    type="VGAE", num_ids=10, embedding_dim=3, hidden_dims=[8, 6], latent_dim=4, num_heads=2, in_features=7, edge_features=4
)  # fmt: skip
DATA = dict(digest="abc", vocabulary=["100", "2F0"], scaler=dict(node_low=[0.0], node_high=[1.5]))


def build(cfg: dict = GAT, spread: float = 0.5, seed: int = 0, **changes):
    """A network in evaluation mode whose weights lie apart enough to saturate some of what it computes."""
    torch.manual_seed(seed)
    network = MODELS.build({**cfg, **changes}).eval()
    for values in network.parameters():
        torch.nn.init.normal_(values, std=spread)
    return network


def trained(folder: Path, network=None, **meta) -> TrainedNetwork:
    """A network as ``load_trained`` gives it, its weights said to lie in ``folder``."""
    return TrainedNetwork(folder / "iter_9.pth", network or build(), {"network": dict(GAT), "data": DATA, **meta})


def write_run(folder: Path, cfg: dict = GAT, averaged: bool = True) -> Path:
    """A run's folder with one checkpoint; its averaged weights are twice the raw ones."""
    state = {f"network.{name}": value for name, value in build(cfg).state_dict().items()}
    meta = dict(config=dict(model=dict(network=cfg)), config_file="gat.py", data=DATA, iter=9, epoch=1)
    twice = {name: 2 * value for name, value in state.items()} if averaged else None
    content = dict(state_dict=state, ema=twice, meta={**meta, "metrics": {}, "version": "0.1.0"})
    write_checkpoint(content, folder / "iter_9.pth")
    return folder


def write_tested(folder: Path, checkpoint: str = "iter_9.pth", threshold: float = 1.25) -> None:
    """What ``tools/test.py`` leaves in a run's folder."""
    report = dict(checkpoint=f"elsewhere/{checkpoint}", thresholds={"score": {"threshold": threshold}})
    (folder / "test.json").write_text(json.dumps(report))
