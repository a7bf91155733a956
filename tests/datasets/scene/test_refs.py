"""Files of reference scenes."""

import json
from pathlib import Path

import pytest
from scene_strategies import REAL_FILES, layer, scene

from stillhouse.datasets.scene.errors import SceneError
from stillhouse.datasets.scene.forms import to_entries, to_flat, to_prefixed
from stillhouse.datasets.scene.refs import read_refs, summary
from stillhouse.datasets.scene.schema import validate

SCENES = [scene(repetitions=9), scene(layer(color="#F5DEB3")), scene(geometry="u")]


def written(path: Path, *lines: object) -> Path:
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


def test_every_form_with_a_score_and_without(tmp_path: Path):
    forms = (to_prefixed, to_entries, to_flat)
    bodies = [form(each) for form, each in zip(forms, SCENES)]
    refs = read_refs(written(tmp_path / "refs.jsonl", bodies[0], "", *bodies[1:]), on_error="raise")
    assert [ref.scene for ref in refs] == SCENES
    assert [ref.line for ref in refs] == [1, 3, 4] and all(ref.score is None and not ref.messages for ref in refs)
    scored = [{"params": body, "score": score} for body, score in zip(bodies, (1, 0.8, 0))]
    refs = read_refs(written(tmp_path / "scored.jsonl", *scored), scored=True)
    assert [ref.scene for ref in refs] == SCENES and [ref.score for ref in refs] == [1.0, 0.8, 0.0]


def test_changes_are_told_and_counted(tmp_path: Path):
    lines = [
        {"Element.geometry": "u", "Noise.size": 9, "Scalars.repetitions": -27, "CRT.bleed": 1},
        {"Element.geometry": "u", "Noise.size": 8, "Groups.g0.g0-rotation": 4, "Groups.g1.g1-rotation": 5},
    ]
    refs = read_refs(written(tmp_path / "refs.jsonl", *lines))
    assert refs[0].messages[0].startswith("CRT.bleed: got 1, expected no such key") and len(refs[0].messages) == 3
    assert summary(refs) == {"noiseSize": 2, "CRT.bleed": 1, "layers.rotation": 1, "repetitions": 1}
    with pytest.raises(SceneError, match=r"refs.jsonl:1: got a line that is no scene: CRT.bleed: got 1"):
        read_refs(tmp_path / "refs.jsonl", on_error="raise")


@pytest.mark.parametrize(
    ("line", "scored", "message"),
    [
        ('{"a"', False, "got '{\"a\"' (Expecting"),
        ("[1]", False, "got a line that is no scene: body: got [1], expected an object"),
        ('{"params": {}, "score": 1.5}', False, "got score 1.5, expected a number in [0, 1]"),
        ('{"params": {}, "score": true}', False, "got score True, expected"),
        ('{"params": {}, "score": NaN}', False, "got score nan, expected"),
        ('{"params": {}}', True, "got score None, expected"),
        ("{}", True, "got score None, expected"),
    ],
)
def test_lines_that_are_no_scenes_are_refused_by_their_number(tmp_path: Path, line: str, scored: bool, message: str):
    path = written(tmp_path / "refs.jsonl", {"params": {}, "score": 0.5}, line)
    with pytest.raises(SceneError) as caught:
        read_refs(path, scored=scored)
    assert str(caught.value).startswith(f"{path}:2: {message}")


def test_files_without_scenes_are_refused(tmp_path: Path):
    with pytest.raises(SceneError, match=r"refs.jsonl: got no scene, expected one a line"):
        read_refs(written(tmp_path / "refs.jsonl", "", ""))
    with pytest.raises(FileNotFoundError):
        read_refs(tmp_path / "absent.jsonl")


@pytest.mark.data
@pytest.mark.skipif(not all(path.exists() for path in REAL_FILES), reason="no real scenes in ../shared/data")
def test_every_real_line_is_read_and_what_was_changed_is_counted():
    entries, prefixed = map(read_refs, REAL_FILES)
    assert len(entries) == 126 and len(prefixed) == 197
    real = entries + prefixed
    assert all(validate(ref.scene) == (ref.scene, []) for ref in real)
    assert sum(not ref.messages for ref in real) == 116
    counts = summary(real)
    known = ("noiseSize", "noiseOpacity", "color", "rotation", "scale", "repetitions", "positionCoupled")
    assert [counts[name] for name in known] == [131, 82, 47, 27, 19, 6, 1]
    layers = [len(ref.scene["layers"]) for ref in real]
    assert [layers.count(count) for count in range(6)] == [6, 129, 59, 61, 24, 44]
    # the first line disables the overrides of its first layer
    assert set(entries[0].scene["layers"][0]) == {"rotation", "positionX", "positionY", "scaleX", "scaleY"}
    assert entries[0].scene["layers"][0]["scaleX"] == -0.0528
