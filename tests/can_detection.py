"""A small detector and traffic to detect in: periodic senders, and a flood of a foreign identifier."""

from pathlib import Path

import numpy as np
import torch

from stillhouse.datasets.can.frames import Frames
from stillhouse.datasets.can.graph_maker import GraphMaker
from stillhouse.datasets.can.graphs import build_graphs
from stillhouse.datasets.can.packed import concatenate_graphs
from stillhouse.datasets.can.vocabulary import Scaler, Vocabulary
from stillhouse.engine.checkpoint import write_checkpoint
from stillhouse.models.can import GAT, VGAE
from stillhouse.models.can.contribution import Explained

IDS = (0x0C1, 0x0F1, 0x130, 0x1A0, 0x2B0, 0x316, 0x43F)
FLOOD = 0x7A
WINDOW = 20
NUM_IDS = len(IDS) + 1
NETWORKS = {
    "GAT": dict(type="GAT", num_ids=NUM_IDS, embedding_dim=4, hidden_dim=8, num_layers=2, num_heads=1, dropout=0.0),
    "VGAE": dict(
        type="VGAE", num_ids=NUM_IDS, embedding_dim=4, hidden_dims=[8], latent_dim=4, num_heads=1, score="difficulty"
    ),
}


def traffic(n: int = 2000, seed: int = 0, flood: tuple[int, int] = (0, 0), start_s: float = 0.0) -> Frames:
    """Random identifiers at 2,000 frames/s; between the two frames of ``flood`` every second one is foreign, labelled 1."""
    rng = np.random.default_rng(seed)
    can_id = rng.choice(np.array(IDS, np.uint32), n)
    label = np.zeros(n, np.uint8)
    label[flood[0] : flood[1] : 2] = 1
    can_id[label == 1] = FLOOD
    payload = (can_id[:, None] + np.arange(8) * (np.arange(n)[:, None] % 4)).astype(np.uint8)
    payload[label == 1] = 255
    time_s = start_s + np.round(np.cumsum(rng.uniform(2e-4, 8e-4, n)), 6)
    return Frames(time_s, can_id, payload, np.full(n, 8, np.uint8), label, "traffic")


def provenance(benign: Frames) -> dict:
    """What a data set of this traffic would say of itself."""
    graphs = build_graphs(benign, None, WINDOW, WINDOW)
    vocabulary = Vocabulary.fit(graphs)
    scaler = Scaler.fit(graphs)
    plain = {"vocabulary": vocabulary.state(), "scaler": scaler.state(), "num_ids": NUM_IDS}
    return {"digest": "made", "window": WINDOW, "stride": WINDOW, **plain}


def trained(kind: str = "GAT", steps: int = 60) -> tuple[GAT | VGAE, dict]:
    """A network that tells the flood from the rest, and the provenance of its data."""
    torch.manual_seed(0)
    said = provenance(traffic(2000, seed=1))
    maker = GraphMaker.from_provenance(said)
    benign, attacked = maker.graphs(traffic(2000, seed=1)), maker.graphs(traffic(2000, seed=2, flood=(0, 2000)))
    arguments = {key: value for key, value in NETWORKS[kind].items() if key != "type"}
    network = {"GAT": GAT, "VGAE": VGAE}[kind](**arguments)
    graphs = concatenate_graphs([benign, attacked]) if kind == "GAT" else benign
    batch = {"graph": graphs.batch(np.arange(len(graphs)))}
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    for _ in range(steps):
        score = network.predict(batch)["score"]
        loss = torch.nn.functional.softplus(score * (1 - 2.0 * batch["graph"].y)) if kind == "GAT" else score
        optimizer.zero_grad()
        loss.mean().backward()
        optimizer.step()
    return network.eval(), said


def write_model(path: Path, kind: str = "GAT", thresholds: dict | None = None) -> Path:
    """A published file of such a network; 0 is a good threshold of the GAT's log-odds."""
    network, said = trained(kind)
    found = {"score": {"threshold": 0.0, "benign_windows": 100}} if thresholds is None else thresholds
    origin = dict(config_file="made.py", iter=60, epoch=1, metrics={}, version="0")
    published = {"network": NETWORKS[kind], "data": said, "thresholds": found, **origin}
    write_checkpoint({"published": published, "state_dict": network.state_dict()}, path)
    return path


def candump(frames: Frames) -> str:
    """The text of a candump log."""
    rows = zip(frames.timestamp_s.tolist(), frames.can_id.tolist(), frames.payload, frames.dlc.tolist())
    return "".join(f"({t:.6f}) can0 {i:03X}#{p[:n].tobytes().hex().upper()}\n" for t, i, p, n in rows)


class Unseen:
    """A detector that needs no training: a window's score is the share of its nodes with an unknown identifier."""

    def predict(self, batch: dict) -> dict:
        graph = batch["graph"]
        windows = len(graph.ptr) - 1
        unknown = torch.zeros(windows).index_add(0, graph.batch, (graph.node_id == 0).float())
        return {"score": unknown / (graph.ptr[1:] - graph.ptr[:-1])}

    def explained(self, batch: dict) -> Explained:
        unknown = (batch["graph"].node_id == 0).float()
        return Explained(self.predict(batch), lambda: unknown)
