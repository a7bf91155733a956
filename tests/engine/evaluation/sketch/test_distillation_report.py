"""What a comparison leaves behind."""

import io
import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console
from sketch_toys import toys

from stillhouse.engine.evaluation.latent.criteria import Judgement
from stillhouse.engine.evaluation.sketch.distillation import Comparison, Part, Row
from stillhouse.engine.evaluation.sketch.distillation_images import Images
from stillhouse.engine.evaluation.sketch.distillation_report import (
    number,
    print_comparison,
    summary,
    words,
    write_comparison,
)

STROKES, _ = toys(1, 2)
IMAGES = Images("test", "<b>images</b>", torch.zeros(2, 3, 8, 8), torch.arange(2), ["a", "b"], STROKES, [None, None])
FIGURES = dict(agreement_points=0.5, similarity=0.9, chamfer=math.nan, gap=0.1)
ROWS = [
    Row("true sketches", "", STROKES, FIGURES),
    Row("bootstrap", "seed 0", STROKES, {**FIGURES, "gap_ratio": 1.0}, 0.01),
    Row("distilled", "seed 0", STROKES, {**FIGURES, "gap_ratio": 0.5}, 0.01),
    Row("distilled", "<i>seed 1</i>", STROKES, {**FIGURES, "gap_ratio": 0.7}, 0.01),
]
JUDGED = [Judgement("Chamfer", (), "", None, note="no masks"), Judgement("gap", (0.5, 0.7), "ratio at most 1.25", True)]
FOUND = Comparison([Part(IMAGES, ROWS, JUDGED)], [], dict(type="CLIPPerceptual"), 0)


def test_the_page_needs_no_other_file_and_escapes_names(tmp_path: Path):
    written = write_comparison(FOUND, tmp_path / "new" / "folder")
    assert set(written) == {"summary", "report", "pictures_test"} and all(path.is_file() for path in written.values())
    page = written["report"].read_text()
    assert "&lt;i&gt;seed 1&lt;/i&gt;" in page and "<i>seed 1" not in page and "<b>images" not in page
    assert "data:image/png;base64," in page and 'src="pictures' not in page
    assert "distilled, mean ± spread of 2" in page and "0.600 ± 0.141" in page
    assert '<th class="against">cosine (trained against)' in page and "not judged" in page


def test_numbers_that_json_lacks_are_null():
    found = json.loads(json.dumps(summary(FOUND), allow_nan=False))
    drawings = found["images"]["test"]["drawings"]
    assert drawings[0]["figures"]["chamfer"] is None and drawings[0]["seconds"] is None
    assert drawings[3]["figures"]["gap_ratio"] == 0.7 and found["verdict"] == "FAIL"
    assert found["images"]["test"]["kinds"]["distilled"]["gap_ratio"]["mean"] == pytest.approx(0.6)
    assert found["images"]["test"]["criteria"][0] == {
        "criterion": "Chamfer", "values": [], "bound": "", "passed": None, "note": "no masks",
    }  # fmt: skip


def test_the_terminal_shows_a_column_a_kind_and_a_line_a_criterion():
    told = io.StringIO()
    print_comparison(FOUND, Console(file=told))
    lines = told.getvalue().splitlines()
    assert lines[-2:] == ["test: Chamfer: no masks: not judged", "test: gap: 0.5 0.7 (ratio at most 1.25): pass"]
    gap = next(line for line in lines if "gap ratio" in line)
    assert gap.count("│") == 5 and "0.600 ± 0.141" in gap
    assert lines.index(gap) < next(i for i, line in enumerate(lines) if "trained against" in line), "those come last"


def test_words_and_numbers():
    assert words("scribble_clip_judge") == "named a scribble by clip_judge" and words("gap") == "gap"
    assert words("agreement_points_all") == "agreement points_all" and words("layer_similarity").endswith(
        "(trained against)"
    )
    assert number(None) == number(math.nan) == "" and number(0.12345) == "0.123"


def test_nothing_judged_has_no_word(tmp_path: Path):
    plain = replace(FOUND, parts=[Part(IMAGES, ROWS)])
    page = write_comparison(plain, tmp_path)["report"].read_text()
    assert 'class="word' not in page and "what must hold" not in page and summary(plain)["verdict"] is None


def test_without_jinja(tmp_path: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ImportError, match='the report needs jinja2: pip install "stillhouse'):
        write_comparison(FOUND, tmp_path / "out")
    assert not (tmp_path / "out").exists()
