"""Every command in the README and the documents: its tool understands it, and the configs and keys that it names exist."""

import argparse
import functools
import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest
from documented import BLOCK, PAGES, ROOT, Command, commands, files_shown

from stillhouse.engine.checking import check
from stillhouse.engine.config import SETTINGS, load_config, parse_options

INCOMPLETE = re.compile(r"error: (the following arguments are|one of the arguments .* is) required")
CONFIG = re.compile(r"configs/(?:_base_/)?\w+\.py")
SHELL_SCRIPTS = {"tools/dist_train.sh": "tools/train.py", "tools/dist_test.sh": "tools/test.py"}
SHOWN = {name: body for page in PAGES for name, body in files_shown(page).items() if name.startswith("configs/")}
GIVEN = sorted({command for page in PAGES for command in commands(page)})
TOOLS = sorted({SHELL_SCRIPTS.get(command.words[0], command.words[0]) for command in GIVEN})


@pytest.fixture
def shown_configs(tmp_path: Path, monkeypatch) -> Path:
    """A folder with the shipped configs and those that the documents show; the current one."""
    (tmp_path / "configs").mkdir()
    for path in (ROOT / "configs").iterdir():
        (tmp_path / "configs" / path.name).symlink_to(path)
    for name, body in SHOWN.items():
        (tmp_path / name).write_text(re.sub(r"^custom_imports = .*\n", "", body, flags=re.MULTILINE))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parser_of(script: str, monkeypatch):
    """A function of a command's arguments that reads them as the tool does."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    space = runpy.run_path(str(ROOT / script))

    def parse(*arguments: str) -> argparse.Namespace:
        monkeypatch.setattr(sys, "argv", [script, *arguments])
        return space["parse_args"]() if "parse_args" in space else space["parser"]().parse_args()

    return parse


def python_words(command: Command) -> tuple[str, ...]:
    """The words of a command as Python gets them: a shell script's second word is the number of its processes."""
    script, *arguments = command.words
    if script not in SHELL_SCRIPTS:
        return command.words
    return (SHELL_SCRIPTS[script], *arguments[:1], *arguments[2:])


def plain(value: str) -> str:
    """A word with what it leaves open filled in: a number, a variable of the shell."""
    return re.sub(r"(?:^|(?<==))(?:N|S|SEED)$|\$\{?\w+\}?", "1", value)


def refusal(script: str, commands_of_it: list[Command], monkeypatch, capsys) -> list[str]:
    """What a tool says of those commands that it does not understand."""
    parse, found = parser_of(script, monkeypatch), []
    for command in commands_of_it:
        arguments = [plain(word) for word in python_words(command)[1:]]
        if not arguments and not command.whole:
            continue
        try:
            parse(*arguments)
        except SystemExit as ended:
            said = capsys.readouterr().err.splitlines()
            if ended.code and (command.whole or not INCOMPLETE.search(said[-1])):
                found.append(f"{command.page}: {command.line}: {said[-1]}")
    return found


def test_the_documents_give_commands():
    assert len(GIVEN) > 100 and len(TOOLS) > 25
    assert {command.page for command in GIVEN} >= {
        "README.md",
        "docs/scene.md",
        "docs/tutorials/can.md",
        "docs/how_to/loss.md",
    }


@pytest.mark.parametrize("script", TOOLS)
def test_a_tool_understands_its_commands(script: str, monkeypatch, capsys):
    assert (ROOT / script).is_file()
    own = [command for command in GIVEN if python_words(command)[0] == script]
    assert refusal(script, own, monkeypatch, capsys) == []


@pytest.mark.parametrize(
    "line", ["tools/train.py CONFIG --restat", "tools/train.py", "tools/generate.py --checkpoint RUN --steps many"]
)
def test_what_a_tool_does_not_know_is_found(line: str, monkeypatch, capsys):
    command = Command("page", line, (*shlex.split(line), *(["--no-such-option"] if line.endswith(".py") else [])))
    assert len(refusal(command.words[0], [command], monkeypatch, capsys)) == 1


def test_every_config_that_is_named_exists():
    for page in PAGES:
        for name in set(CONFIG.findall(page.read_text())):
            assert name in SHOWN or (ROOT / name).is_file(), f"{page.relative_to(ROOT)}: {name}"


def test_every_option_that_is_given_exists(shown_configs: Path, monkeypatch):
    parse, wrong, seen = parser_of("tools/train.py", monkeypatch), [], 0
    for command in GIVEN:
        if python_words(command)[0] == "tools/train.py" and "--cfg-options" in command.words:
            args = parse(*map(plain, python_words(command)[1:]))
            if Path(args.config).is_file():
                seen += 1
                wrong += unknown_options(args.config, parse_options(args.cfg_options), command)
    assert seen > 10 and wrong == []


def test_every_option_in_running_text_exists_in_a_config_of_its_page(shown_configs: Path):
    wrong, seen = [], 0
    for page in PAGES:
        text = page.read_text()
        known = [content(name) for name in sorted(set(CONFIG.findall(text))) if "_base_" not in name]
        for span in re.findall(r"`--cfg-options ([^`]+)`", text):
            seen += 1
            keys = [pair.partition("=")[0] for pair in span.split()]
            absent = [key for key in keys if key not in SETTINGS and not any(holds(each, key) for each in known)]
            wrong += [f"{page.name}: {key}" for key in absent]
    assert seen > 5 and wrong == []


def test_an_option_that_does_not_exist_is_found(shown_configs: Path):
    given = {"seeds": 1, "model.network.width": 8, "custom_hooks.EMAHook.decay": 0.5, "custom_hooks.KDHook.alpha": 0.5}
    said = ["page: line: seeds", "page: line: custom_hooks.KDHook.alpha"]
    assert unknown_options("configs/minigpt.py", given, Command("page", "line", ())) == said


def unknown_options(config: str, options: dict, command: Command) -> list[str]:
    """Those dotted keys that a config does not hold already."""
    known = content(config)
    return [
        f"{command.page}: {command.line}: {key}" for key in options if key not in SETTINGS and not holds(known, key)
    ]


@functools.cache
def content(config: str) -> dict:
    """What a config holds, references resolved."""
    return load_config(config).cfg.to_dict()


def holds(value, key: str) -> bool:
    """Whether a dotted key leads to something; an entry of a list is named by its number or its type."""
    for part in key.split("."):
        if isinstance(value, list):
            value = {**dict(zip(map(str, range(len(value))), value)), **{item.get("type"): item for item in value}}
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


@pytest.mark.parametrize("name", [name for page in PAGES if page.stem == "coming_from" for name in files_shown(page)])
def test_a_config_beside_others_is_right(shown_configs: Path, name: str):
    """Of what the config says nothing is wrong; the data and the runs that it needs are not there."""
    absent = ("no such", "not trained", "does not exist", "has not been trained", "no checkpoint")
    assert [
        line for line in check(load_config(name), companions=False) if not any(part in line for part in absent)
    ] == []


def test_python_blocks_are_python():
    for page in PAGES:
        for kind, title, body in BLOCK.findall(page.read_text()):
            if kind == "python":
                compile(body, f"{page.name}: {title or body.splitlines()[0]}", "exec")
