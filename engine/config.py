"""Load a config file: inheritance, options from the command line, references, and where its run lives."""

import ast
import contextlib
import difflib
import re
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from ..registry import nearest
from .addressing import by_number
from .command import is_shortage
from .config_files import with_bases
from .errors import ConfigError
from .paths import run_path

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ("work_dir", "work_root", "config_file", "compile", "log_level", "load_from", "find_unused_parameters")
REFERENCE_KEYS = {"type", "config", "checkpoint"}  # of a dict that names another config
REFERENCE = re.compile(r"\$\{([\w.]+)\}")
_read: ContextVar[dict[tuple[Path, str], "Experiment"] | None] = ContextVar("_read", default=None)


@dataclass
class Experiment:
    """A config with everything resolved.

    Attributes:
        path: the config file.
        cfg: the config, options merged and references resolved.
        options: what the command line changed, by dotted key.
        variables: the plain values at the top that ``${...}`` references name.
    """

    path: Path
    cfg: Config
    options: dict = field(default_factory=dict)
    variables: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The config's file name; a run's own copy remembers that of its original."""
        return self.cfg.get("config_file") or self.path.name

    def recorded(self) -> Config:
        """What a run's folder keeps: the config as it runs, its name and its folder."""
        cfg = self.cfg.copy()
        cfg.update(config_file=self.name, work_dir=str(self.work_dir))
        return cfg

    @property
    def work_dir(self) -> Path:
        """Where the run lives: ``work_dir`` if given, else the plan's path, else ``work_root/stem``."""
        cfg = self.cfg
        if cfg.get("work_dir"):
            return Path(cfg.work_dir)
        root = Path(cfg.get("work_root", "work_dirs"))
        if cfg.get("run"):
            return run_path(root, distillation="with-kd" if has_hook(cfg, "KDHook") else "no-kd", **cfg.run)
        return root / Path(self.name).stem


@contextlib.contextmanager
def read_once() -> Iterator[dict[tuple[Path, str], Experiment]]:
    """Within it every config is read once and shared, to be looked at only; companions name each other often.

    Yields:
        what was read, by path and options; to forget an entry is to have it read again.
    """
    known = _read.get()
    if known is not None:
        yield known
        return
    known = {}
    token = _read.set(known)
    try:
        yield known
    finally:
        _read.reset(token)


def load_config(path: str | Path, options: dict | None = None) -> Experiment:
    """Read a config file and resolve it.

    Args:
        path: a config file, relative to the current folder or to the installation.
        options: dotted key -> value, merged last; an entry of a list by its number or its type (``custom_hooks.KDHook.alpha``).

    Raises:
        ConfigError: no such file, not Python, or a reference to something that is not there.
        OSError: no room for the temporary copy in which it is read.
    """
    found, known = locate_config(path), _read.get()
    if known is None:
        return _load(path, found, dict(options or {}))
    key = (found, repr(options or {}))
    if key not in known:
        known[key] = _load(path, found, dict(options or {}))
    return known[key]


def _load(path: str | Path, found: Path, options: dict) -> Experiment:
    try:
        raw = Config.fromfile(str(found), lazy_import=False)
    except Exception as error:
        if is_shortage(error):  # mmengine copies a config to a temporary file before it reads it
            raise
        raise ConfigError([f"{path}: cannot be read as a config: {_why(found, error)}"]) from error
    _check_base(raw.to_dict(), path)
    options = by_number(options, raw.to_dict())
    before = {key for key, value in raw.to_dict().items() if _is_plain(value)}
    try:
        raw.merge_from_dict(options)
    except (TypeError, KeyError, IndexError) as error:
        raise ConfigError([f"--cfg-options: an option does not fit {path}: {error}"]) from error
    plain = raw.to_dict()
    names: set[str] = set()
    resolved = _resolve(plain, plain, str(path), names)
    cfg = Config(resolved, filename=str(found))
    dead = [
        key for key in options if key in before and key not in names and key not in SETTINGS and _is_plain(plain[key])
    ]
    recorded = "config_file" in plain  # a run's own, with values in the places of references
    if dead and not recorded:
        dead = [key for key in dead if key not in variables_below(cfg)]
    if dead:
        remedy = "; name the places themselves, such as test_dataloader.dataset.root" if recorded else ""
        raise ConfigError(
            [f"--cfg-options {key}: nothing in {path} refers to it, so it would change nothing{remedy}" for key in dead]
        )
    variables = {name: cfg[name] for name in sorted(names) if name in cfg}
    return Experiment(found, cfg, options, variables)


def _why(found: Path, error: Exception) -> str:
    """What keeps a config from being read; mmengine reads copies, and its message on a syntax error names these."""
    try:
        with_bases(found)
    except SyntaxError as own:
        at = "" if own.filename == str(found) else f"{shown(Path(str(own.filename)))}, "
        return f"{at}line {own.lineno}: {own.msg}" if own.lineno else f"{at}{own.msg}"
    except (ValueError, OSError, RecursionError):  # null bytes before Python 3.12; a base that is not there, or its own
        pass
    return f"{type(error).__name__}: {error}"


def _check_base(content: dict, path: str | Path) -> None:
    """Refuse a misspelt ``_base_``: without it most names are unknown, and their problems would hide this one."""
    for key in difflib.get_close_matches("_base_", content, n=1, cutoff=0.7):
        files = content[key] if isinstance(content[key], (list, tuple)) else [content[key]]
        if files and all(isinstance(file, str) and file.endswith(".py") for file in files):
            raise ConfigError([f"{path}: {key}: unknown top-level key. Did you mean '_base_'?"])


def variables_below(cfg: Config, seen: frozenset[str] = frozenset()) -> set[str]:
    """The variables that the configs named in this one refer to, and those named there; what cannot be read names none."""
    found: set[str] = set()
    for _, value in walk(cfg.to_dict()):
        if is_reference(value) and value["config"] not in seen:
            seen |= {value["config"]}
            with contextlib.suppress(ConfigError):
                other = load_config(value["config"])
                found |= other.variables.keys() | variables_below(other.cfg, seen)
    return found


def is_reference(value: dict) -> bool:
    """Whether a dict of a config names another config."""
    return isinstance(value.get("config"), str) and set(value) <= REFERENCE_KEYS


def _is_plain(value: Any) -> bool:
    return not isinstance(value, (dict, list, tuple))


def shown(path: Path) -> str:
    """A path as a user in the current folder would write it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def locate_config(path: str | Path) -> Path:
    """The config file, looked for below the current folder and then below the installation."""
    for candidate in (Path(path), PACKAGE_ROOT / path):
        if candidate.is_file():
            return candidate.resolve()
    near = nearest(Path(path).stem, (file.stem for file in (PACKAGE_ROOT / "configs").glob("*.py")))
    hint = f" Did you mean configs/{near[0]}.py?" if near else ""
    raise ConfigError([f"{path}: no such config file (looked in {Path.cwd()} and {PACKAGE_ROOT}).{hint}"])


def _resolve(value: Any, root: dict, where: str, names: set[str]) -> Any:
    """``value`` with every ``${key}`` replaced by what ``root`` holds there; the first part of each key joins ``names``."""
    if isinstance(value, dict):
        return {key: _resolve(item, root, f"{where}:{key}", names) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_resolve(item, root, f"{where}[{i}]", names) for i, item in enumerate(value))
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value)
    if whole:
        return _look_up(whole[1], root, where, names)
    return REFERENCE.sub(lambda match: str(_look_up(match[1], root, where, names)), value)


def _look_up(key: str, root: dict, where: str, names: set[str]):
    if re.search(rf"->{re.escape(key)}(?![\w.])", where):
        raise ConfigError([f"{where}: ${{{key}}} refers to itself; give one of these names a plain value"])
    value = root
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise ConfigError(
                [f"{where}: ${{{key}}} names nothing in this config; define {key.split('.')[0]!r} at its top"]
            )
        value = value[part]
    names.add(key.split(".")[0])
    return _resolve(value, root, f"{where}->{key}", names)


def parse_options(pairs: list[str]) -> dict:
    """``["a.b=1", "c=x"]`` as ``{"a.b": 1, "c": "x"}``: Python literals and ``dict(...)`` where they are, text otherwise."""
    options = {}
    for pair in pairs:
        key, separator, text = pair.partition("=")
        if not separator or not key:
            raise ConfigError([f"--cfg-options {pair!r}: expected key=value"])
        try:
            options[key] = ast.literal_eval(_Literal().visit(ast.parse(text.strip(), mode="eval")))
        except (ValueError, SyntaxError):
            options[key] = {"true": True, "false": False, "none": None}.get(text.lower(), text)
    return options


class _Literal(ast.NodeTransformer):
    """Takes ``dict(a=1)``, as configs write it, for ``{"a": 1}``."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        names = [keyword.arg for keyword in node.keywords]
        if not isinstance(node.func, ast.Name) or node.func.id != "dict" or node.args or None in names:
            return node
        return ast.Dict([ast.Constant(name) for name in names], [keyword.value for keyword in node.keywords])


def has_hook(cfg: Config, name: str) -> bool:
    """Whether ``custom_hooks`` lists a hook of that type."""
    return any(hook.get("type") == name for hook in cfg.get("custom_hooks") or [])


def walk(value, path: str = ""):
    """Every dict below ``value`` with its dotted path, outermost first."""
    if isinstance(value, (dict, ConfigDict)):
        yield path, value
        for key, item in value.items():
            yield from walk(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from walk(item, f"{path}.{i}" if path else str(i))
