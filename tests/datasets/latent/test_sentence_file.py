"""Files of sentences."""

import json
from pathlib import Path

import pytest
from latent_scenes import scene

from stillhouse.datasets.latent import SentenceError, draw_graphs
from stillhouse.datasets.latent.sentence_file import read_sentences, to_line, write_sentences

GOOD = json.loads(to_line(scene((0, "on", 1)), 1))


def test_a_line_holds_the_graph():
    assert GOOD == {
        "sentence": "a red block is on a blue cube.",
        "objects": [["red", "block"], ["blue", "cube"]],
        "relations": [[0, "on", 1]],
        "complexity": 1,
    }


@pytest.mark.parametrize("complexity", [1, 2, 3])
def test_what_is_written_is_read(tmp_path: Path, complexity: int):
    graphs = list(draw_graphs(30, complexity, seed=0))
    path = tmp_path / "new folder" / "sentences.jsonl"
    write_sentences(path, graphs, complexity)
    found = read_sentences(path)
    assert (found.graphs, found.complexity) == (graphs, complexity)
    assert found.texts == [graph.sentence() for graph in graphs]
    assert list(path.parent.iterdir()) == [path]


def test_an_interrupted_writing_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "sentences.jsonl"
    path.write_text("earlier")

    def interrupted():
        yield from draw_graphs(5, 1, seed=0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sentences(path, interrupted(), 1)
    assert path.read_text() == "earlier" and list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(SentenceError, match=r"x\.jsonl: got no place to write \(.*expected a writable file"):
        write_sentences(tmp_path / "file" / "x.jsonl", draw_graphs(1, 1, seed=0), 1)


@pytest.mark.parametrize("name", ["sentences.json", "sentences.txt", "sentences"])
def test_only_json_lines_are_written(tmp_path: Path, name: str):
    with pytest.raises(SentenceError, match=r"got the ending '.*', expected \.jsonl"):
        write_sentences(tmp_path / name, [], 1)


def test_plain_text_has_no_graphs(tmp_path: Path):
    path = tmp_path / "sentences.txt"
    path.write_bytes(b"  One sentence. \r\n\nAnother, with \xc3\xa9.\n")
    found = read_sentences(path)
    assert found.texts == ["One sentence.", "Another, with é."]
    assert found.graphs is None and found.complexity is None


@pytest.mark.parametrize(("name", "line"), [("a.txt", "One."), ("a.jsonl", '{"sentence": "One."}')])
def test_a_byte_order_mark_is_no_part_of_the_sentence(tmp_path: Path, name: str, line: str):
    (tmp_path / name).write_text(line, encoding="utf-8-sig")
    assert read_sentences(tmp_path / name).texts == ["One."]


def test_json_lines_may_lack_graphs(tmp_path: Path):
    path = tmp_path / "sentences.jsonl"
    path.write_text('{"sentence": "One."}\n\n{"sentence": "Two."}\n')
    found = read_sentences(path)
    assert found.texts == ["One.", "Two."] and found.graphs is None


def test_the_highest_level_counts(tmp_path: Path):
    path = tmp_path / "sentences.jsonl"
    path.write_text(to_line(scene((0, "on", 1)), 3) + to_line(scene((0, "under", 1)), 1))
    assert read_sentences(path).complexity == 3


def test_selected_sentences_keep_their_graphs(tmp_path: Path):
    path = tmp_path / "sentences.jsonl"
    write_sentences(path, draw_graphs(5, 1, seed=0), 1)
    found = read_sentences(path).select([3, 1])
    assert [graph.sentence() for graph in found.graphs or []] == found.texts and len(found.texts) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"got no JSON \(.*expected one JSON object"),
        ("[" * 100_000, r"got no JSON \(.*expected one JSON object"),
        (r'{"sentence": "a \ud800 block."}', "expected text without lone surrogates"),
        ("[1]", r"got '\[1\]', expected an object with a text under 'sentence'"),
        ('{"text": "A."}', "expected an object with a text under 'sentence'"),
        ('{"sentence": 5}', "expected an object with a text under 'sentence'"),
        ('{"sentence": " "}', "expected an object with a text under 'sentence'"),
        ({"objects": ...}, "got no objects, expected all or none of objects, relations and complexity"),
        ({"relations": ..., "complexity": ...}, "got no relations and no complexity"),
        ({"complexity": 4}, "got complexity 4, expected 1, 2 or 3"),
        ({"complexity": True}, "got complexity True"),
        ({"objects": 5}, r"got 5, expected objects: a list of \[str, str\]"),
        ({"objects": ["red", "blue"]}, r"expected objects: a list of \[str, str\]"),
        ({"objects": [["red"], ["blue", "cube"]]}, r"got \['red'\], expected objects: a list of \[str, str\]"),
        ({"relations": [[0, "on", "1"]]}, r"got \[0, 'on', '1'\], expected relations: a list of \[int, str, int\]"),
        ({"relations": [[False, "on", True]]}, r"expected relations: a list of \[int, str, int\]"),
        ({"relations": [[0, "in", 1]]}, "expected a scene of the grammar. The graph: the relation 'in' is none of"),
        (
            {"sentence": "A block."},
            r"got 'A block\.', expected the graph's 'a red block is on a blue cube\.'. Leave out",
        ),
        ('{"sentence": "a."}', "got no graph, expected one, as on other lines. Give every line a graph, or none"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str | dict, message: str):
    if isinstance(line, dict):
        line = json.dumps({key: value for key, value in {**GOOD, **line}.items() if value is not ...})
    path = tmp_path / "sentences.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n\n{line}\n")
    with pytest.raises(SentenceError, match=rf"sentences\.jsonl:3: .*{message}"):
        read_sentences(path)


def test_files_that_cannot_be_used(tmp_path: Path):
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(SentenceError, match=r"a\.csv: got the ending '\.csv', expected \.jsonl or \.txt"):
        read_sentences(tmp_path / "a.csv")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(SentenceError, match=r"b\.txt: got bytes that are no UTF-8"):
        read_sentences(tmp_path / "b.txt")
    (tmp_path / "c.txt").write_text("\n \n")
    with pytest.raises(SentenceError, match=r"c\.txt: got no sentence, expected at least one"):
        read_sentences(tmp_path / "c.txt")
