"""A server that is killed again and again: what it acknowledged is in the store, once."""

import multiprocessing
import os
import random
import re
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

from preference_pages import ToySource

from stillhouse.datasets.sketch.preferences import PreferenceStore, validate
from stillhouse.engine.preferences.page import Desk

FORK = multiprocessing.get_context("fork")


def answer_for_ever(root: Path, told: Connection) -> None:
    """Answers through the desk as a browser would, and tells each id once the next pair is there."""
    desk, id = Desk(ToySource(), PreferenceStore(root)), ""
    while True:
        html = desk.handle(f'{{"act": "{"left" if id else "begin"}", "annotator": "Ann", "id": "{id}"}}')
        if id:
            told.send(id)
        id = re.search('data-id="([0-9a-f]{32})"', html)[1]


def test_nothing_acknowledged_is_lost_or_there_twice(tmp_path: Path):
    draw, acknowledged = random.Random(0), []
    for _ in range(6):
        reader, writer = FORK.Pipe(duplex=False)
        child = FORK.Process(target=answer_for_ever, args=(tmp_path, writer))
        child.start()
        writer.close()
        assert reader.poll(20), "nothing was answered"
        time.sleep(draw.uniform(0, 0.15))
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        try:
            while True:
                acknowledged.append(reader.recv())
        except EOFError:
            pass
    standing = [record.id for record in PreferenceStore(tmp_path).standing("skip")]
    assert set(acknowledged) <= set(standing) and len(set(standing)) == len(standing)
    assert len(acknowledged) <= len(standing) <= len(acknowledged) + 6 and len(acknowledged) >= 6
    assert validate(tmp_path).counts["faults"] == 0
