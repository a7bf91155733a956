"""Hooks: one a file. Importing this package registers them."""

from .blur_warmup import BlurWarmupHook
from .checkpoint import CheckpointHook
from .curriculum import CurriculumHook
from .early_stopping import EarlyStoppingHook
from .ema import EMAHook
from .freeze import FreezeHook
from .image import ImageHook
from .initial_weights import InitialWeightsHook
from .kd import KDHook
from .log import LogHook
from .loss_warmup import LossWarmupHook
from .memory_cleanup import MemoryCleanupHook
from .nan_guard import NaNGuardHook
from .progress import ProgressHook
from .scene_pictures import ScenePicturesHook

__all__ = [
    "BlurWarmupHook",
    "CheckpointHook",
    "CurriculumHook",
    "EMAHook",
    "EarlyStoppingHook",
    "FreezeHook",
    "ImageHook",
    "InitialWeightsHook",
    "KDHook",
    "LogHook",
    "LossWarmupHook",
    "MemoryCleanupHook",
    "NaNGuardHook",
    "ProgressHook",
    "ScenePicturesHook",
]
