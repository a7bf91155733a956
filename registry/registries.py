"""The registries of Stillhouse: children of mmengine's roots, so that its components are found here too."""

from mmengine.registry import DATA_SAMPLERS as MMENGINE_SAMPLERS
from mmengine.registry import DATASETS as MMENGINE_DATASETS
from mmengine.registry import EVALUATOR as MMENGINE_EVALUATOR
from mmengine.registry import FUNCTIONS as MMENGINE_FUNCTIONS
from mmengine.registry import HOOKS as MMENGINE_HOOKS
from mmengine.registry import LOG_PROCESSORS as MMENGINE_LOG_PROCESSORS
from mmengine.registry import LOOPS as MMENGINE_LOOPS
from mmengine.registry import METRICS as MMENGINE_METRICS
from mmengine.registry import MODEL_WRAPPERS as MMENGINE_MODEL_WRAPPERS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS as MMENGINE_OPTIM_WRAPPER_CONSTRUCTORS
from mmengine.registry import OPTIM_WRAPPERS as MMENGINE_OPTIM_WRAPPERS
from mmengine.registry import OPTIMIZERS as MMENGINE_OPTIMIZERS
from mmengine.registry import PARAM_SCHEDULERS as MMENGINE_PARAM_SCHEDULERS
from mmengine.registry import RUNNERS as MMENGINE_RUNNERS
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS
from mmengine.registry import VISBACKENDS as MMENGINE_VISBACKENDS
from mmengine.registry import VISUALIZERS as MMENGINE_VISUALIZERS

from . import light_mmengine  # noqa: F401 (before the rest of mmengine)
from .registry import Registry

SCOPE = "stillhouse"


def _child(root, *locations: str, late: str | None = None) -> Registry:
    return Registry(
        root.name, parent=root, scope=SCOPE, locations=list(locations), build_func=root.build_func, late=late
    )


MODELS = _child(MMENGINE_MODELS, "stillhouse.models", "stillhouse.engine.learner")
LOSSES = Registry("loss", scope=SCOPE, locations=["stillhouse.losses"])
DATASETS = _child(MMENGINE_DATASETS, "stillhouse.datasets")
TOKENIZERS = Registry("tokenizer", scope=SCOPE, locations=["stillhouse.datasets"])
TRANSFORMS = _child(MMENGINE_TRANSFORMS, "stillhouse.datasets")
DATA_SAMPLERS = _child(MMENGINE_SAMPLERS, "stillhouse.datasets")
HOOKS = _child(MMENGINE_HOOKS, "stillhouse.hooks")
METRICS = _child(MMENGINE_METRICS, "stillhouse.engine.evaluation")
VISUALIZERS = _child(MMENGINE_VISUALIZERS)
VISBACKENDS = _child(MMENGINE_VISBACKENDS)
RUNNERS = _child(MMENGINE_RUNNERS, "stillhouse.engine.runner")
LOOPS = _child(MMENGINE_LOOPS, "stillhouse.engine.loops")
OPTIMIZERS = _child(MMENGINE_OPTIMIZERS, late="stillhouse.registry.late_optimizers")
OPTIM_WRAPPERS = _child(MMENGINE_OPTIM_WRAPPERS, "stillhouse.engine.optim")
PARAM_SCHEDULERS = _child(MMENGINE_PARAM_SCHEDULERS)
FUNCTIONS = _child(MMENGINE_FUNCTIONS, "stillhouse.engine.companions")
OPTIM_WRAPPER_CONSTRUCTORS = _child(MMENGINE_OPTIM_WRAPPER_CONSTRUCTORS)
EVALUATOR = _child(MMENGINE_EVALUATOR)
LOG_PROCESSORS = _child(MMENGINE_LOG_PROCESSORS)
MODEL_WRAPPERS = _child(MMENGINE_MODEL_WRAPPERS)
