"""Values that readers stumble over: numbers at and beyond limits, and texts that are none."""

NUMBERS = (
    b"0", b"-0", b"-1", b"1e309", b"-1e309", b"1e-400", b"nan", b"NaN", b"inf", b"-inf", b"Infinity", b"1e9", b"0x10", b"1_000",
    b"65536", b"4294967295", b"4294967296", b"9223372036854775807", b"18446744073709551616", b"1." * 9, b"9" * 400, b"7" * 5000,
    b"1e999999999", "١٢٣".encode(), "²".encode(),
)  # fmt: skip
TEXTS = (
    b"", b"\0", b"\0" * 9, b" ", b"\r", b"\r\n", b"\n" * 5, b"\t", b",", b"#", b"##", b'"', b"'", b"\\", b"\xff", b"\xfe\xff",
    b"\xed\xa0\x80", b"\xef\xbb\xbf", "\u202e".encode(), "\u2028".encode(), b"\x1b[2J", b"%s%n", b"A" * 3000, b"A" * 70_000,
    b"../../../etc/passwd", b"/etc/passwd", b"file:///etc/passwd", b"null", b"true", b"{}", b"[]", b"[" * 3000, b'{"a":' * 3000,
    b"<!DOCTYPE a>", b"&a;", b"url(/etc/passwd)", b"${seed}", b"=1+1",
)  # fmt: skip
PLAIN = (
    None, True, False, 0, -1, 1, 3, 0.5, -0.0, 1e308, 1e-320, 2**31, 2**63, 2**64, -(2**63), 10**400, float("nan"), float("inf"),
    "", "0", "-1", "\0", "\ud800", "\x1b[2J", "\u202e", "A" * 5000, "../../../etc/passwd", "/etc/passwd", "nan", "float64",
    "os.system", "load", "é", [], {}, [[]], [None], {"": None}, {"type": "dict"}, {"value": 1}, {"value": None, "disabled": 3},
    {"dtype": "load", "shape": [1], "base64": "AAAA"},
)  # fmt: skip


def deep(depth: int) -> list:
    """A list within lists."""
    value: list = []
    for _ in range(depth):
        value = [value]
    return value
