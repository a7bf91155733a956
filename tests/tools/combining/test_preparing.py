"""Data, companions and teachers of a network."""

from pathlib import Path

from stillhouse.engine.companions import training_order
from stillhouse.engine.run_folder import read_result
from stillhouse.tools.combining import data
from stillhouse.tools.combining.cases import teacher_of
from stillhouse.tools.combining.preparing import prepare
from stillhouse.tools.combining.recipes import small


def test_companions_and_teachers_are_trained_once(root: Path):
    network = "GAT"
    prepare(network, str(root))
    companions = training_order(small("gat_student_curriculum_kd", root))
    assert companions and all(companion.trained for companion in companions)
    files = [Path(teacher_of(network, number, root)["checkpoint"]) for number in range(2)]
    before = [file.stat().st_mtime_ns for file in files]
    assert files[0].read_bytes() != files[1].read_bytes(), "they have different seeds"
    prepare(network, str(root))
    assert [file.stat().st_mtime_ns for file in files] == before
    assert read_result(files[0].parent)["iterations"] == 2


def test_data_that_was_not_written_whole_is_written_again(tmp_path: Path, monkeypatch):
    written: list[Path] = []

    def broken(path: Path) -> None:
        written.append(path)
        if len(written) == 1:
            raise OSError("no room")

    monkeypatch.setitem(data.WRITERS, "toys", broken)
    for _ in range(3):
        try:
            assert data.write_data("toys", tmp_path) == tmp_path / "toys"
        except OSError:
            continue
    assert len(written) == 2
