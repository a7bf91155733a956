"""Messages of data errors: short, and harmless to a terminal."""

from stillhouse.datasets.errors import LONGEST, DataError, printable


def test_what_was_got_is_shortened_in_its_middle():
    message = str(DataError("a.csv:3", repr("A" * 70_000 + "B"), "a number", "Mend it."))
    assert message.startswith("a.csv:3: got 'AAA") and "AB', expected a number. Mend it." in message
    assert "69,6" in message and len(message) < LONGEST + 100


def test_letters_that_steer_a_terminal_are_written_out():
    message = str(DataError("a", "\x1b[2J\0\u202e", "é\nü", "ok"))
    assert message == "a: got \\x1b[2J\\x00\\u202e, expected é\nü. ok"


def test_plain_text_stays_as_it_is():
    assert printable("x" * LONGEST) == "x" * LONGEST and printable(ValueError("é")) == "é"
