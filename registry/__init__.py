"""The registries and the did-you-mean look-up."""

from .registries import (
    DATA_SAMPLERS,
    DATASETS,
    FUNCTIONS,
    HOOKS,
    LOOPS,
    LOSSES,
    METRICS,
    MODELS,
    OPTIM_WRAPPERS,
    OPTIMIZERS,
    PARAM_SCHEDULERS,
    RUNNERS,
    SCOPE,
    TRANSFORMS,
    VISBACKENDS,
    VISUALIZERS,
)
from .registry import Registry, RegistryImportError, defined_in, nearest

__all__ = [
    "DATASETS",
    "DATA_SAMPLERS",
    "FUNCTIONS",
    "HOOKS",
    "LOOPS",
    "LOSSES",
    "METRICS",
    "MODELS",
    "OPTIMIZERS",
    "OPTIM_WRAPPERS",
    "PARAM_SCHEDULERS",
    "RUNNERS",
    "SCOPE",
    "TRANSFORMS",
    "VISBACKENDS",
    "VISUALIZERS",
    "Registry",
    "RegistryImportError",
    "defined_in",
    "nearest",
]
