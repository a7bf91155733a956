"""The keys in a config file's text, and what one wrong character makes of them."""

import ast
import keyword
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

LETTERS = string.ascii_lowercase
KINDS = ("substitution", "deletion", "insertion", "transposition")
GROUPS = ("losses", "default_hooks")
MODULES = "custom_keys"


@dataclass(frozen=True)
class Key:
    """A key where it is written.

    Attributes:
        line, column: of its first character, both from 0.
        name: the key.
        free: the user's own choice: another spelling is another name, and no mistake.
    """

    line: int
    column: int
    name: str
    free: bool


def keys_of(source: str) -> list[Key]:
    """Every key in the text of a config, in the order of the text: variables at the top and keys of dicts, however deep.

    A loss or a hook that is given whole under a name of the config's own is free; one that only changes another config's is not.
    Variables that the config deletes are none of its keys.
    """
    tree = ast.parse(source)
    deleted = {ast.unparse(target) for node in tree.body if isinstance(node, ast.Delete) for target in node.targets}
    found = [key for node in tree.body if isinstance(node, ast.Assign) for key in _assigned(node, deleted)]
    return sorted(found, key=lambda key: (key.line, key.column))


def _assigned(node: ast.Assign, deleted: set[str]) -> Iterator[Key]:
    name = ast.unparse(node.targets[0])
    if name not in deleted:
        yield _key(node.targets[0], name)
    yield from _below(node.value, name)


def _below(node: ast.AST, above: str) -> Iterator[Key]:
    """The keys below a value that stands under the key ``above``."""
    if isinstance(node, ast.Call):
        for item in node.keywords:
            if item.arg:
                yield _key(item, item.arg, free=above in GROUPS and _is_whole(item.value))
            yield from _below(item.value, item.arg or above)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield _key(key, key.value, free=above == MODULES, ahead=1)
            yield from _below(value, above)
    elif isinstance(node, (ast.List, ast.Tuple)):
        for item in node.elts:
            yield from _below(item, above)


def _key(node, name: str, free: bool = False, ahead: int = 0) -> Key:
    return Key(node.lineno - 1, node.col_offset + ahead, name, free)


def _is_whole(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and any(item.arg == "type" for item in node.keywords)


def misspellings(name: str, rng: random.Random) -> dict[str, str]:
    """One wrong spelling of each kind that a key has room for, none of them the key itself or no identifier.

    Args:
        name: the key.
        rng: draws place and letter.

    Returns:
        kind -> spelling; a key of one letter cannot lose it, and one of equal letters has none to exchange.
    """
    makers = (_substituted, _without_one, _inserted, _exchanged)
    drawn = {kind: _drawn(name, make, rng) for kind, make in zip(KINDS, makers)}
    return {kind: wrong for kind, wrong in drawn.items() if wrong}


def _drawn(name: str, make, rng: random.Random) -> str | None:
    for _ in range(20):
        wrong = make(name, rng)
        if wrong != name and wrong.isidentifier() and not keyword.iskeyword(wrong):
            return wrong
    return None


def _substituted(name: str, rng: random.Random) -> str:
    at = rng.randrange(len(name))
    return name[:at] + rng.choice(LETTERS) + name[at + 1 :]


def _without_one(name: str, rng: random.Random) -> str:
    at = rng.randrange(len(name))
    return name[:at] + name[at + 1 :]


def _inserted(name: str, rng: random.Random) -> str:
    at = rng.randrange(len(name) + 1)
    return name[:at] + rng.choice(LETTERS) + name[at:]


def _exchanged(name: str, rng: random.Random) -> str:
    if len(name) < 2:
        return name
    at = rng.randrange(len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def rewritten(source: str, key: Key, wrong: str) -> str:
    """The text with one key spelt differently."""
    lines = source.splitlines(keepends=True)
    text = lines[key.line]
    lines[key.line] = text[: key.column] + wrong + text[key.column + len(key.name) :]
    return "".join(lines)
