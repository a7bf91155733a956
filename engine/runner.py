"""The one runner: mmengine's, with resumable batches, plain checkpoints and no per-step synchronisation."""

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from mmengine.device import get_device
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from .. import __version__
from ..registry import DATA_SAMPLERS, DATASETS, HOOKS, MODEL_WRAPPERS, MODELS, RUNNERS, SCOPE
from .checkpoint import (
    keep_newest,
    load_strictly,
    network_state,
    newest_readable,
    point_to,
    read_checkpoint,
    write_checkpoint,
    write_text,
)
from .companions import check_same_data, resolved
from .config import Experiment
from .console import attach_console
from .distributed import first_on_node, init_distributed, require_same
from .evaluation import sizes
from .learner import Learner
from .optim import EngineOptimWrapper, autocast
from .random_state import random_state, restore_random_state
from .run_folder import RunFolder, forget_result, write_result
from .sharding import gathered, is_sharded, spread, spread_optimizer
from .stream import BatchStream

PLACE = (
    "work_dir",
    "resume",
    "load_from",
    "experiment_name",
    "launcher",
)  # where and how a run went on, not what it is
SHARED_HOOKS = {
    "before_train_iter": "_before_iter", "after_train_iter": "_after_iter", "before_val_iter": "_before_iter",
    "after_val_iter": "_after_iter", "before_test_iter": "_before_iter", "after_test_iter": "_after_iter",
    "before_train_epoch": "_before_epoch", "after_train_epoch": "_after_epoch", "before_val_epoch": "_before_epoch",
    "after_val_epoch": "_after_epoch", "before_test_epoch": "_before_epoch", "after_test_epoch": "_after_epoch",
}  # fmt: skip


@RUNNERS.register_module()
class EngineRunner(Runner):
    """Runs any config. Build it with ``from_experiment``.

    Attributes:
        metrics: the newest validation metrics.
        teacher_metrics: what each teacher scored on the validation data when the run began.
    """

    folder: RunFolder
    resumed_file: Path | None = None
    precision = "fp32"
    metrics: dict = {}
    if TYPE_CHECKING:  # mmengine declares these as either a config or what is built from it
        optim_wrapper: Any
        param_schedulers: Any
        train_loop: Any
        val_loop: Any
        test_loop: Any
        train_dataloader: Any
        hooks: Any
        _hooks: list[Any]
        _train_loop: Any
        _val_loop: Any
        _test_loop: Any

    @classmethod
    def from_experiment(
        cls, experiment: Experiment, resume: bool | str = False, launcher: str = "none", load_from: str | None = None
    ) -> "EngineRunner":
        """A runner for a checked config.

        Args:
            experiment: the loaded config.
            resume: True for the newest checkpoint of the work directory, or a checkpoint's path.
            launcher: ``none``, ``pytorch``, ``slurm`` or ``mpi``.
            load_from: a checkpoint whose weights to begin with.

        Raises:
            RunFolderError: the work directory cannot be used.
        """
        if launcher != "none" and not torch.distributed.is_initialized():
            init_distributed(launcher)
        work_dir = experiment.work_dir
        folder = RunFolder(work_dir) if _is_main() else None
        try:
            if folder and not resume:
                folder.refuse_to_overwrite()
            runner = cls._prepared(experiment, resume, launcher, load_from)
        except BaseException:
            if folder:
                folder.release()
            raise
        if folder:
            runner.folder = folder
            forget_result(work_dir)
            write_text(experiment.recorded().pretty_text, work_dir / "config.py")
        return runner

    @classmethod
    def _prepared(
        cls, experiment: Experiment, resume: bool | str, launcher: str, load_from: str | None
    ) -> "EngineRunner":
        cfg = resolved(experiment).cfg.copy()
        cfg.update(work_dir=str(experiment.work_dir), launcher=launcher, resume=bool(resume))
        cfg.update(load_from=load_from or cfg.get("load_from"))
        cfg.config_file = experiment.name
        cfg.experiment_name = f"{Path(experiment.name).stem}-{uuid.uuid4().hex[:8]}"
        cfg.default_scope = SCOPE
        runner = cast(EngineRunner, cls.from_cfg(cfg))
        runner.resumed_file = Path(resume) if isinstance(resume, str) else None
        return runner

    @classmethod
    def for_testing(cls, experiment: Experiment, launcher: str = "none") -> "EngineRunner":
        """A runner that only evaluates: no training data's checkpoints are touched, no training hook is built."""
        if launcher != "none" and not torch.distributed.is_initialized():
            init_distributed(launcher)
        cfg = experiment.cfg.copy()
        cfg.update(work_dir=str(experiment.work_dir), launcher=launcher, default_scope=SCOPE, custom_hooks=[])
        # By attribute, because update() would merge dicts.
        cfg.default_hooks, cfg.visualizer = {}, dict(type="Visualizer", vis_backends=[])
        cfg.update(train_dataloader=None, train_cfg=None, optim_wrapper=None, model_wrapper_cfg=None)
        cfg.update(param_scheduler=None, experiment_name=f"test-{uuid.uuid4().hex[:8]}")
        runner = cast(EngineRunner, cls.from_cfg(cfg))
        runner.precision = (experiment.cfg.get("optim_wrapper") or {}).get("precision", "fp32")
        return runner

    @property
    def learner(self) -> Learner:
        """The network and its losses, whatever spreads them over processes."""
        model = self.model
        return model.module if isinstance(model, nn.parallel.DistributedDataParallel) else model  # type: ignore

    # -- building ---------------------------------------------------------------------------------------------------

    def build_logger(self, log_level="INFO", log_file=None, **kwargs):
        """mmengine's logger, its terminal half drawn so that it does not break progress bars."""
        logger = super().build_logger(log_level=log_level, log_file=log_file, **kwargs)
        attach_console(logger)
        return logger

    def _log_env(self, env_cfg: dict) -> None:
        self.logger.info(
            f"stillhouse {__version__}, torch {torch.__version__}, {get_device()}, {self.world_size} process(es), "
            f"seed {self.seed}, work_dir {self.work_dir}"
        )

    def dump_config(self) -> None:
        """The config is written by ``from_experiment``, with ``auto`` left as it was."""

    def build_model(self, model) -> nn.Module:
        """The learner, from its config."""
        return model if isinstance(model, nn.Module) else MODELS.build(model)

    def wrap_model(self, model_wrapper_cfg, model: nn.Module) -> nn.Module:
        """Let hooks add their parameters, then wrap the learner for several processes."""
        self.model = model
        self._early_hooks = [_built(hook) for hook in self.cfg.get("custom_hooks") or []]
        for hook in self._early_hooks:
            if hasattr(hook, "before_wrap_model"):
                hook.before_wrap_model(self)
        model = model.to(get_device())
        if not self.distributed:
            return model
        wrapped = MODEL_WRAPPERS.build(self._wrapper_cfg(model_wrapper_cfg), default_args=dict(module=model))
        # FSDP2 changes the learner itself.
        return model if is_sharded(model) else wrapped

    def _wrapper_cfg(self, cfg: dict | None) -> dict:
        """The wrapper's config, of DDP by default, with what the machine decides."""
        cfg = {"type": "MMDistributedDataParallel", **(cfg or {})}
        wrapper: Any = MODEL_WRAPPERS.get(cfg["type"])
        if issubclass(wrapper, nn.parallel.DistributedDataParallel):
            unused = self.cfg.get("find_unused_parameters", False)
            devices = [torch.cuda.current_device()] if torch.cuda.is_available() else None
            cfg = dict(broadcast_buffers=False, find_unused_parameters=unused, device_ids=devices) | cfg
        return cfg

    def _init_model_weights(self) -> None:
        """Have everyone begin with the first process's weights, which cut parameters do already."""
        if not is_sharded(self.model):
            super()._init_model_weights()

    def register_hooks(self, default_hooks=None, custom_hooks=None) -> None:
        """``default_hooks`` by name (None leaves one out) and the hooks built before the model was wrapped."""
        for hook in (default_hooks or {}).values():
            if hook is not None:
                self.register_hook(_built(hook))
        for hook in self._early_hooks:
            self.register_hook(hook)
        self._calls: dict[str, list] = {}

    def get_hooks_info(self) -> str:
        """The hooks in the order of their priorities, on one line."""
        return "  " + ", ".join(type(hook).__name__ for hook in self._hooks)

    def call_hook(self, fn_name: str, **kwargs) -> None:
        """Call ``fn_name`` of the hooks that define it, in the order of their priorities."""
        methods = self._calls.get(fn_name)
        if methods is None:
            methods = [getattr(hook, fn_name) for hook in self._hooks if _overrides(hook, fn_name)]
            self._calls[fn_name] = methods
        # What a hook prepares of the data before the run is kept in files that all processes of a machine read.
        if fn_name == "before_run":
            methods = [first_on_node()(method) for method in methods]
        for method in methods:
            method(self, **kwargs)

    def build_dataloader(self, dataloader, seed=None, diff_rank_seed=False) -> BatchStream:
        """A stream of batches from ``dict(dataset, sampler, batch_size, num_workers, drop_last)``."""
        if isinstance(dataloader, BatchStream):
            return dataloader
        cfg = dict(dataloader)
        training = dataloader is self._train_dataloader
        with first_on_node():
            dataset = DATASETS.build(cfg.pop("dataset"))
        sampler = cfg.pop("sampler", None) or dict(type="EpochSampler", shuffle=training)
        sampler = DATA_SAMPLERS.build(sampler, default_args=dict(dataset=dataset, seed=self.seed or 0))
        accumulate = _accumulation(self.optim_wrapper) if training else 1
        return BatchStream(
            dataset,
            sampler,
            accumulate=accumulate,
            rank=self.rank,
            world_size=self.world_size,
            seed=self.seed or 0,
            **cfg,
        )

    def build_companion(self, cfg: dict) -> nn.Module:
        """A ``FrozenModel`` from ``dict(config, checkpoint)``, on this run's device."""
        return MODELS.build({"type": "FrozenModel", **cfg}).to(get_device())

    def check_companion(self, companion: nn.Module) -> None:
        """Raise if a frozen model was trained on other data than this run's."""
        check_same_data(companion, self.train_dataloader.dataset)

    def autocast(self):
        """The precision of training, for evaluation too."""
        wrapper: Any = self.optim_wrapper
        precision = wrapper.precision if isinstance(wrapper, EngineOptimWrapper) else self.precision
        return autocast(get_device(), precision)

    # mmengine's properties check the loop's type at every call; hooks ask several times a step.

    @property
    def iter(self) -> int:
        """Optimizer steps taken."""
        return getattr(self._train_loop, "iter", 0)

    @property
    def epoch(self) -> int:
        """Epochs completed."""
        return getattr(self._train_loop, "epoch", 0)

    @property
    def max_iters(self) -> int:
        """Optimizer steps of the whole run."""
        return getattr(self._train_loop, "max_iters", 1)

    # -- running ----------------------------------------------------------------------------------------------------

    def train(self) -> nn.Module:
        """Train to the end and record the result."""
        self.teacher_metrics: dict = {}
        model = super().train()
        self._record_result()
        return model

    def _maybe_compile(self, target: str) -> None:
        """What runs last before the loop: check companions, compile, and let ranks' random streams part."""
        learner = self.learner
        for owner in (learner, *getattr(learner.distillation, "teachers", [])):
            self.check_companion(owner)
        self.optim_wrapper.before_step = lambda: self.call_hook("before_optim_step")
        if self.cfg.get("compile"):
            learner.network.compile()
        if self.world_size > 1 and not self._has_loaded:
            torch.manual_seed((self.seed or 0) + self.rank)

    def test(self, checkpoint: dict) -> dict:  # type: ignore[override]
        """Calibrate on the validation data and measure the test data, with a checkpoint's averaged weights where it has them."""
        self._has_loaded = True
        load_strictly(self.learner.network, network_state(checkpoint), "the checkpoint")
        self._test_loop = self.build_test_loop(self._test_loop)
        if self._val_loop is not None:
            self._val_loop = self.build_val_loop(self._val_loop)
            self.val_loop.run()
            for ours, fitted in zip(self.test_loop.evaluator.metrics, self.val_loop.evaluator.metrics):
                if hasattr(ours, "load_calibration"):
                    ours.load_calibration(fitted.calibration)
        validation, measured = self.metrics, self.test_loop.run()
        self.metrics = validation
        return measured

    def close(self) -> None:
        """Write what the log still holds, give the terminal back, and let go of the work directory."""
        self.visualizer.close()
        for hook in self.hooks:
            if hasattr(hook, "close"):
                hook.close()
        if _is_main():
            self.folder.release()

    def _record_result(self) -> None:
        if not _is_main():
            return
        best = next((hook.best for hook in self.hooks if getattr(hook, "best", None)), None)
        write_result(
            self.folder.path,
            {
                "finished": True, "iterations": self.iter, "epochs": self.epoch, "metrics": self.metrics, "best": best,
                "teacher": self.teacher_metrics, **sizes(self.learner.network),
            },
        )  # fmt: skip

    # -- checkpoints ------------------------------------------------------------------------------------------------

    def training_state(self) -> dict:
        """Everything a resumed run needs, as plain content. Every rank must call it."""
        streams: list[Any] = [random_state()]
        if self.world_size > 1:
            streams = [None] * self.world_size
            torch.distributed.all_gather_object(streams, random_state())
        states = {name: hook.state_dict() for name, hook in self._named_hooks() if hasattr(hook, "state_dict")}
        state = {
            "state_dict": self.learner.state_dict(),
            "optimizer": self.optim_wrapper.state_dict(),
            "schedulers": [scheduler.state_dict() for scheduler in self.param_schedulers or []],
            "hooks": states,
            "loop": self.train_loop.state_dict(),
            "random": streams,
        } | self.identity()
        return gathered(state, keep=_is_main()) if is_sharded(self.model) else state

    def identity(self) -> dict:
        """What a checkpoint says of its origin: config, data, versions, and averaged weights where a hook keeps them."""
        ema = next((hook.averaged_state(self.learner) for hook in self.hooks if hasattr(hook, "averaged_state")), None)
        provenance = getattr(self.train_dataloader.dataset, "provenance", dict)()
        config = {key: value for key, value in self.cfg.to_dict().items() if key not in PLACE}
        meta = {
            "config": config, "config_file": self.cfg.config_file, "data": provenance,
            "iter": self.iter, "epoch": self.epoch, "metrics": dict(self.metrics), "version": __version__,
            "torch": str(torch.__version__), "world_size": self.world_size,
        }  # fmt: skip
        return {"meta": meta, "ema": ema}

    def save_checkpoint(self, name: str, newest: bool = False) -> Path:  # type: ignore[override]
        """Write ``name`` into the work directory; with ``newest`` the folder's pointer follows."""
        state, path = self.training_state(), Path(self.work_dir) / name
        if _is_main():
            write_checkpoint(state, path)
            if newest:
                point_to(path)
        return path

    def keep_newest_checkpoints(self, count: int) -> None:
        """Remove the work directory's older ``iter_N.pth`` files."""
        if _is_main():
            keep_newest(Path(self.work_dir), count)

    def load_or_resume(self) -> None:
        """Resume, or begin with a checkpoint's weights, as the config says.

        Raises:
            StillhouseError: processes found different checkpoints.
        """
        if self._has_loaded:
            return
        source = self._to_resume() if self._resume else None
        if source:
            self._restore(*source)
        elif self._load_from:
            content = read_checkpoint(self._load_from)
            load_strictly(self.learner.network, network_state(content), self._load_from)
            self.logger.info(f"begins with the weights of {self._load_from}")

    def _to_resume(self) -> tuple[Path, dict] | None:
        """The file that was named, else the newest of the folder that can be read; None where there is none."""
        named = self.resumed_file
        source = (named, read_checkpoint(named)) if named else newest_readable(Path(self.work_dir), self.logger.warning)
        found = source[0].name if source else "no checkpoint"
        require_same(
            found, f"--resume in {self.work_dir}", "Keep the work directory on a disk that all machines share."
        )
        if source is None:
            self.logger.info("nothing to resume here; beginning anew")
        return source

    def _restore(self, path: Path, content: dict) -> None:
        load_strictly(self.learner, content["state_dict"], str(path))
        check_same_data(content["meta"], self.train_dataloader.dataset, str(path))
        self.optim_wrapper.load_state_dict(self._cut(content["optimizer"]))
        for scheduler, state in zip(self.param_schedulers or [], content["schedulers"]):
            scheduler.load_state_dict(state)
        for name, hook in self._named_hooks():
            if name in content["hooks"]:
                state = content["hooks"][name]
                hook.load_state_dict(spread(state, hook.state_dict()) if is_sharded(self.model) else state)
        self.train_loop.load_state_dict(content["loop"])
        self._restore_random(content["random"])
        self.metrics = dict(content["meta"]["metrics"])
        self._has_loaded = True
        self.logger.info(f"resumed from {path}, epoch {self.epoch}, iteration {self.iter}")

    def _cut(self, optimizer: dict) -> dict:
        """An optimizer's state from a checkpoint, for parameters that may be cut."""
        return spread_optimizer(optimizer, self.optim_wrapper.optimizer) if is_sharded(self.model) else optimizer

    def _restore_random(self, streams: list) -> None:
        if len(streams) == self.world_size:
            restore_random_state(streams[self.rank])
        else:
            torch.manual_seed(hash((self.seed, self.iter, self.rank)) & 0x7FFFFFFF)
            self.logger.warning(
                f"saved by {len(streams)} processes, resumed by {self.world_size}: random draws will differ"
            )

    def _named_hooks(self) -> list[tuple[str, Any]]:
        names: dict[str, int] = {}
        named = []
        for hook in self._hooks:
            kind = type(hook).__name__
            names[kind] = names.get(kind, -1) + 1
            named.append((f"{kind}.{names[kind]}", hook))
        return named


def _is_main() -> bool:
    return not torch.distributed.is_initialized() or torch.distributed.get_rank() == 0


def _accumulation(optim_wrapper) -> int:
    if isinstance(optim_wrapper, EngineOptimWrapper):
        return optim_wrapper.accumulate
    return (optim_wrapper or {}).get("accumulative_counts", 1)


def _built(hook) -> Any:
    """A hook from its config, where it is one. ``priority`` is no argument of it: it puts the hook into the order of calls."""
    if not isinstance(hook, dict):
        return hook
    arguments = dict(hook)
    priority = arguments.pop("priority", None)
    built = HOOKS.build(arguments)
    if priority is not None:
        built.priority = priority
    return built


def _overrides(hook: Hook, fn_name: str) -> bool:
    """Whether calling ``fn_name`` of the hook would do anything."""
    own = getattr(type(hook), fn_name, None)
    if own is None:
        return False
    if own is not getattr(Hook, fn_name, None):
        return True
    shared = SHARED_HOOKS.get(fn_name)
    return shared is not None and getattr(type(hook), shared) is not getattr(Hook, shared)
