"""``--help`` of every tool."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "tools"
HEAVY = ("torch", "mmengine", "numpy", "rich", "cv2", "gradio", "fastapi", "pandas")
TOOLS = sorted(path.stem for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("tool", TOOLS)
def test_help_opens_with_an_example_is_quick_and_imports_nothing_heavy(tool: str):
    script = str(FOLDER / f"{tool}.py")
    code = (
        f"import runpy, sys, time\nsys.argv = [{script!r}, '--help']\n"
        f"try:\n    runpy.run_path({script!r}, run_name='__main__')\nexcept SystemExit as ended:\n    status = ended.code\n"
        f"print(status or 0, [name for name in {HEAVY} if name in sys.modules], time.process_time() < 2, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.splitlines()[-1] == "0 [] True"
    opening = done.stdout.split("\npositional arguments:")[0].split("\noptions:")[0]
    assert f"python tools/{tool}.py " in " ".join(opening.split()) + " "
