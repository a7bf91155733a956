"""Types and arguments of every component a config names, against the registries and the signatures."""

from collections.abc import Callable

from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from ...registry import DATA_SAMPLERS, LOOPS, Registry, RegistryImportError, defined_in, nearest
from ..stream import BatchStream
from .misspelt import check_misspelt, misspelt
from .problems import Problems, did_you_mean, fix, listed, shown
from .roles import ANY, COMPANION, COMPANIONS, GROUPS, HOOK, LIKELY, LISTS_TOO, METRIC, NESTED, TOP, Role
from .signatures import signature_of
from .values import mismatch

# The runner makes these from the rest of the config, and they cannot be given.
STREAM_INJECTED = ("dataset", "sampler", "accumulate", "rank", "world_size", "seed")
# Keys of a config's dicts that are no arguments.
STRUCTURE = ("type", "_delete_")
PARAMWISE = (
    "custom_keys", "lr_mult", "decay_mult", "norm_decay_mult", "bias_lr_mult", "bias_decay_mult", "dwconv_decay_mult",
    "flat_decay_mult", "dcn_offset_lr_mult", "bypass_duplicate",
)  # fmt: skip


def check_components(problems: Problems, cfg: dict) -> None:
    """Check every component below the known top-level keys of a config."""
    for key, role in TOP.items():
        if cfg.get(key) is not None:
            _check_top(problems, key, cfg[key], role)
    for key in ("train_dataloader", "val_dataloader", "test_dataloader"):
        if cfg.get(key) is not None:
            _check_dataloader(problems, key, cfg[key])
    _check_default_hooks(problems, cfg.get("default_hooks") or {})


def _check_top(problems: Problems, key: str, value, role: Role) -> None:
    if role is METRIC and isinstance(value, dict) and "metrics" in value:
        key, value = f"{key}.metrics", value["metrics"]
    if isinstance(value, (list, tuple)) and key.split(".")[0] in LISTS_TOO:
        for number, item in enumerate(value):
            check_component(problems, f"{key}.{number}", item, role)
    elif key == "custom_hooks":
        problems.add(key, f"got {value!r}, expected a list of dict(type=...)")
    else:
        check_component(problems, key, value, role)


def _check_dataloader(problems: Problems, key: str, cfg) -> None:
    if not isinstance(cfg, dict):
        problems.add(key, f"got {cfg!r}, expected dict(batch_size=..., dataset=dict(type=...))")
        return
    if cfg.get("dataset") is None:
        problems.add(f"{key}.dataset", "missing; expected dict(type=...)")
    own = {name: value for name, value in cfg.items() if name not in ("dataset", "sampler")}
    check_call(
        problems, key, BatchStream, own, given=STREAM_INJECTED, extra=("dataset", "sampler"), refused=STREAM_INJECTED
    )
    for name in ("dataset", "sampler"):
        if cfg.get(name) is not None:
            check_component(problems, f"{key}.{name}", cfg[name], NESTED[name])


def _check_default_hooks(problems: Problems, hooks) -> None:
    if not isinstance(hooks, dict):
        problems.add("default_hooks", f"got {hooks!r}, expected dict(name=dict(type=...))")
        return
    _check_group(problems, "default_hooks", {name: hook for name, hook in hooks.items() if hook is not None}, HOOK)


def _check_group(problems: Problems, path: str, group: dict, role: Role) -> None:
    """Check components by name; a nameless change of one that is not there is taken for a misspelt name."""
    whole = [name for name, item in group.items() if isinstance(item, dict) and "type" in item]
    for name, item in group.items():
        near = did_you_mean(name, whole) if isinstance(item, dict) and "type" not in item else ""
        if near and not misspelt(item):
            problems.add(f"{path}.{name}", f"has no type, and nothing of that name is to be changed.{near}", whole=True)
        else:
            check_component(problems, f"{path}.{name}", item, role)


def check_component(problems: Problems, path: str, cfg, role: Role, others: tuple[Role, ...] = ()) -> None:
    """Check one component: its type, its arguments, and the components among these.

    Args:
        problems: receives what is wrong.
        path: dotted path of the component.
        cfg: the component, ``dict(type=..., argument=...)``.
        role: says which registry knows the type.
        others: roles to look through where that registry does not know it.
    """
    if not isinstance(cfg, dict):
        problems.add(path, f"got {cfg!r}, expected dict(type=...) with a type of the {role.registry.name} registry")
        return
    if check_misspelt(problems, path, cfg):
        return
    name = cfg.get("type", role.default)
    if not isinstance(name, str):
        wrong = "missing" if name is None else f"got {name!r}"
        problems.add(f"{path}.type", f"{wrong}; expected a name of the {role.registry.name} registry")
        check_children(problems, path, cfg)
        return
    component, role = find(problems, f"{path}.type", name, (role, *others))
    arguments = {key: value for key, value in cfg.items() if key not in ("type", "_scope_")}
    if component is not None and role.registry in (LOOPS, DATA_SAMPLERS) and _is_mmengine_s(component):
        known = listed(sorted(own for own, one in role.registry.names().items() if not _is_mmengine_s(one)))
        problems.add(
            f"{path}.type", f"{name!r} is mmengine's, which does not fit this engine's batches; expected {known}"
        )
    elif component is not None:
        check_call(problems, path, component, arguments, role.injected, role.extra)
    check_children(problems, path, arguments)


def _is_mmengine_s(component: Callable) -> bool:
    return component.__module__.startswith("mmengine.")


def find(problems: Problems, path: str, name: str, roles: tuple[Role, ...]) -> tuple[Callable | None, Role]:
    """The class or function registered as ``name`` and the role that knows it; a problem where none does."""
    for role in roles:
        try:
            return role.registry.get(name), role
        except KeyError:
            continue
        except RegistryImportError as error:
            problems.add(path, str(error))
            return None, role
    registries = list(dict.fromkeys(role.registry for role in roles))
    problems.add(path, registries[0].unknown(name) if len(registries) == 1 else _unknown(name, registries))
    return None, roles[0]


def _unknown(name: str, registries: list[Registry]) -> str:
    known = {key: component for registry in registries for key, component in registry.names().items()}
    near = ", ".join(f"{key!r} ({defined_in(known[key])})" for key in nearest(name, known, 3))
    return f"{name!r} is in no registry." + (f" Did you mean {near}?" if near else "")


def check_call(
    problems: Problems, path: str, component: Callable, arguments: dict, given: tuple[str, ...] = (),
    extra: tuple[str, ...] = (), refused: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Check the names and values of arguments against a signature.

    Args:
        problems: receives what is wrong.
        path: dotted path of the arguments.
        component: the class or function.
        arguments: name -> value from the config.
        given: names that the engine gives.
        extra: names that are no arguments and known all the same.
        refused: names that only the engine may give.
    """
    signature = signature_of(component)
    known = [name for name in (*signature.parameters, *extra) if name not in refused or name in extra]
    for name, value in arguments.items():
        if name not in known and not signature.open:
            advice = _advice(name, [one for one in known if one in extra or one not in given])
            problems.add(f"{path}.{name}", f"unknown argument of {shown(component)}.{advice}", whole=True)
        elif name in signature.parameters:
            wrong = mismatch(value, signature.parameters[name].annotation)
            if wrong:
                problems.add(f"{path}.{name}", f"{shown(component)} {wrong}")
            else:
                _check_settings(problems, f"{path}.{name}", getattr(component, "settings", {}).get(name), value)
    for name in signature.required:
        if name not in arguments and name not in given:
            problems.add(f"{path}.{name}", f"missing argument of {shown(component)}{_wanted(signature, name)}")


def _check_settings(problems: Problems, path: str, settings: Callable | None, value) -> None:
    """Check a dict, or each in a dict of dicts, against the class that its component declares for it."""
    if settings is None or not isinstance(value, dict):
        return
    if value and all(isinstance(item, dict) for item in value.values()):
        for name, item in value.items():
            check_call(problems, f"{path}.{name}", settings, item)
    else:
        check_call(problems, path, settings, value)


def _advice(name: str, known: list[str]) -> str:
    near = did_you_mean(name, [*known, *STRUCTURE])
    return near or (fix(name, known) if known else " It takes none.")


def _wanted(signature, name: str) -> str:
    annotation = signature.parameters[name].annotation
    return f", expected {annotation.__name__}" if annotation in (int, float, bool, str, dict, list, tuple) else ""


def check_children(problems: Problems, path: str, arguments: dict) -> None:
    """Check the components among the arguments of another."""
    for key, value in arguments.items():
        below = f"{path}.{key}"
        if key == "clip_grad" and isinstance(value, dict):
            _check_clipping(problems, below, value)
        elif key == "paramwise_cfg" and value is not None:
            _check_multipliers(problems, below, value)
        elif key in GROUPS and isinstance(value, dict):
            _check_group(problems, below, value, GROUPS[key])
        else:
            _check_value(problems, below, key, value)


def _check_value(problems: Problems, path: str, key: str, value) -> None:
    if isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            _check_value(problems, f"{path}.{number}", key, item)
    elif isinstance(value, dict):
        if check_misspelt(problems, path, value):
            return
        if "type" not in value and (key in COMPANIONS or isinstance(value.get("config"), str)):
            check_component(problems, path, value, COMPANION)
        elif key in NESTED:
            check_component(problems, path, value, NESTED[key])
        elif "type" in value:
            roles = (LIKELY[key], *ANY) if key in LIKELY else ANY
            check_component(problems, path, value, roles[0], roles[1:])
        else:
            check_children(problems, path, value)


def _check_multipliers(problems: Problems, path: str, value) -> None:
    if not isinstance(value, dict):
        problems.add(path, f"got {value!r}, expected a dict of {listed(PARAMWISE)}")
        return
    check_keys(problems, path, value, PARAMWISE)
    modules = value.get("custom_keys")
    for name, multipliers in modules.items() if isinstance(modules, dict) else ():
        if isinstance(multipliers, dict):
            check_keys(problems, f"{path}.custom_keys.{name}", multipliers, ("lr_mult", "decay_mult"))


def _check_clipping(problems: Problems, path: str, value: dict) -> None:
    clip = {"norm": clip_grad_norm_, "value": clip_grad_value_}.get(str(value.get("type", "norm")))
    if clip is None:
        problems.add(f"{path}.type", f"got {value['type']!r}, expected {listed(('norm', 'value'))}")
        return
    arguments = {key: item for key, item in value.items() if key != "type"}
    check_call(problems, path, clip, arguments, given=("parameters",), refused=("parameters",))


def check_keys(problems: Problems, path: str, value: dict, known) -> None:
    """Report the keys of a dict that are not among ``known``."""
    for key in value:
        if key not in known:
            problems.add(f"{path}.{key}", f"unknown key.{fix(key, known)}", whole=True)
