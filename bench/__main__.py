"""Prints the project's figures, as ratios measured in one run on one machine, each with the bound it is held to."""

import json
import subprocess
import sys
from collections.abc import Iterator

from pulumi.runtime import proto
from rich.console import Console
from rich.table import Table

from bench import preview
from bench.preview import ROOT

# The engine puts the pack's folder first on the path; so does this.
sys.path.insert(0, str(ROOT / "policies"))


def main() -> None:
    """Measure and print; a bound that does not hold is marked but no error, since machines are noisy."""
    table = Table("figure", "measured", "bound", title="Speed")
    for name, measured, bound in figures():
        table.add_row(name, f"{measured:.2f}", f"≤ {bound:g}{'' if measured <= bound else '  not held'}")
    Console().print(table)


def figures() -> Iterator[tuple[str, float, float]]:
    """Each figure's name, what was measured, and the most that it may be."""
    from bench import policies

    floor = preview.floor()
    yield "preview of all stacks ÷ importing its SDK modules", preview.seconds(["-m", "preview"]) / floor, 1.6
    with policies.padded_pack() as pack:
        judged = preview.seconds(["-m", "preview", "--policy-pack", str(pack)])
    yield f"the same, judged by {policies.RULE_COUNT} rules", judged / floor, 2.0
    yield from preview.growth()
    measured = policies.measure(previewed("prod"))
    yield f"ms a resource for {measured.rules} rules", measured.added, policies.LIMIT_MS


def previewed(stack: str) -> list[proto.AnalyzerResource]:
    """The resources of a stack's simulated update, as the engine shows them to a pack."""
    run = subprocess.run(
        [sys.executable, "-m", "preview", stack, "--json", "--pass", "update"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [_analyzed(step["newState"]) for step in json.loads(run.stdout)["steps"]]


def _analyzed(state: dict) -> proto.AnalyzerResource:
    resource = proto.AnalyzerResource(type=state["type"], urn=state["urn"], name=state["urn"].rsplit("::", 1)[1])
    resource.properties.update(state.get("inputs", {}))
    for name, urns in state.get("propertyDependencies", {}).items():
        resource.propertyDependencies[name].urns.extend(urns)
    return resource


if __name__ == "__main__":
    main()
