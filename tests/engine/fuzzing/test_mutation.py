"""Damage to valid files."""

import io
import json
import warnings
import zipfile
from random import Random

import numpy as np
import pytest

from stillhouse.engine.fuzzing.archives import header, repacked
from stillhouse.engine.fuzzing.chunks import CHUNKS
from stillhouse.engine.fuzzing.lines import LINES
from stillhouse.engine.fuzzing.mutation import damaged, mutated
from stillhouse.engine.fuzzing.trees import changed_value, document, rows

TEXT = b"".join(b"%d.5,%03x,00ff\n" % (number, number) for number in range(20))
DONOR = b"other, text\n1,2\n"


@pytest.mark.parametrize("damage", [*CHUNKS, *set(LINES)])
def test_every_kind_changes_most_files_and_takes_empty_ones(damage):
    found = [damage(TEXT, DONOR, Random(seed)) for seed in range(20)]
    assert sum(content != TEXT for content in found) > 12 and len(set(found)) > 3
    assert all(isinstance(damage(b"", b"", Random(seed)), bytes) for seed in range(20))


def test_the_same_chance_gives_the_same_damage():
    files = {"a.csv": TEXT, "b.json": b'{"a": [1, 2, {"b": "c"}]}', "c.bin": b"\0" * 30}
    one, other = (mutated(files, files, Random(5)) for _ in range(2))
    assert one == other and one != files
    assert len({str(mutated(files, files, Random(seed))) for seed in range(30)}) > 25


def test_forged_json_is_json():
    content = json.dumps({"a": [1, 2.5, "x"], "b": {"c": None}}).encode()
    found = [document(content, b"{}", Random(seed)) for seed in range(100)]
    assert sum(one != content for one in found) > 80
    for one in found:
        json.loads(one.decode("utf-8", "surrogatepass"))
    assert document(b"no JSON", b"", Random(0)) == b"no JSON"


def test_forged_lines_leave_the_others():
    content = b'{"a": 1}\n{"a": 2}\n{"a": 3}\n'
    for seed in range(30):
        changed = rows(content, content, Random(seed)).split(b"\n")
        assert len(changed) == 4 and sum(a != b for a, b in zip(changed, content.split(b"\n"))) <= 1


def test_a_changed_value_leaves_the_original():
    value = {"a": [1, {"b": 2}], "c": "d"}
    found = [changed_value(value, Random(seed)) for seed in range(40)]
    assert value == {"a": [1, {"b": 2}], "c": "d"} and sum(one != value for one in found) > 30


def test_numbers_without_end_can_be_changed_too():
    assert all(changed_value([10**400], Random(seed)) is not None for seed in range(40))


def test_repacked_archives_keep_their_checksums():
    buffer = io.BytesIO()
    np.savez(buffer, a=np.arange(5), b=np.zeros((2, 3)))
    content = buffer.getvalue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that come twice on purpose
        found = {repacked(content, content, Random(seed), damaged) for seed in range(60)}
    assert len(found) > 40
    for one in found:
        with zipfile.ZipFile(io.BytesIO(one)) as archive:
            assert archive.testzip() is None
    assert repacked(b"no zip", b"", Random(0), damaged) == b"no zip"


def test_forged_headers_claim_something_else():
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((2, 3)))
    content = buffer.getvalue()
    found = {header(content, b"", Random(seed)) for seed in range(60)}
    assert len(found) > 12 and all(
        one.startswith(b"\x93NUMPY\x01\x00") and one.endswith(content[-48:]) for one in found
    )
    assert header(b"no array", b"", Random(0)) == b"no array"
