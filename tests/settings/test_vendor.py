"""The list of what to copy into the registries."""

import subprocess
import sys

from settings.vendor import CHARTS, IMAGES
from tests.settings.conftest import ROOT


def test_the_list_has_a_line_for_each_thing_to_copy_and_nothing_else() -> None:
    command = [sys.executable, "-W", "error", "-m", "settings.vendor"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (printed.returncode, printed.stderr) == (0, "")
    assert [line.split() for line in printed.stdout.splitlines()] == [
        *(["chart", chart.source, f"vendor/charts/{name}:{chart.version}"] for name, chart in CHARTS.items()),
        *(["image", source, f"vendor/{name}"] for name, source in IMAGES.items()),
    ]
