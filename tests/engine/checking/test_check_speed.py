"""What keeps the check quick: what it does not import, and what it does not read twice."""

import subprocess
import sys

from mmengine.config import Config

from stillhouse.engine.checking import check
from stillhouse.engine.config import PACKAGE_ROOT, load_config, read_once

SLOW = (
    "transformers",
    "torchmetrics",
    "torch._dynamo",
    "torchvision",
    "matplotlib.pyplot",
    "open_clip",
    "timm",
    "lpips",
    "pandas",
)
SCRIPT = """
import runpy, sys
sys.argv = ["tools/train.py", "configs/minigpt.py", "--check"]
try:
    runpy.run_path("tools/train.py", run_name="__main__")
except SystemExit as ended:
    print(ended.code or 0, [name for name in %r if name in sys.modules])
"""


def test_nothing_slow_is_imported_that_no_check_needs():
    words = [sys.executable, "-c", SCRIPT % (SLOW,)]
    done = subprocess.run(words, cwd=PACKAGE_ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr


def test_a_check_reads_each_config_once(monkeypatch):
    read, fromfile = [], Config.fromfile
    experiment = load_config("configs/dqn_fusion.py")
    monkeypatch.setattr(Config, "fromfile", lambda path, **more: read.append(path) or fromfile(path, **more))
    check(experiment)
    assert len(read) == len(set(read)) >= 4


def test_a_config_is_read_anew_outside_and_where_it_is_forgotten(config):
    path = config()
    assert load_config(path) is not load_config(path)
    with read_once() as known:
        first = load_config(path)
        assert load_config(path) is first and load_config(path, {"seed": 1}) is not first
        with read_once() as inner:
            assert inner is known
        known.clear()
        assert load_config(path) is not first
    assert load_config(path) is not first
