"""Which registry stands behind which key of a config, and what the engine itself gives each component."""

from dataclasses import dataclass

from ...registry import (
    DATA_SAMPLERS,
    DATASETS,
    HOOKS,
    LOG_PROCESSORS,
    LOOPS,
    LOSSES,
    METRICS,
    MODEL_WRAPPERS,
    MODELS,
    OPTIM_WRAPPERS,
    OPTIMIZERS,
    PARAM_SCHEDULERS,
    TOKENIZERS,
    TRANSFORMS,
    VISBACKENDS,
    VISUALIZERS,
    Registry,
)


@dataclass(frozen=True)
class Role:
    """A kind of component.

    Attributes:
        registry: where its types are known.
        injected: arguments that the engine gives when it builds one.
        extra: keys that are read by whoever builds it and are no arguments.
        default: the type where a config names none.
    """

    registry: Registry
    injected: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    default: str | None = None


MODEL, LOSS, DATASET, METRIC = Role(MODELS), Role(LOSSES), Role(DATASETS), Role(METRICS)
HOOK = Role(HOOKS, extra=("priority",))
SAMPLER = Role(DATA_SAMPLERS, injected=("dataset", "seed"))
OPTIMIZER = Role(OPTIMIZERS, injected=("params",))
BACKEND = Role(VISBACKENDS, injected=("save_dir",))
COMPANION = Role(MODELS, default="FrozenModel")
TRAIN_LOOP = Role(LOOPS, injected=("runner", "dataloader"))
EVALUATION_LOOP = Role(LOOPS, injected=("runner", "dataloader", "evaluator"))

TOP = {
    "model": MODEL,
    "train_cfg": TRAIN_LOOP,
    "val_cfg": EVALUATION_LOOP,
    "test_cfg": EVALUATION_LOOP,
    "optim_wrapper": Role(OPTIM_WRAPPERS, extra=("constructor", "paramwise_cfg")),
    "param_scheduler": Role(PARAM_SCHEDULERS, injected=("optimizer",), extra=("convert_to_iter_based",)),
    "val_evaluator": METRIC,
    "test_evaluator": METRIC,
    "visualizer": Role(VISUALIZERS, injected=("name", "save_dir")),
    "log_processor": Role(LOG_PROCESSORS, default="LogProcessor"),
    "model_wrapper_cfg": Role(MODEL_WRAPPERS, injected=("module",)),
    "data_preprocessor": MODEL,
    "custom_hooks": HOOK,
}
LISTS_TOO = ("param_scheduler", "val_evaluator", "test_evaluator", "custom_hooks")

# Arguments, of whatever component, that hold one component (or a list of them) which must have a type.
NESTED = {
    "network": MODEL,
    "loss": LOSS,
    "dataset": DATASET,
    "sampler": SAMPLER,
    "optimizer": OPTIMIZER,
    "vis_backends": BACKEND,
    "tokenizer": Role(TOKENIZERS),
}
# Arguments that hold components by name.
GROUPS = {"losses": LOSS}
# Arguments whose dicts are components where they have a type, and otherwise plain.
LIKELY = {
    "encoder": MODEL,
    "decoder": MODEL,
    "backbone": MODEL,
    "transforms": Role(TRANSFORMS),
    "transform": Role(TRANSFORMS),
    "pipeline": Role(TRANSFORMS),
}
COMPANIONS = ("teacher", "scorer", "reference", "companion")
ANY = (
    MODEL,
    LOSS,
    DATASET,
    Role(TRANSFORMS),
    SAMPLER,
    HOOK,
    METRIC,
    OPTIMIZER,
    BACKEND,
)
