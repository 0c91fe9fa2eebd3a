"""Prints the project's figures: ratios measured in one run on one machine, with their bounds, and the writer's."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from pulumi.runtime import proto
from rich.console import Console
from rich.table import Table

from bench import preview, schedule
from bench.preview import ROOT
from preview.graph import Document, Graph

# The engine puts the pack's folder first on the path; so does this.
sys.path.insert(0, str(ROOT / "policies"))


def main() -> None:
    """Measure and print; a bound that does not hold is marked but no error, since machines are noisy."""
    table = Table("figure", "measured", "bound", title="Ratios")
    graphs = {stack: previewed(stack) for stack in ("prod", "dr")}
    for name, measured, bound in figures(graphs):
        table.add_row(name, f"{measured:.2f}", f"≤ {bound:g}{'' if measured <= bound else '  not held'}")
    console = Console()
    console.print(table)
    standby, active = (previewed("dr", mode=mode) for mode in ("standby", "active"))
    for each in schedule.tables(graphs, standby, active):
        console.print(each)
    # Google's and Amazon's clients are heavy, and no other figure needs them.
    from bench import failover, writer
    from failover.steps import RUN

    console.print(failover.table(RUN))
    console.print(writer.table())


def figures(graphs: Mapping[str, Graph]) -> Iterator[tuple[str, float, float]]:
    """Each figure's name, what was measured, and the most that it may be."""
    from bench import policies

    floor = preview.floor()
    yield "preview of all stacks ÷ importing its SDK modules", preview.seconds(["-m", "preview"]) / floor, 1.6
    with policies.padded_pack() as pack:
        judged = preview.seconds(["-m", "preview", "--policy-pack", str(pack)])
    yield f"the same, judged by {policies.RULE_COUNT} rules", judged / floor, 2.0
    yield from preview.growth()
    measured = policies.measure([_analyzed(node.state) for node in graphs["prod"].nodes.values()])
    yield f"ms a resource for {measured.rules} rules", measured.added, policies.LIMIT_MS
    for stack, graph in graphs.items():
        yield f"deployment of {stack}, simulated ÷ its longest chain of needs", schedule.ratio(graph), schedule.BOUND


def previewed(stack: str, **settings: str) -> Graph:
    """The simulated update of a stack, with some of its own settings changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("settings", "components", "stacks", "__main__.py", "Pulumi.yaml"):
            (folder / part).symlink_to(ROOT / part)
        file = f"Pulumi.{stack}.yaml"
        content = yaml.safe_load((ROOT / file).read_text())
        content["config"] |= {f"multicloud:{key}": value for key, value in settings.items()}
        (folder / file).write_text(yaml.safe_dump(content))
        run = subprocess.run(
            [sys.executable, "-m", "preview", stack, "--json", "--pass", "update", "--project", name],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    return Graph(json.loads(run.stdout))


def _analyzed(state: Document) -> proto.AnalyzerResource:
    """A resource as the engine shows it to a pack."""
    resource = proto.AnalyzerResource(type=state["type"], urn=state["urn"], name=state["urn"].rsplit("::", 1)[1])
    resource.properties.update(state.get("inputs", {}))
    for name, urns in state.get("propertyDependencies", {}).items():
        resource.propertyDependencies[name].urns.extend(urns)
    return resource


if __name__ == "__main__":
    main()
