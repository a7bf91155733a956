"""Config files, options and references."""

import errno
from pathlib import Path

import pytest

from stillhouse.engine.config import has_hook, load_config, locate_config, parse_options, walk
from stillhouse.engine.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "some.py"
    path.write_text(text)
    return path


def test_references_are_resolved_after_options(tmp_path: Path):
    path = write(
        tmp_path,
        "root = 'a'\nfull = '${root}/b'\ndata = dict(root='${root}', all=['${full}', 3])\nsize = 4\nn = '${size}'",
    )
    experiment = load_config(path, {"root": "z"})
    assert experiment.cfg.data.to_dict() == {"root": "z", "all": ["z/b", 3]}
    assert experiment.cfg.n == 4, "a reference alone keeps its type"
    assert experiment.variables == {"root": "z", "full": "z/b", "size": 4}


def test_references_reach_into_dicts(tmp_path: Path):
    path = write(tmp_path, "run = dict(model='gat', size=dict(width=3))\nname = '${run.model}-${run.size.width}'")
    assert load_config(path).cfg.name == "gat-3"


def test_a_reference_to_nothing_says_where(tmp_path: Path):
    path = write(tmp_path, "data = dict(roots=[1, '${data_root}'])")
    with pytest.raises(
        ConfigError, match=r"some\.py:data:roots\[1\]: \$\{data_root\} names nothing .*define 'data_root'"
    ):
        load_config(path)


@pytest.mark.parametrize("text", ["a = '${b}'\nb = '${a}'", "a = 'x${a}'", "a = dict(b='${a}')"])
def test_references_in_a_circle(tmp_path: Path, text: str):
    with pytest.raises(ConfigError, match=r"\$\{[ab]\} refers to itself; give one of these names a plain value"):
        load_config(write(tmp_path, text))


def test_an_option_may_take_a_part_away_that_nothing_refers_to(tmp_path: Path):
    path = write(tmp_path, "val_cfg = dict(type='ValLoop')\nwidth = 3")
    assert load_config(path, {"val_cfg": None}).cfg.val_cfg is None
    with pytest.raises(ConfigError, match=r"--cfg-options width: nothing in .* refers to it"):
        load_config(path, {"val_cfg": None, "width": 4})


def test_bases_are_merged(tmp_path: Path):
    (tmp_path / "base.py").write_text("a = dict(x=1, y=2)\nseed = 1")
    assert load_config(write(tmp_path, "_base_ = ['base.py']\na = dict(y=3)")).cfg.a == {"x": 1, "y": 3}


def test_a_missing_file(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"no\.py: no such config file \(looked in"):
        load_config(tmp_path / "no.py")


def test_configs_of_the_installation_are_found_from_anywhere(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert locate_config("configs/minigpt.py").is_file()


@pytest.mark.parametrize("text", ["a = (", "import no_such_module_at_all", "1 / 0"])
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str):
    with pytest.raises(ConfigError, match=r"some\.py: cannot be read as a config: "):
        load_config(write(tmp_path, text))


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), MemoryError("no room")])
def test_a_full_disk_is_no_problem_of_the_config(tmp_path: Path, monkeypatch, error: Exception):
    def fails(*args, **kwargs):
        raise error

    (tmp_path / "c.py").write_text("a = 1\n")
    monkeypatch.setattr("mmengine.config.config.tempfile.NamedTemporaryFile", fails)
    with pytest.raises(type(error), match=r"No space left|no room"):
        load_config(tmp_path / "c.py")


def test_an_option_into_a_plain_value_is_a_config_error(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"--cfg-options"):
        load_config(write(tmp_path, "seed = 1"), {"seed.deep": 2})


def test_options():
    pairs = ["a.b=1", "c=x", "d=[1, 2]", "e=true", "f=None", "g=1e-3", "h=a=b", "i=none"]
    assert parse_options(pairs) == {
        "a.b": 1, "c": "x", "d": [1, 2], "e": True, "f": None, "g": 1e-3, "h": "a=b", "i": None,
    }  # fmt: skip


@pytest.mark.parametrize("pair", ["seed", "=3"])
def test_an_option_without_a_key_or_a_value(pair: str):
    with pytest.raises(ConfigError, match=rf"--cfg-options '{pair}': expected key=value"):
        parse_options([pair])


def test_options_change_list_entries(tmp_path: Path):
    path = write(tmp_path, "hooks = [dict(type='A', x=1), dict(type='B', x=2)]")
    assert load_config(path, {"hooks.1.x": 5}).cfg.hooks[1].x == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("work_root = 'w'", "w/some"),
        ("", "work_dirs/some"),
        ("work_dir = 'mine'\nwork_root = 'w'", "mine"),
        ("run = dict(modality='m', dataset='d', model='gat', model_size='student', mode='normal')\nwork_root = 'w'",
         "w/m/d/supervised/gat/student/no-kd/normal"),
        ("run = dict(modality='m', dataset='d', model='vgae', model_size='student', mode='autoencoder')\nwork_root = 'w'\n"
         "custom_hooks = [dict(type='KDHook')]", "w/m/d/unsupervised/vgae/student/with-kd/autoencoder"),
    ],
)  # fmt: skip
def test_where_a_run_lives(tmp_path: Path, text: str, expected: str):
    assert load_config(write(tmp_path, text)).work_dir == Path(expected)


def test_problems_are_told_together():
    assert str(ConfigError(["a: x", "b: y"])) == "the config has 2 problems:\n  a: x\n  b: y"
    assert str(ConfigError(["a: x"])) == "the config has a problem:\n  a: x"


def test_hooks_are_found_and_dicts_are_walked(tmp_path: Path):
    cfg = load_config(write(tmp_path, "custom_hooks = [dict(type='A', x=[dict(y=1)])]")).cfg
    assert has_hook(cfg, "A") and not has_hook(cfg, "B")
    assert [path for path, _ in walk(cfg.to_dict())] == ["", "custom_hooks.0", "custom_hooks.0.x.0"]


def test_a_misspelt_config_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match=r"no such config file .* Did you mean configs/gat_student_curriculum\.py\?"):
        load_config("configs/gat_student_curiculum.py")


def test_an_option_may_be_written_as_configs_are():
    given = ["a=[dict(type='X', keys=dict(b=1))]", "c=dict(d=(1, 2))", "e=list(1)", "f=dict(1)"]
    assert parse_options(given) == {
        "a": [{"type": "X", "keys": {"b": 1}}], "c": {"d": (1, 2)}, "e": "list(1)", "f": "dict(1)",
    }  # fmt: skip


def test_a_syntax_error_below_it_says_in_which_file(tmp_path: Path):
    (tmp_path / "base.py").write_text("a = 1\nb = = 2\n")
    (tmp_path / "middle.py").write_text("_base_ = 'base.py'\n")
    (tmp_path / "top.py").write_text("_base_ = ['middle.py']\n")
    with pytest.raises(ConfigError, match=r"top\.py: cannot be read as a config: .*base\.py, line 2: invalid syntax"):
        load_config(tmp_path / "top.py")


@pytest.mark.parametrize("base", ["absent.py", "top.py"])
def test_a_base_that_is_not_there_or_is_the_config_itself(tmp_path: Path, base: str):
    (tmp_path / "top.py").write_text(f"_base_ = [{base!r}]\n")
    with pytest.raises(ConfigError, match=r"top\.py: cannot be read as a config: (FileNotFound|Recursion)Error"):
        load_config(tmp_path / "top.py")


def test_a_syntax_error_says_its_line(tmp_path: Path):
    (tmp_path / "bad.py").write_text("a = 1\nb = (2,\n")
    with pytest.raises(ConfigError, match=r"bad\.py: cannot be read as a config: line 2: '\(' was never closed"):
        load_config(tmp_path / "bad.py")


def test_an_option_for_a_recorded_config_must_name_the_place(tmp_path: Path):
    shipped = load_config("configs/gat_student_curriculum_kd.py")
    (tmp_path / "config.py").write_text(shipped.recorded().pretty_text)
    with pytest.raises(
        ConfigError, match=r"data_root: nothing in .* refers to it.*name the places themselves, such as test_data"
    ):
        load_config(tmp_path / "config.py", {"data_root": "elsewhere"})
    changed = load_config(tmp_path / "config.py", {"test_dataloader.dataset.root": "elsewhere"})
    assert changed.cfg.test_dataloader.dataset.root == "elsewhere"
