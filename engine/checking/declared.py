"""What classes declare of themselves, read without building anything."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ...models.network import Network
from ...registry import Registry, RegistryImportError
from .problems import Problems, did_you_mean, listed, shown
from .signatures import signature_of


@dataclass
class Names:
    """Names that components declare.

    Attributes:
        words: the names.
        owner: who declares them, for messages.
    """

    words: tuple[str, ...]
    owner: str


def known_class(registry: Registry, cfg) -> Callable | None:
    """The class that a component's ``type`` names, or None where another check has already said why not."""
    name = cfg.get("type") if isinstance(cfg, dict) else None
    if not isinstance(name, str):
        return None
    try:
        return registry.get(name)
    except (KeyError, RegistryImportError):
        return None


def declared(component, what: str, cfg: dict) -> tuple[str, ...] | None:
    """The names that a class declares as ``what``: by its classmethod ``declared_<what>(cfg)``, else by the attribute.

    Returns:
        None where it declares nothing that can be read off the class.
    """
    of_instance = getattr(component, f"declared_{what}", None)
    if of_instance is not None:
        return answer(of_instance, cfg)
    names = getattr(component, what, None)
    return _words(names) if isinstance(names, (tuple, list, set, frozenset)) else None


def answer(method: Callable, cfg: dict) -> tuple[str, ...] | None:
    """The names that a classmethod gives for a component's arguments, or None where it cannot."""
    try:
        return _words(method({key: value for key, value in cfg.items() if key != "type"}))
    except Exception:
        # The arguments may be malformed in any way, which the check of the values reports.
        return None


def _words(names: Iterable) -> tuple[str, ...] | None:
    found = tuple(names)
    return found if all(isinstance(name, str) for name in found) else None


def argument(component: Callable, cfg: dict, name: str):
    """The value of an argument: the config's, else the signature's default, else None."""
    return cfg[name] if name in cfg else signature_of(component).default(name)


def outputs_of(component, cfg: dict) -> Names | None:
    """A network's outputs."""
    words = declared(component, "outputs", cfg)
    return None if words is None else Names(words, f"outputs of {shown(component)}")


def predictions_of(component, cfg: dict) -> Names | None:
    """What a network's ``predict`` returns: what the class that defines it says, or the outputs where none defines one."""
    own = next((one for one in getattr(component, "__mro__", ()) if {"predict", "predicts"} & vars(one).keys()), None)
    words = declared(component, "predicts", cfg) if own is not None and "predicts" in vars(own) else None
    if words is not None:
        return Names(words, f"predictions of {shown(component)}")
    return outputs_of(component, cfg) if getattr(component, "predict", None) is Network.predict else None


def batch_of(dataset, dataset_cfg: dict, network, network_cfg: dict) -> Names | None:
    """The keys of a batch after the network's ``prepare``."""
    fields = declared(dataset, "fields", dataset_cfg)
    if fields is None:
        return None
    prepared = declared(network, "prepares", network_cfg) or ()
    owner = f"batch of {shown(dataset)}" + (f" and {network.__name__}.prepare" if prepared else "")
    return Names((*fields, *prepared), owner)


def check_names(problems: Problems, path: str, value, names: Names | None) -> None:
    """Report each name in ``value``, a str or a list of str, that is not among ``names``; dotted paths by their first part."""
    wanted = value if isinstance(value, (list, tuple)) else [value]
    for word in wanted:
        if names is None or not isinstance(word, str) or word in names.words or word.split(".")[0] in names.words:
            continue
        hint = did_you_mean(word, names.words)
        problems.add(path, f"{word!r} is not in the {names.owner}: {listed(names.words)}.{hint}")
