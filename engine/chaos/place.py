"""What a disturbed run consists of: its folder, the folders of its companions, and how its processes start."""

import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path

from ..checking import require
from ..checkpoint import POINTER, iteration_of, newest_readable
from ..companions import training_order
from ..config import load_config
from ..errors import CheckpointError
from ..launch import train, train_companions
from ..run_process import RunProcess


@dataclass
class Place:
    """Where a config is run and disturbed; nothing outside ``root`` is touched.

    Args:
        config: the config file.
        options: as ``--cfg-options``.
        root: a folder of its own.

    Attributes:
        companions: folders of copies of the companions, below ``root``.
        span_s: how long the undisturbed run took.
    """

    config: str
    options: dict
    root: Path
    companions: list[Path] = field(default_factory=list)
    span_s: float = 0.0

    @property
    def whole(self) -> Path:
        """The undisturbed run."""
        return self.root / "whole"

    @property
    def folder(self) -> Path:
        """The disturbed run."""
        return self.root / "disturbed"

    @property
    def cache(self) -> Path:
        """What runs keep of their data; empty when one begins."""
        return self.root / "cache"

    def start(self, folder: Path | None = None) -> RunProcess:
        """A process that trains, or goes on, as ``tools/train.py --resume`` does."""
        return RunProcess(_train, self.config, self.options, str(folder or self.folder))

    def newest(self) -> int:
        """The iteration of the disturbed run's newest checkpoint, 0 where there is none.

        One that the folder's pointer does not name yet is still being saved.
        """
        pointer = self.folder / POINTER
        return iteration_of(Path(pointer.read_text().strip())) if pointer.is_file() else 0

    def newest_good(self) -> int:
        """The iteration from which the disturbed run would go on, 0 for the beginning."""
        try:
            found = newest_readable(self.folder, warn=lambda line: None)
        except CheckpointError:
            return 0
        return found[1]["meta"]["iter"] if found else 0

    def clear(self) -> None:
        """Forget the disturbed run, what was moved aside of it, and the caches."""
        for path in (*self.root.glob(f"{self.folder.name}*"), *self.root.glob(self.cache.name)):
            shutil.rmtree(path)


def prepare(config: str, options: dict, root: Path, with_companions: bool = False) -> Place:
    """A place with copies of the companions, so that one may be taken away.

    Args:
        config: the config file.
        options: as ``--cfg-options``.
        root: a folder that is absent, empty, or of an earlier call.
        with_companions: train, in ``root``, companions that are missing.

    Raises:
        ConfigError: the config has problems, or its companions have not been trained.
    """
    own = load_config(config, options)
    changed = {**options, "work_root": str((root / "companions").resolve())}
    memory = (own.cfg.get("default_hooks") or {}).get("memory")
    if memory and memory.get("type") == "MemoryCleanupHook":
        # A halved batch sums in another order, which is no fault and changes the last bits.
        changed["default_hooks.memory.max_halvings"] = 0
    if "cache_dir" in own.cfg:
        changed["cache_dir"] = str((root / "cache").resolve())
    private = load_config(config, changed)
    folders = []
    for known, copied in zip(training_order(own), training_order(private)):
        source, folder = known.experiment.work_dir, copied.experiment.work_dir
        if folder.is_relative_to(changed["work_root"]):
            folders.append(folder)
            if known.trained and not folder.exists():
                shutil.copytree(source, folder)
    if with_companions:
        train_companions(private)
    require(private)
    return Place(config, changed, root, folders)


def _train(config: str, options: dict, folder: str) -> None:
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a command in the background ignores it, and so its children
    experiment = load_config(config, options)
    experiment.cfg.work_dir = folder
    require(experiment)
    train(experiment, resume=True)
