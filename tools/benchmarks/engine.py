"""Time of a training step: this engine, mmengine's own Runner and Lightning against a hand-written loop.

Every contestant trains the same two-layer MLP (batch 64) on the same tensors with the same optimizer, one thread, in one process.
Counted is the CPU time of the process, writer threads included, because wall time on a shared machine measures the neighbours.
The rounds are interleaved, and the figures are medians over them.
"""

import importlib.util
import logging
import statistics
import tempfile
import time
import warnings
from pathlib import Path

import torch
from torch import nn

WARMUP, STEPS, ROUNDS, BATCH, WIDTH = 200, 1500, 7, 64, 256


class Points:
    """Random regression data, fetched a batch at once."""

    fields = ("x", "y", "index")

    def __init__(self, size: int = BATCH * 64) -> None:
        generator = torch.Generator().manual_seed(0)
        self.x = torch.randn(size, 64, generator=generator)
        self.y = torch.randn(size, 8, generator=generator)

    def __len__(self) -> int:
        return len(self.x)

    def __getitems__(self, indices) -> dict:
        index = torch.tensor(indices)
        return {"x": self.x[index], "y": self.y[index], "index": index}


def mlp() -> nn.Sequential:
    """The model of every contestant."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 8))


def loader(dataset: Points) -> torch.utils.data.DataLoader:
    """PyTorch's loader with mmengine's endless sampler: at the end of a pass mmengine's own loop would sleep for 2 s."""
    from mmengine.dataset import InfiniteSampler

    sampler = InfiniteSampler(dataset, seed=0)
    return torch.utils.data.DataLoader(dataset, BATCH, sampler=sampler, collate_fn=lambda batch: batch)


def hand_written() -> float:
    """A loop without any library: fetch, forward, backward, step, and a running mean of the loss."""
    dataset, model = Points(), mlp()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    total, began = torch.zeros(()), 0.0
    for step, indices in zip(range(WARMUP + STEPS), _batches(len(dataset))):
        if step == WARMUP:
            began = time.process_time()
        batch = dataset.__getitems__(indices)
        loss = nn.functional.mse_loss(model(batch["x"]), batch["y"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach()
    return (time.process_time() - began) / STEPS


def _batches(size: int):
    while True:
        order = torch.randperm(size).tolist()
        for start in range(0, size - BATCH + 1, BATCH):
            yield order[start : start + BATCH]


def stillhouse_engine() -> float:
    """This engine with its default hooks; the time of building and of the last checkpoint is not counted."""
    from mmengine.config import Config

    from stillhouse.engine.config import Experiment, load_config
    from stillhouse.engine.runner import EngineRunner
    from stillhouse.losses.mean_squared import MeanSquaredError  # noqa: F401 (registers)
    from stillhouse.models.network import Network
    from stillhouse.registry import DATASETS, MODELS

    class BenchmarkMLP(Network):
        outputs = ("out",)

        def __init__(self) -> None:
            super().__init__()
            self.body = mlp()

        def forward(self, batch: dict) -> dict:
            return {"out": self.body(batch["x"])}

    MODELS.register_module(module=BenchmarkMLP, force=True)
    DATASETS.register_module(name="BenchmarkPoints", module=Points, force=True)
    base = load_config("configs/minigpt.py").cfg
    folder = tempfile.mkdtemp(prefix="stillhouse-benchmark-")
    cfg = Config(dict(
        default_hooks={**base.default_hooks, "checkpoint": dict(type="CheckpointHook", interval=10**9, by_epoch=False)},
        randomness=dict(seed=0), visualizer=base.visualizer, log_level="ERROR", env_cfg=base.env_cfg, work_dir=folder,
        model=dict(type="Learner", network=dict(type="BenchmarkMLP"),
                   losses=dict(mse=dict(type="MeanSquaredError", output="out", target="y"))),
        train_dataloader=dict(batch_size=BATCH, drop_last=True, dataset=dict(type="BenchmarkPoints")),
        optim_wrapper=dict(type="EngineOptimWrapper", optimizer=dict(type="Adam", lr=1e-3)),
        train_cfg=dict(type="TrainLoop", max_iters=WARMUP + STEPS + 1),
    ))  # fmt: skip
    runner = EngineRunner.from_experiment(Experiment(Path("benchmark.py"), cfg))
    return _timed(runner)


def mmengine_runner() -> float:
    """mmengine's Runner with its default hooks."""
    from mmengine.model import BaseModel
    from mmengine.runner import Runner

    class Model(BaseModel):
        def __init__(self) -> None:
            super().__init__()
            self.body = mlp()

        def forward(self, x, y, index, mode="tensor"):
            return {"loss": nn.functional.mse_loss(self.body(x), y)}

    runner = Runner(
        model=Model(), work_dir=tempfile.mkdtemp(prefix="stillhouse-benchmark-"), train_dataloader=loader(Points()),
        optim_wrapper=dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3)),
        train_cfg=dict(by_epoch=False, max_iters=WARMUP + STEPS + 1), randomness=dict(seed=0), log_level="ERROR",
        default_hooks=dict(checkpoint=dict(type="CheckpointHook", interval=10**9, save_last=False)), default_scope="mmengine",
        experiment_name=f"benchmark-{time.time_ns()}",
    )  # fmt: skip
    return _timed(runner)


def lightning_trainer() -> float:
    """Lightning's Trainer, where it is installed, with its default callbacks but no checkpoint."""
    import lightning

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.body = mlp()

        def training_step(self, batch, batch_idx):
            loss = nn.functional.mse_loss(self.body(batch["x"]), batch["y"])
            self.log("loss", loss)
            return loss

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), lr=1e-3)

    class Stopwatch(lightning.Callback):
        marks: dict[int, float] = {}

        def on_train_batch_start(self, trainer, *args) -> None:
            self.marks.setdefault(trainer.global_step, time.process_time())

    watch = Stopwatch()
    trainer = lightning.Trainer(
        accelerator="cpu", max_steps=WARMUP + STEPS + 1, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=tempfile.mkdtemp(), callbacks=[watch],
    )  # fmt: skip
    trainer.fit(Module(), loader(Points()))
    return (watch.marks[WARMUP + STEPS] - watch.marks[WARMUP]) / STEPS


def _timed(runner) -> float:
    """Seconds a step of a runner's training, after a warm-up."""
    from mmengine.hooks import Hook

    marks: dict[int, float] = {}

    class Stopwatch(Hook):
        priority = "VERY_HIGH"

        def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:
            if runner.iter in (WARMUP, WARMUP + STEPS):
                marks[runner.iter] = time.process_time()

    runner.register_hook(Stopwatch())
    runner.train()
    return (marks[WARMUP + STEPS] - marks[WARMUP]) / STEPS


def benchmark() -> list[dict]:
    """Rows: contestant, CPU microseconds a step (compare within this run only), ratio to the hand-written loop."""
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    contestants = {
        "hand-written loop": hand_written,
        "stillhouse": stillhouse_engine,
        "mmengine Runner": mmengine_runner,
    }
    if importlib.util.find_spec("lightning"):
        contestants["lightning"] = lightning_trainer
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            times[name].append(contestant() * 1e6)
    base = times["hand-written loop"]
    return [
        {
            "contestant": name,
            "us a step": statistics.median(values),
            "ratio": statistics.median(value / hand for value, hand in zip(values, base)),
            "least ratio": min(value / hand for value, hand in zip(values, base)),
            "most ratio": max(value / hand for value, hand in zip(values, base)),
        }
        for name, values in times.items()
    ]
