"""The page on a port."""

import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import scene_toys

from stillhouse.datasets.scene.ref_file import RefFile
from stillhouse.engine.scene.curation.page.serving import look

SCRIPT = Path(__file__).resolve().parents[5] / "tools" / "refs.py"


@pytest.mark.slow
def test_style_and_script_are_part_of_the_page():
    pytest.importorskip("gradio")
    head = look()["head"]
    assert "stillhouseScenes" in head and ".cu-grid" in head and "http" not in head


@pytest.mark.slow
def test_a_real_process_serves_little_and_ends_cleanly(tmp_path: Path):
    RefFile(tmp_path / "refs.jsonl").add(scene_toys.scenes(1))
    command = [sys.executable, str(SCRIPT), "--refs", str(tmp_path / "refs.jsonl"), "page", "--port", "0"]
    page = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert page.stdout is not None
        url = page.stdout.readline().split()[0]
        assert urllib.request.urlopen(url, timeout=30).status == 200
        for path in ("/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/docs"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(url + path, timeout=30)
        page.send_signal(signal.SIGTERM)
        assert "ended; 1 scenes" in page.communicate(timeout=30)[0] and page.returncode == 0
    finally:
        page.kill()
