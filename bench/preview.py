"""How long the embedded preview takes, against the floor that importing the SDKs sets, and how it grows."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 5

SYNTHETIC = """
    import pulumi
    import pulumi_aws as aws

    provider = aws.Provider("aws", region="us-west-2", skip_credentials_validation=True)
    last = None
    for index in range({count}):
        last = aws.ssm.Parameter(
            f"parameter-{{index}}",
            type="String",
            value=last.arn if last is not None and {chain} else "first",
            opts=pulumi.ResourceOptions(provider=provider),
        )
"""


# The figures are those of compiled bytecode, whatever the shell says.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def seconds(arguments: Sequence[str], cwd: Path = ROOT, runs: int = RUNS) -> float:
    """The median wall time of a Python command; a failing one is an error."""
    return statistics.median(_once(arguments, cwd) for _ in range(runs))


def floor() -> float:
    """Seconds to import all SDK modules that a preview of every stack loads, in one interpreter without collector.

    The median of five; the bytecode is compiled by the first.
    """
    program = f"import gc; gc.disable(); import {', '.join(sorted(loaded_modules()))}; import os; os._exit(0)"
    _once(["-c", program], ROOT)
    return seconds(["-c", program])


def loaded_modules() -> set[str]:
    """The modules of the SDKs that the interpreters of a preview import, by Python's own account."""
    run = subprocess.run(
        [sys.executable, "-m", "preview"],
        cwd=ROOT,
        env={**ENVIRONMENT, "PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.findall(r"^import time:.*\| +(pulumi(?:_aws|_gcp|_kubernetes)?(?:\.\S+)?)$", run.stderr, re.MULTILINE)
    return set(found)


def growth() -> Iterator[tuple[str, float, float]]:
    """Figures, ratios and bounds on how a preview grows, the start-up taken off."""
    start = _synthetic(1, chain=False)
    half_thousand = _synthetic(500, chain=False) - start
    yield "2,000 resources ÷ 500", (_synthetic(2000, chain=False) - start) / half_thousand, 4.5
    yield "a chain of 500 ÷ 500 independent", (_synthetic(500, chain=True) - start) / half_thousand, 3.0


def _synthetic(count: int, *, chain: bool) -> float:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "Pulumi.yaml").write_text("name: synthetic\nruntime: python\n")
        (project / "Pulumi.dev.yaml").write_text("{}\n")
        (project / "__main__.py").write_text(textwrap.dedent(SYNTHETIC.format(count=count, chain=chain)))
        return seconds(["-m", "preview", "dev", "--project", folder], runs=3)


def _once(arguments: Sequence[str], cwd: Path) -> float:
    started = time.perf_counter()
    run = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{run.stdout}{run.stderr}")
    return time.perf_counter() - started
