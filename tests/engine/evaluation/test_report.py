"""Seeds as mean and spread, and the same table in Markdown, JSON and on the terminal."""

import json

import pytest
from rich.console import Console
from torch import nn

from stillhouse.engine.evaluation.report import (
    RunResult,
    aggregate,
    count_parameters,
    markdown_report,
    print_report,
    vocabulary_free_parameters,
    write_report,
)

ROWS = [
    RunResult(
        "student", {"detection/f1": 0.9, "detection/fpr": 0.001, "detection/t01/f1": 1.0}, 49_000, 48_000, "runs/a"
    ),
    RunResult("teacher", {"detection/f1": 0.99, "detection/fpr": 0.0004}, 1_100_000, 1_000_000),
    RunResult("student", {"detection/f1": 0.8}, 49_000, 48_000, "runs/b"),
]


class Embedded(nn.Module):
    vocabulary_modules = ("embedding", "head.ids")

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.head = nn.ModuleDict({"ids": nn.Linear(4, 10, bias=False), "mix": nn.Linear(4, 3)})
        self.head["ids"].weight = self.embedding.weight


def test_seeds_become_mean_and_sample_deviation():
    student, teacher = aggregate(ROWS)
    assert (student.name, student.n, student.paths) == ("student", 2, ["runs/a", "runs/b"])
    assert student.metrics["detection/f1"].mean == pytest.approx(0.85)
    assert student.metrics["detection/f1"].std == pytest.approx(0.0707107)
    assert (student.metrics["detection/fpr"].n, student.metrics["detection/fpr"].std) == (1, None)
    assert (teacher.n, teacher.metrics["detection/f1"].std) == (1, None)


def test_markdown_by_hand():
    assert markdown_report(ROWS, "Students", ["f1", "fpr"]) == (
        "# Students\n\n"
        "| run | seeds | parameters | without vocabulary | f1 | fpr |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n"
        "| student | 2 | 49,000 | 48,000 | 0.8500 ± 0.0707 | 1.00e-03 (n=1) |\n"
        "| teacher | 1 | 1,100,000 | 1,000,000 | 0.9900 | 4.00e-04 |\n\n"
        "## t01\n\n"
        "| run | seeds | parameters | without vocabulary | f1 |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
        "| student | 2 | 49,000 | 48,000 | 1.0000 (n=1) |\n\n"
        "Mean ± sample standard deviation over the seeds.\n"
    )


def test_without_columns_everything_is_shown_and_a_gap_is_marked():
    rows = [RunResult("a", {"x": 1.0, "y": 2.0}, 1, 1), RunResult("b|c", {"x": 3.0}, 1, 1)]
    assert "| run | seeds | parameters | without vocabulary | x | y |" in markdown_report(rows, "All")
    assert "| b\\|c | 1 | 1 | 1 | 3 | – |" in markdown_report(rows, "All")
    assert "±" not in markdown_report(rows, "All")


def test_equal_last_parts_keep_their_prefix():
    rows = [RunResult("a", {"detection/f1": 0.5, "fusion/f1": 0.6}, 1, 1)]
    assert "| detection/f1 | fusion/f1 |" in markdown_report(rows, "Both", ["f1"])


def test_files_hold_the_table_and_the_numbers(tmp_path):
    rows = [*ROWS, RunResult("diverged", {"detection/f1": float("nan")}, 1, 1)]
    paths = write_report(rows, tmp_path / "new", "Students", ["detection/f1"])
    assert paths["markdown"].read_text() == markdown_report(rows, "Students", ["detection/f1"])
    student, teacher, diverged = json.loads(paths["json"].read_text())["models"]
    assert student["metrics"]["detection/f1"]["mean"] == pytest.approx(0.85)
    assert student["metrics"]["detection/fpr"] == {"mean": 0.001, "std": None, "n": 1}
    assert teacher["parameters_without_vocabulary"] == 1_000_000
    assert diverged["metrics"]["detection/f1"]["mean"] is None
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["report.json", "report.md"]


def test_a_refused_report_leaves_no_file(tmp_path):
    with pytest.raises(ValueError, match=r"columns: no run has the metric 'f2'. Did you mean 'f1'\?"):
        write_report(ROWS, tmp_path / "new", "Students", ["f2"])
    assert not (tmp_path / "new").exists()


def test_a_column_like_no_other_lists_what_there_is():
    with pytest.raises(ValueError, match=r"no run has the metric 'qqq'\. The runs have: x"):
        markdown_report([RunResult("a", {"x": 1.0}, 1, 1)], "One", ["qqq"])


def test_the_terminal_shows_the_same_cells():
    console = Console(width=160)
    with console.capture() as shown:
        print_report(ROWS, "Students", ["f1"], console)
    for expected in ("Students", "Students: t01", "0.8500 ± 0.0707", "1,100,000", "0.9900"):
        assert expected in shown.get()


def test_runs_of_one_name_must_be_of_one_size():
    with pytest.raises(ValueError, match=r"the runs named 'a' have different numbers of parameters, \[1, 2\]"):
        aggregate([RunResult("a", {}, 1, 1), RunResult("a", {}, 2, 1)])


def test_parameters_by_hand():
    network = Embedded()
    # The tied table of 10 x 4 counts once; the mixing layer has 4 x 3 + 3.
    assert count_parameters(network) == 55
    assert vocabulary_free_parameters(network) == 15
    assert vocabulary_free_parameters(nn.Linear(2, 2)) == 6


def test_an_unknown_vocabulary_module_is_refused():
    network = Embedded()
    network.vocabulary_modules = ("embeding",)
    with pytest.raises(
        ValueError, match=r"Embedded.vocabulary_modules: no submodule 'embeding'\. It has: embedding, head"
    ):
        vocabulary_free_parameters(network)
