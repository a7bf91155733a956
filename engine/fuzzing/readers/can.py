"""Recordings of CAN buses: text, parquet, and what python-can opens; raw sets and the journals of prepared ones."""

import io
import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np

from ....datasets.can.errors import CANFormatError
from ....datasets.can.formats.salvage import Faults
from ....datasets.can.preparation import find_sets
from ....datasets.can.preparation.checking import check_set, prepared_sets
from ....datasets.can.preparation.preparing import Preparation
from ....datasets.can.reading import iterate_frames, read_frames
from ..reader import Reader, in_one_file, single

_IDS = (0x0C1, 0x130, 0x153, 0x2B0, 0x316, 0x18DA10F1)
_HEADER = "timestamp,arbitration_id,data_field,attack\n"
Row = tuple[float, int, bytes, bool]


def frames(rng: Random, most: int = 24) -> list[Row]:
    """Seconds, identifier, bytes and whether it is an attack; a few frames have no byte."""
    at, found = 1_672_531_200.0, []
    for _ in range(rng.randint(2, most)):
        at += rng.expovariate(2000)
        found.append((at, rng.choice(_IDS), rng.randbytes(rng.choice((8, 8, 8, 5, 2, 0))), rng.random() < 0.2))
    return found


def _text(line, head: str = "", most: int = 24):
    """A maker of text with a line a frame."""
    return lambda rng: (head + "".join(line(*row) + "\n" for row in frames(rng, most))).encode()


def _bytes(data: bytes, parting: str) -> str:
    return parting.join(f"{byte:02x}" for byte in data)


def _car_hacking(at: float, can_id: int, data: bytes, attack: bool) -> str:
    return ",".join([f"{at:.6f},{can_id:04x},{len(data)}", *filter(None, [_bytes(data, ",")]), "RT"[attack]])


def _survival(at: float, can_id: int, data: bytes, attack: bool) -> str:
    return f"{at:.6f},{can_id:04X},{len(data)},{_bytes(data, ' ')}"


def _normal_run(at: float, can_id: int, data: bytes, attack: bool) -> str:
    flags = "000" if data else "100"
    return f"Timestamp: {at:.6f}        ID: {can_id:04x}    {flags}    DLC: {len(data)}    {_bytes(data, ' ')}"


def _common(at: float, can_id: int, data: bytes, attack: bool) -> str:
    return f"{at:.6f},{can_id:03X},{data.hex()},{int(attack)}"


def _candump(at: float, can_id: int, data: bytes, attack: bool) -> str:
    return f"({at:.6f}) can0 {can_id:03X}#{data.hex() if data else 'R'}"


def _crysys(at: float, can_id: int, data: bytes, attack: bool) -> str:
    return f"({at:.6f}) can0 {can_id:03x}#{data.hex()} {int(attack)}\t{attack}"


def _parquet(rng: Random) -> bytes:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    at, can_id, data, attack = zip(*frames(rng))
    columns = {
        "timestamp": arrow.array(at, rng.choice((arrow.float64(), arrow.float64(), arrow.float32()))),
        "id": arrow.array(can_id, rng.choice((arrow.uint32(), arrow.int64(), arrow.uint64()))),
        "data_field": arrow.array([one.hex() for one in data], rng.choice((arrow.string(), arrow.large_string()))),
        "label": arrow.array(list(map(int, attack)), rng.choice((arrow.int64(), arrow.uint8()))),
    }
    buffer = io.BytesIO()
    parquet.write_table(arrow.table(columns), buffer, compression=rng.choice(("snappy", "none", "gzip")))
    return buffer.getvalue()


def odd_parquet(rng: Random) -> bytes:
    """A whole table whose columns are of types and values that no recording has."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    count = rng.choice((0, 1, 3))
    kinds = {
        "timestamp": (
            [0.0, 0.5, 1.0],
            [0.0, float("nan"), 1e308],
            ["1.5", None, "x"],
            [1, 2, 2**62],
            [None] * 3,
            [True, False, True],
        ),
        "id": ([1, 2, 3], [-1, 2**40, 0], [0.5, 1.0, None], ["1", "2f0", ""], [[1], [2], []], [b"a", b"b", b"c"]),
        "data_field": (["00", "ff" * 8, ""], ["zz", "\0", "é"], [b"\xff", b"00", b""], [1, 2, 3], [None, "00", "00"]),
        "label": (
            [0, 1, 0],
            [0, 1, None],
            [2, 300, -1],
            [0.0, float("nan"), 1.0],
            [True, False, True],
            ["0", "1", "x"],
            [None] * 3,
        ),
    }
    odd = rng.sample(sorted(kinds), rng.choice((0, 1, 1, 2)))
    columns = {name: rng.choice(values) if name in odd else values[0] for name, values in kinds.items()}
    table = arrow.table({name: arrow.array(values[:count]) for name, values in columns.items()})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    return buffer.getvalue()


def _python_can(ending: str):
    """A maker of a log in a format of python-can."""

    def make(rng: Random) -> bytes:
        import can

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"log{ending}"
            with can.Logger(str(path)) as log:
                for at, can_id, data, _ in frames(rng):
                    message = can.Message(
                        timestamp=at, arbitration_id=can_id, data=data, is_extended_id=can_id > 0x7FF, channel=0
                    )
                    log.on_message_received(message)
            return path.read_bytes()

    return make


def read_both(path: Path) -> None:
    """A recording at once, and a stretch at a time with bad rows left out.

    Raises:
        CANFormatError: the first refusal.
    """
    refusal = None
    try:
        read_frames(path)
    except CANFormatError as error:
        refusal = error
    faults = Faults()
    for stretch in iterate_frames(path, 7, faults):
        np.add.reduce(stretch.timestamp_s)
    if refusal is not None:
        raise refusal


def _recording(name: str, file: str, make, slow: bool = False) -> Reader:
    return Reader(name, single(file, make), in_one_file(read_both), (CANFormatError,), slow=slow)


def _raw(rng: Random) -> dict[str, bytes]:
    """Downloads of two sets, one of them in the common layout."""
    return {
        "hcrl/DoS_dataset.csv": _text(_car_hacking)(rng),
        "hcrl/gear_dataset.csv": _text(_car_hacking)(rng),
        "hcrl/normal_run_data.txt": _text(_normal_run)(rng),
        "set_01/train_01_attack_free/attack-free-1.csv": _text(_common, _HEADER)(rng),
        "set_01/test_01_known_vehicle_known_attack/DoS-1.csv": _text(_common, _HEADER)(rng),
    }


def _prepare(folder: Path) -> None:
    """Prepare raw sets; what cannot be made is named by the journals, which must hold all that was made."""
    out = folder / "out"
    refused = []
    for journal in Preparation(out, salvage=True).run(find_sets(folder)):
        refused += journal.refused.values()
    for place, journal in prepared_sets(out):
        if not journal.refused and (wrong := check_set(place, journal)):
            raise RuntimeError(f"prepared otherwise than its journal says: {wrong[:3]}")
    if refused:
        raise CANFormatError("raw", refused[0], "recordings", "")


def _prepared(rng: Random) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in _raw(rng).items():
            (root / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
            (root / "raw" / name).write_bytes(content)
        Preparation(root / "out").run(find_sets(root / "raw"))
        place = root / "out" / "hcrl_ch"
        return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.suffix}


def _check(folder: Path) -> None:
    for place, journal in prepared_sets(folder):
        if wrong := check_set(place, journal):
            raise CANFormatError(place, wrong[0], "a whole set", "")


READERS = [
    _recording("can-train-and-test", "a.csv", _text(_common, _HEADER)),
    _recording("HCRL Car-Hacking", "a.csv", _text(_car_hacking)),
    _recording("HCRL normal run", "a.txt", _text(_normal_run)),
    _recording("HCRL Survival", "a.txt", _text(_survival)),
    _recording("candump", "a.log", _text(_candump)),
    _recording("CrySyS", "a.log", _text(_crysys)),
    _recording("parquet", "a.parquet", _parquet),
    replace(_recording("parquet of other types", "a.parquet", odd_parquet), forged=True),
    *(_recording(f"python-can {one}", f"a{one}", _python_can(one)) for one in (".asc", ".blf", ".trc")),
    _recording("python-can .db", "a.db", _python_can(".db"), slow=True),
    Reader("raw CAN sets", _raw, _prepare, (CANFormatError,), named="", slow=True),
    Reader("prepared CAN sets", _prepared, _check, (CANFormatError,), named="", slow=True),
]
