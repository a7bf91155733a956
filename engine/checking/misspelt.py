"""The two keys that tell what a dict stands for, ``type`` and ``config``, where they are misspelt and it stands for nothing."""

from difflib import get_close_matches

from .problems import Problems
from .roles import ANY, TOP

CLOSE = 0.74  # four letters, one of them wrong


def misspelt(value: dict) -> tuple[str, str] | None:
    """The key that is written and the one that is meant, judged by the value: a component's name, or a config file."""
    for meant, is_one in (("type", _is_component), ("config", _is_config)):
        for key, item in value.items() if meant not in value else ():
            if isinstance(item, str) and get_close_matches(str(key), [meant], cutoff=CLOSE) and is_one(item):
                return str(key), meant
    return None


def check_misspelt(problems: Problems, path: str, value: dict) -> bool:
    """Report such a key; whether there is one."""
    found = misspelt(value)
    if found:
        problems.add(f"{path}.{found[0]}", f"unknown key. Did you mean {found[1]!r}?", whole=True)
    return found is not None


def _is_component(name: str) -> bool:
    return any(name in role.registry.names() for role in (*ANY, *TOP.values()))


def _is_config(name: str) -> bool:
    return name.endswith(".py")
