import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch
from can_detection import candump, traffic, write_model
from scripts import runner

from stillhouse.datasets.can.frames import concatenate

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "detect.py")
GROUP = "239.74.163.7"
SENDER = """
import sys, time, can
group, port = sys.argv[1], int(sys.argv[2])
ids = (0x0C1, 0x0F1, 0x130, 0x1A0, 0x2B0, 0x316, 0x43F)
bus = can.Bus(group, "udp_multicast", port=port, hop_limit=0)
for number in range(100000):
    foreign = 400 <= number < 900 and number % 2
    can_id = 0x7A if foreign else ids[(number * 5) % 7]
    data = bytes([255] * 8) if foreign else bytes((can_id + k * (number % 4)) % 256 for k in range(8))
    bus.send(can.Message(arbitration_id=can_id, data=data, is_extended_id=False))
    time.sleep(4e-4)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "student.pth")


@pytest.fixture
def detect(monkeypatch):
    threads, known = torch.get_num_threads(), {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    yield runner(SCRIPT, monkeypatch)
    torch.set_num_threads(threads)
    assert known == {one: signal.getsignal(one) for one in known}


@pytest.fixture
def log(tmp_path) -> Path:
    path = tmp_path / "drive.log"
    path.write_text(candump(traffic(2000, 3, flood=(600, 1000))))
    return path


def entries(path: Path, kind: str) -> list[dict]:
    return [found for found in map(json.loads, path.read_text().splitlines()) if found["kind"] == kind]


@pytest.mark.parametrize("options", [(), ("--every", "5ms"), ("--stride", "7")])
def test_a_log_with_an_attack(detect, model, log, tmp_path, capsys, options):
    out = tmp_path / "a.jsonl"
    assert detect(model, log, "--out", out, "--json", *options) == 0
    shown = capsys.readouterr()
    alarms, summary = entries(out, "alarm"), json.loads(shown.out)
    frames = traffic(2000, 3)
    assert all(frames.timestamp_s[580] <= one["start_s"] <= frames.timestamp_s[1000] for one in alarms)
    assert alarms[0]["ids"][0] == {"id": "07A", "share": alarms[0]["ids"][0]["share"], "known": False}
    assert alarms[0]["ids"][0]["share"] > 0.5 and alarms[0]["threshold"] == 0.0 < alarms[0]["score"]
    assert (summary["frames"], summary["episodes"], summary["ended"]) == (2000, 1, "end of log")
    assert len(alarms) == summary["alarms"] >= 15 and entries(out, "summary")[0]["alarms"] == summary["alarms"]
    assert "ALARM" in shown.err and "07A" in shown.err and "over" in shown.err and "1 episodes" in shown.err


def test_a_labelled_log_is_graded(detect, model, tmp_path, capsys):
    path = tmp_path / "drive.csv"
    frames = traffic(2000, 3, flood=(600, 1000))
    rows = zip(frames.timestamp_s, frames.can_id, frames.payload, frames.label)
    lines = [f"{t:.6f},{i:03X},{p.tobytes().hex()},{y}\n" for t, i, p, y in rows]
    path.write_text("timestamp,arbitration_id,data_field,attack\n" + "".join(lines))
    assert detect(model, path, "--quiet", "--json", "--part", "0:0.5", "--threshold", "0") == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert (figures["windows"], figures["attacks"], figures["recall"], figures["fpr"]) == (50, 20, 1.0, 0.0)


def test_thresholds_from_benign_traffic(detect, model, log, tmp_path, capsys):
    benign = tmp_path / "benign.log"
    benign.write_text(candump(traffic(2000, 5)))
    options = ("--calibrate", benign, "--calibrate-part", "0:0.5", "--target-fpr", "0.02")
    assert detect(model, log, "--quiet", "--json", *options) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["threshold"]["windows"] == 50 and found["threshold"]["origin"].startswith("0.02 of 50 benign windows")
    assert found["episodes"] >= 1 and found["windows"] == 100


def test_the_stream_calibrates_on_its_own_start(detect, model, log, capsys):
    assert detect(model, log, "--quiet", "--json", "--calibrate-seconds", "0.2", "--out", "-") == 0
    *lines, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert lines[0]["message"].startswith("threshold ") and "the first 0.2 s" in lines[0]["message"]
    assert 15 <= summary["threshold"]["windows"] <= 22 and summary["alarms"] >= 15
    assert detect(model, log, "--quiet", "--json", "--calibrate-seconds", "100") == 0
    assert json.loads(capsys.readouterr().out)["threshold"] is None


def test_a_full_disk_does_not_end_it(detect, model, log, capsys):
    assert detect(model, log, "--out", "/dev/full", "--json") == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert found["frames"] == 2000 and found["lost_lines"] == found["alarms"] + 2
    assert "/dev/full: cannot be written (No space left on device); detection goes on" in shown.err


def test_rubbish_in_a_log_and_a_clock_that_steps_do_not_end_it(detect, model, tmp_path, capsys):
    parts = [traffic(500, 1, start_s=1000.0), traffic(500, 2, start_s=5.0), traffic(500, 3, (0, 500), start_s=9000.0)]
    text = candump(concatenate(parts, "x"))
    path = tmp_path / "drive.log"
    path.write_text("rubbish\n" + text.replace("(5.", "(5.x", 1))
    assert detect(model, path, "--quiet", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["frames"], found["malformed"]) == (1499, 2) and found["bus_seconds"] < 2
    assert found["alarms"] >= 20


def spawn(*command) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, *map(str, command)], stderr=subprocess.PIPE, text=True)


def test_another_process_attacks_a_live_bus(detect, model, tmp_path, capsys):
    pytest.importorskip("msgpack")
    out, port = tmp_path / "a.jsonl", 20_000 + os.getpid() % 20_000
    sender = spawn("-c", SENDER, GROUP, port)

    def end_after_alarms() -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and not (out.is_file() and '"alarm"' in out.read_text()):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=end_after_alarms)
    watcher.start()
    bus = ("--interface", "udp_multicast", "--channel", GROUP, "--bus-option", f"port={port}", "hop_limit=0")
    try:
        assert detect(model, *bus, "--out", out, "--json") == 0
    finally:
        sender.kill()
        sender.communicate()
        watcher.join()
    alarm, summary = entries(out, "alarm")[0], entries(out, "summary")[0]
    assert alarm["ids"][0]["id"] == "07A" and not alarm["ids"][0]["known"] and alarm["latency_ms"] > 0
    assert summary["ended"] == "SIGTERM" and summary["latency_ms"]["alarm"]["p99"] > 0
    assert json.loads(capsys.readouterr().out)["ended"] == "SIGTERM"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name one input: a log, or a bus with --interface"),
        (("a.log", "--interface", "virtual"), "name one input"),
        (("a.log", "--threshold", "1", "--calibrate", "b.log"), "exclude each other"),
        (("a.log", "--target-fpr", "0.1"), "--target-fpr needs benign traffic"),
        (("a.log", "--every", "50 parsecs"), "expected a time such as 50ms"),
        (("a.log", "--part", "0.6:0.5"), "expected FROM:TO with"),
        (("a.log", "--part", "half"), "expected FROM:TO, such as"),
        (("a.log", "--stride", "3", "--every", "1s"), "--stride and --every exclude"),
        (("a.log", "--pace", "0"), "--pace: expected a positive number"),
        (("a.log", "--calibrate-seconds", "-1"), "--calibrate-seconds: expected a positive number"),
        (("--interface", "virtual", "--pace", "1"), "--part and --pace are of logs"),
        (("a.log",), "a.log: got no such file"),
        (("a.log", "--backend", "onnx"), "student.onnx: no exported network. Write it: python tools/export.py"),
        (("a.log", "--profile", __file__), "test_detect.py: got suffix '.py'"),
        (("--interface", "nonsense"), "nonsense: cannot be opened"),
    ],
)
def test_refusals(detect, model, capsys, arguments, message):
    assert detect(model, *arguments) == 2
    assert message in capsys.readouterr().err


def test_a_model_without_a_threshold_says_what_to_do(detect, tmp_path, log, capsys):
    bare = write_model(tmp_path / "bare.pth", thresholds={})
    assert detect(bare, log) == 2
    assert "no threshold came with it. Give one with --threshold" in capsys.readouterr().err
