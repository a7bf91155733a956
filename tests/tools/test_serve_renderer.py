"""The command line of the scene service."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from scene_services import PATIENCE_S, scene
from scripts import runner

from stillhouse.models.scene import HttpRenderer, SceneRenderer

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "serve_renderer.py"


@pytest.fixture
def call(monkeypatch):
    return runner(str(SCRIPT), monkeypatch)


def test_refusals(call, capsys):
    cases = [
        (("--port", -1), "cannot listen there"),
        (("--workers", 0), "workers: got 0, expected a positive number"),
        (("--queue", 0), "queue_limit: got 0"),
        (("--queue-timeout", "nan"), "queue_timeout_s: got nan"),
        (("--device", "nonsense"), "--device nonsense: cannot be used"),
    ]
    for arguments, message in cases:
        assert call(*arguments) == 2
        err = capsys.readouterr().err
        assert message in err and "Traceback" not in err and "warning: --host" not in err


def test_a_wider_address_is_warned_of(call, capsys):
    assert call("--host", "0.0.0.0", "--port", -1) == 2
    assert "warning: --host 0.0.0.0 can be reached from other machines" in capsys.readouterr().err


@pytest.mark.slow
def test_a_real_process_renders_and_ends_cleanly():
    process = subprocess.Popen(
        [sys.executable, SCRIPT, "--port", "0", "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().split()[0]
        scenes = [scene(i + 1, rotationFactor=0.1, xStep=0.3) for i in range(20)]
        images = HttpRenderer(url, size=64).render(scenes)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, out) == (0, "ended\n") and "Traceback" not in err
    assert torch.allclose(images, SceneRenderer().render(scenes, 64), atol=0.6 / 255)
