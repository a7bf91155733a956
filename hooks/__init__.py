"""Hooks: one a file. Importing this package registers them."""

from .blur_warmup import BlurWarmupHook
from .calibration import CalibrationHook
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
from .prepared_cache import PreparedCacheHook
from .progress import ProgressHook
from .replay import ReplayHook
from .scene_pictures import ScenePicturesHook

__all__ = [
    "BlurWarmupHook",
    "CalibrationHook",
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
    "PreparedCacheHook",
    "ProgressHook",
    "ReplayHook",
    "ScenePicturesHook",
]
