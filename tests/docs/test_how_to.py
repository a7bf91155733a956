"""The pages that say how to add something: their files pass the config check, their tests pass, their commands run."""

import inspect
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from documented import ROOT, commands_in_blocks, files_shown
from scripts import runner

from stillhouse.engine.checkpoint import saved
from stillhouse.registry import DATASETS, HOOKS, LOSSES, MODELS

PAGES = sorted((ROOT / "docs" / "how_to").glob("*.md"))
RUNS = {
    "network": ["bigram"], "loss": ["focal"], "data_set": ["counting"], "hook": ["budget"],
    "domain": ["circles_teacher", "circles_student", "circles_alone"],
}  # fmt: skip


@pytest.fixture
def written(tmp_path: Path, monkeypatch):
    """Writes a page's files into an empty folder, which is then the current one; what they register is forgotten afterwards."""
    known = {registry: set(registry.names()) for registry in (DATASETS, HOOKS, LOSSES, MODELS)}

    def write(page: Path) -> dict[str, str]:
        found = files_shown(page)
        shutil.copytree(ROOT / "configs" / "_base_", tmp_path / "configs" / "_base_")
        for name, body in found.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body)
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(str(tmp_path / "lab"))
        return found

    yield write
    for registry, names in known.items():
        for name in set(registry.module_dict) - names:
            del registry.module_dict[name]
    for name in [name for name in sys.modules if name == "mylab" or name.startswith("mylab.")]:
        del sys.modules[name]


def test_every_page_is_known():
    assert {page.stem for page in PAGES} == set(RUNS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_run(written, monkeypatch, page: Path):
    files = written(page)
    assert any(name.startswith("lab/mylab/") for name in files) and any(name.startswith("configs/") for name in files)
    lines = commands_in_blocks(page)
    assert lines
    for line in lines:
        script, *arguments = shlex.split(line)
        assert runner(str(ROOT / script), monkeypatch)(*arguments) == 0, line
    assert all(saved(Path("work_dirs", name)) for name in RUNS[page.stem])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_tests_of_a_page_pass(written, page: Path):
    for name, body in written(page).items():
        if name.startswith("test_"):
            space: dict = {"__name__": "shown"}
            exec(compile(body, name, "exec"), space)
            shown = [test for key, test in space.items() if key.startswith("test_") and inspect.isfunction(test)]
            assert len(shown) >= 3
            for test in shown:
                test()


def test_the_budget_of_the_hook_page_ends_the_run(written, monkeypatch):
    """100 samples in batches of 16 are seven iterations."""
    written(ROOT / "docs" / "how_to" / "hook.md")
    assert runner(str(ROOT / "tools" / "train.py"), monkeypatch)("configs/budget.py") == 0
    assert [path.name for path in Path("work_dirs/budget").glob("iter_*.pth")] == ["iter_7.pth"]


def test_a_misspelt_argument_of_a_page_is_found(written, monkeypatch, capsys):
    files = written(ROOT / "docs" / "how_to" / "loss.md")
    Path("configs/focal.py").write_text(
        files["configs/focal.py"].replace('target="next_tokens"', 'target="next_token"', 1)
    )
    assert runner(str(ROOT / "tools" / "train.py"), monkeypatch)("configs/focal.py", "--check") != 0
    shown = capsys.readouterr()
    assert "next_tokens" in shown.out + shown.err
