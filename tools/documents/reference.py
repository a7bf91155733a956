"""The config reference: a page a registry, a section a component, from signatures and docstrings."""

import inspect
import re
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

from stillhouse import registry
from stillhouse.registry import Registry, defined_in

from .docstring import Docstring, cell, markdown, read

GIVEN = {"runner", "dataset", "dataloader", "evaluator"}  # handed over by the engine, never written in a config


class Room(NamedTuple):
    """A page of the reference.

    Attributes:
        title: of the page.
        registries: what it lists, by their names in ``stillhouse.registry``.
        key: where a config names these components.
    """

    title: str
    registries: tuple[str, ...]
    key: str


ROOMS = {
    "networks": Room("Networks", ("MODELS",), 'model = dict(type="Learner", network=dict(type=...))'),
    "losses": Room("Losses", ("LOSSES",), "model = dict(losses=dict(name=dict(type=...)))"),
    "data_sets": Room("Data sets", ("DATASETS",), "train_dataloader = dict(dataset=dict(type=...))"),
    "samplers": Room("Samplers", ("DATA_SAMPLERS",), "train_dataloader = dict(sampler=dict(type=...))"),
    "tokenizers": Room("Tokenizers", ("TOKENIZERS",), "dataset = dict(tokenizer=dict(type=...))"),
    "hooks": Room("Hooks", ("HOOKS",), "custom_hooks = [dict(type=...)]"),
    "metrics": Room("Metrics", ("METRICS",), "val_evaluator = [dict(type=...)]"),
    "engine": Room(
        "Loops, optimizer and wrappers", ("LOOPS", "OPTIM_WRAPPERS", "MODEL_WRAPPERS"), "train_cfg = dict(type=...)"
    ),
}
DECLARED = {
    "outputs": "Outputs", "inputs": "Reads of the batch", "prepares": "Adds to the batch", "fields": "Fields of a batch",
    "names": "Results",
}  # fmt: skip


def components(name: str) -> dict[str, type]:
    """The components that this project registers under the registries of a room, by name."""
    found: dict[str, type] = {}
    for each in ROOMS[name].registries:
        known: Registry = getattr(registry, each)
        found.update(known.names())
    return {key: value for key, value in sorted(found.items()) if value.__module__.startswith("stillhouse.")}


def page(name: str) -> str:
    """The Markdown of a room's page."""
    room, found = ROOMS[name], components(name)
    opening = f"# {room.title}\n\n```python\n{room.key}\n```\n"
    return "\n".join([opening, *(section(key, component) for key, component in found.items())])


def index() -> str:
    """The Markdown of the page that lists every component."""
    lines = [
        "# Components",
        "",
        "Every registered component; its constructor's arguments are the keys of its config.",
        "",
    ]
    for name, room in ROOMS.items():
        links = ", ".join(f"[{key}]({name}.md#{key.lower()})" for key in components(name))
        lines += [f"## {room.title}", "", links, ""]
    return "\n".join(lines)


def section(name: str, component: type) -> str:
    """The Markdown of one component."""
    text = read(inspect.getdoc(component))
    arguments = parameters(component)
    parts = [f"## {name}", f"`{defined_in(component)}`", markdown(text.text), *_declarations(component)]
    parts += [f"```python\n{call(name, arguments)}\n```", *_table(arguments, _meanings(component))]
    parts += [_section(title, lines) for title, lines in text.sections.items()]
    return "\n\n".join(part for part in parts if part) + "\n"


def parameters(component: type) -> list[inspect.Parameter]:
    """The constructor's arguments that a config may give."""
    found = inspect.signature(component).parameters.values()
    return [each for each in found if each.name not in GIVEN and each.kind != each.VAR_POSITIONAL]


def call(name: str, arguments: list[inspect.Parameter]) -> str:
    """The component as a config would write it, with its defaults; what has none stands as ``...``."""
    given = [f"    {each.name}={default(each)}," for each in arguments if each.kind != each.VAR_KEYWORD]
    return "\n".join([f"dict(\n    type={name!r},", *given, ")"]).replace("'", '"')


def default(parameter: inspect.Parameter) -> str:
    """A default as Python writes it."""
    value = parameter.default
    if value is parameter.empty:
        return "..."
    return value.__name__ if inspect.isroutine(value) or inspect.isclass(value) else repr(value)


def annotation(parameter: inspect.Parameter) -> str:
    """An annotation without the modules of its names."""
    return "" if parameter.annotation is parameter.empty else _type(parameter.annotation)


def _type(found: Any) -> str:
    if get_origin(found) in (Union, UnionType):
        return " | ".join("None" if each is NoneType else _type(each) for each in get_args(found))
    return re.sub(r"\b(?:[A-Za-z_]\w*\.)+(?=\w)", "", inspect.formatannotation(found))


def _meanings(component: type) -> dict[str, str]:
    """What the arguments mean: said by the class, else by a base, else by a constructor's own docstring."""
    found: dict[str, str] = {}
    for owner in reversed(inspect.getmro(component)):
        constructor = owner.__dict__.get("__init__")
        own: Docstring = read(getattr(constructor, "__doc__", None)) if owner is not object else Docstring()
        found |= own.args | read(owner.__dict__.get("__doc__")).args
    return found


def _table(arguments: list[inspect.Parameter], meanings: dict[str, str]) -> list[str]:
    if not arguments:
        return []
    rows = ["| argument | type | default | |", "|---|---|---|---|"]
    for each in arguments:
        name = f"`**{each.name}`" if each.kind == each.VAR_KEYWORD else f"`{each.name}`"
        kind = f"`{annotation(each)}`" if annotation(each) else ""
        standing = "required" if each.default is each.empty and each.kind != each.VAR_KEYWORD else f"`{default(each)}`"
        shown = "" if each.kind == each.VAR_KEYWORD else standing
        rows.append(
            " ".join(["|", " | ".join(map(cell, (name, kind, shown, markdown(meanings.get(each.name, ""))))), "|"])
        )
    return ["\n".join(rows)]


def _declarations(component: type) -> list[str]:
    """The names that a component declares for the config check."""
    found = []
    for attribute, title in DECLARED.items():
        names = getattr(component, attribute, None)
        if isinstance(names, tuple) and names and all(isinstance(name, str) for name in names):
            found.append(f"{title}: {', '.join(f'`{name}`' for name in names)}.")
    return [" ".join(found)] if found else []


def _section(title: str, lines: list[str]) -> str:
    """A section of a docstring: a list of its entries, or a paragraph."""
    body = inspect.cleandoc("\n" + "\n".join(lines)).splitlines()
    joined: list[str] = []
    for line in body:
        if joined and line.startswith(" "):
            joined[-1] += f" {line.strip()}"
        elif line:
            joined.append(line)
    if title in ("Attributes", "Raises"):
        return f"**{title}**\n\n" + "\n".join(f"- {markdown(line)}" for line in joined)
    return f"**{title}**: {markdown(' '.join(joined))}"
