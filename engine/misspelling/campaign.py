"""Try misspellings of a config's keys, each in a copy of the configs, and note what the check says of them."""

import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..checking import check
from ..config import load_config, read_once
from ..config_files import variables, with_bases
from ..errors import ConfigError
from .keys import Key, keys_of, misspellings, rewritten

ADVICE = re.compile(r"Did you mean|Expected one of")


@dataclass(frozen=True)
class Case:
    """A misspelling.

    Attributes:
        config: the config that is checked.
        file: the file the key is written in: the config, or one that it is based on.
        key: the key.
        kind: what is wrong with it.
        wrong: what is written in its place.
    """

    config: Path
    file: Path
    key: Key
    kind: str
    wrong: str


@dataclass(frozen=True)
class Verdict:
    """What the check said.

    Attributes:
        case: the misspelling.
        reached: whether the config becomes another by it; where it does not, the key's value is replaced by a later file's.
        caught: whether it found anything that it does not find in the intact config.
        suggested: whether what it found names the key that was meant.
        lines: what it found.
    """

    case: Case
    reached: bool
    caught: bool
    suggested: bool
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A config's content, None where it cannot be read, and its problems."""

    content: dict | None
    problems: list[str]


def experiments_in(folder: Path) -> list[Path]:
    """The configs of a folder that describe a training run; plans of a search have no model."""
    return [path for path in sorted(folder.glob("*.py")) if {"model", "_base_"} & variables(path).keys()]


def cases(config: Path, seed: int = 0) -> list[Case]:
    """One misspelling of each kind of every key in a config and the files it is based on; free names are left out."""
    found = []
    for file in with_bases(config):
        for number, key in enumerate(keys_of(file.read_text())):
            rng = random.Random(f"{seed} {config.name} {file.name} {number}")
            if not key.free:
                found += [Case(config, file, key, kind, wrong) for kind, wrong in misspellings(key.name, rng).items()]
    return found


def chosen(configs: list[Path], most: int | None = None, seed: int = 0) -> list[Case]:
    """The misspellings of several configs, or at most so many of them, drawn at random and in their order."""
    found = [case for config in configs for case in cases(config, seed)]
    if most is None or most >= len(found):
        return found
    return [found[number] for number in sorted(random.Random(seed).sample(range(len(found)), most))]


def attempt(tried: list[Case], folder: Path) -> Iterator[Verdict]:
    """Check every misspelling.

    Args:
        tried: of configs in one folder.
        folder: an absent or empty folder, which receives a copy of that one.

    Yields:
        a verdict each, in their order.
    """
    if not tried:
        return
    root, folder = tried[0].config.parent, folder.resolve()
    shutil.copytree(root, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    intact: dict[Path, Reading] = {}
    with read_once() as read:
        for case in tried:
            config, file = folder / case.config.relative_to(root), folder / case.file.relative_to(root)
            if config not in intact:
                intact[config] = _read(config, read)
            source = file.read_text()
            file.write_text(rewritten(source, case.key, case.wrong))
            found = _read(config, read)
            file.write_text(source)
            yield _verdict(case, intact[config], found)


def _read(config: Path, read: dict) -> Reading:
    """What a config that may have changed contains, and what the check says of it; its companions are not read again."""
    for key in [key for key in read if key[0] == config]:
        del read[key]
    try:
        experiment = load_config(config)
    except ConfigError as error:
        return Reading(None, error.problems)
    return Reading(experiment.cfg.to_dict(), check(experiment, companions=False))


def _verdict(case: Case, intact: Reading, found: Reading) -> Verdict:
    lines = tuple(line for line in found.problems if line not in intact.problems)
    suggested = any(names(line, case.key.name) for line in lines)
    return Verdict(case, found.content != intact.content, bool(lines), suggested, lines)


def names(line: str, key: str) -> bool:
    """Whether a problem says that ``key`` is meant: as its suggestion, as what is missing, or as what a reference asks for."""
    path, _, text = line.partition(": ")
    if text.startswith("missing") and path.split(".")[-1] == key:
        return True
    if re.search(rf"\$\{{{re.escape(key)}[.}}]", text):
        return True
    advice = ADVICE.split(text, maxsplit=1)[1:]
    return any(f"'{key}'" in part for part in advice)
