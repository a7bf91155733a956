"""Time of a training step: this engine, mmengine's own Runner, Lightning and accelerate against a hand-written loop.

Every contestant trains the same two-layer MLP (batch 64) on the same tensors with the same optimizer, one thread, in one process.
Counted is the CPU time of the process, writer threads included, because wall time on a shared machine measures the neighbours.
Blocks of a contestant's steps alternate with blocks of the hand-written loop's; a ratio is that of a block to its two neighbours.
"""

import importlib.util
import logging
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import torch
from _pairs import missing, row
from torch import nn

BLOCK, BLOCKS, WARM_BLOCKS, ROUNDS, BATCH, WIDTH = 50, 30, 4, 3, 64, 256
QUICK_BLOCKS = 8
HAND = "hand-written loop"


class Pace:
    """Times a contestant's steps in blocks, and after each block as many steps of the hand-written loop.

    Args:
        blocks: to time.
    """

    def __init__(self, blocks: int) -> None:
        self.steps = BLOCK * (blocks + WARM_BLOCKS) + 1
        self._hand = hand_written()
        self._step, self._began_s = 0, 0.0
        self._own_s: list[float] = []
        self._hand_s: list[float] = []

    def tick(self) -> None:
        """To be called as a step begins."""
        if self._step % BLOCK == 0:
            self._own_s.append(time.process_time() - self._began_s)
            began_s = time.process_time()
            for _ in range(BLOCK):
                next(self._hand)
            self._hand_s.append(time.process_time() - began_s)
            self._began_s = time.process_time()
        self._step += 1

    def ratios(self) -> list[float]:
        """A block's time as a multiple of the mean of the hand-written blocks before and after it."""
        beside_s = [(before + after) / 2 for before, after in pairwise(self._hand_s)]
        return [own / hand for own, hand in zip(self._own_s[1:], beside_s)][WARM_BLOCKS:]


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


class Unsized(torch.utils.data.Sampler):
    """Another sampler without its length, at which Lightning would end a pass, and begin the next one without a batch."""

    def __init__(self, sampler: torch.utils.data.Sampler) -> None:
        self.sampler = sampler

    def __iter__(self) -> Iterator[int]:
        return iter(self.sampler)


def loader(dataset: Points, sized: bool = True) -> torch.utils.data.DataLoader:
    """PyTorch's loader with mmengine's endless sampler: at the end of a pass mmengine's own loop would sleep for 2 s."""
    from mmengine.dataset import InfiniteSampler

    endless = InfiniteSampler(dataset, seed=0)
    sampler = endless if sized else Unsized(endless)
    return torch.utils.data.DataLoader(dataset, BATCH, sampler=sampler, collate_fn=lambda batch: batch)


def hand_written() -> Iterator[None]:
    """A loop without any library, a step at a time: fetch, forward, backward, step, and a running mean of the loss."""
    dataset, model = Points(), mlp()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    total = torch.zeros(())
    for indices in _batches(len(dataset)):
        batch = dataset.__getitems__(indices)
        loss = nn.functional.mse_loss(model(batch["x"]), batch["y"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach()
        yield


def _batches(size: int) -> Iterator[list[int]]:
    while True:
        order = torch.randperm(size).tolist()
        for start in range(0, size - BATCH + 1, BATCH):
            yield order[start : start + BATCH]


def hand_written_again(pace: Pace) -> None:
    """The yardstick against itself: what the measurement adds."""
    for _, _ in zip(range(pace.steps), hand_written()):
        pace.tick()


def with_loader(pace: Pace) -> None:
    """The hand-written loop over PyTorch's loader, which the peers' loops ask for."""
    model, total = mlp(), torch.zeros(())
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _, batch in zip(range(pace.steps), loader(Points())):
        pace.tick()
        loss = nn.functional.mse_loss(model(batch["x"]), batch["y"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach()


def accelerated(pace: Pace) -> None:
    """That loop with accelerate, where it is installed."""
    from accelerate import Accelerator

    accelerator, total = Accelerator(cpu=True), torch.zeros(())
    model = mlp()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model, optimizer, batches = accelerator.prepare(model, optimizer, loader(Points()))
    for _, batch in zip(range(pace.steps), batches):
        pace.tick()
        loss = nn.functional.mse_loss(model(batch["x"]), batch["y"])
        optimizer.zero_grad()
        accelerator.backward(loss)
        optimizer.step()
        total += loss.detach()


def stillhouse_engine(pace: Pace) -> None:
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
        train_cfg=dict(type="TrainLoop", max_iters=pace.steps),
    ))  # fmt: skip
    runner = EngineRunner.from_experiment(Experiment(Path("benchmark.py"), cfg))
    _train(runner, pace)


def mmengine_runner(pace: Pace) -> None:
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
        train_cfg=dict(by_epoch=False, max_iters=pace.steps), randomness=dict(seed=0), log_level="ERROR",
        default_hooks=dict(checkpoint=dict(type="CheckpointHook", interval=10**9, save_last=False)), default_scope="mmengine",
        experiment_name=f"benchmark-{time.time_ns()}",
    )  # fmt: skip
    _train(runner, pace)


def lightning_trainer(pace: Pace) -> None:
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
        def on_train_batch_start(self, trainer, *args) -> None:
            pace.tick()

    trainer = lightning.Trainer(
        accelerator="cpu", max_steps=pace.steps, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=tempfile.mkdtemp(), callbacks=[Stopwatch()],
    )  # fmt: skip
    trainer.fit(Module(), loader(Points(), sized=False))


def _train(runner, pace: Pace) -> None:
    from mmengine.hooks import Hook

    class Stopwatch(Hook):
        priority = "VERY_HIGH"

        def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:
            pace.tick()

    runner.register_hook(Stopwatch())
    runner.train()


CONTESTANTS: dict[str, tuple[str, Callable[[Pace], None]]] = {
    HAND: ("torch", hand_written_again),
    "hand-written loop over PyTorch's loader": ("torch", with_loader),
    "stillhouse": ("torch", stillhouse_engine),
    "mmengine Runner": ("mmengine", mmengine_runner),
    "accelerate": ("accelerate", accelerated),
    "lightning": ("lightning", lightning_trainer),
}


def ratios(quick: bool = False) -> list[dict]:
    """A row a contestant (see ``_pairs.row``); a peer that is not installed is a row that says so."""
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    found = {name: of for name, (module, of) in CONTESTANTS.items() if importlib.util.find_spec(module)}
    measured: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(1 if quick else ROUNDS):
        for name, contestant in found.items():
            pace = Pace(QUICK_BLOCKS if quick else BLOCKS)
            contestant(pace)
            measured[name] += pace.ratios()
    part = "a training step: {}".format
    return [
        row(part(name), HAND, measured[name]) if name in found else missing(part(name), HAND, "not installed")
        for name in CONTESTANTS
    ]


def benchmark() -> list[dict]:
    """The rows of ``ratios``, at full length."""
    return ratios()
