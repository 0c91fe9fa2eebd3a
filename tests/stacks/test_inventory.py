"""What each stack consists of, by component: a change here is a change of what is deployed."""

import json
from collections import Counter
from pathlib import Path

import pytest

from preview.graph import Graph

REGENERATE = "python -m pytest tests/stacks/test_inventory.py --regenerate"


def inventory(graph: Graph) -> dict[str, dict[str, int]]:
    """Count the resources by component and type."""
    found: dict[str, Counter[str]] = {}
    for node in graph.nodes.values():
        if node.parent and node.op != "read" and not node.is_component and not node.is_provider:
            found.setdefault(graph.nodes[node.parent].name, Counter())[node.type] += 1
    return {component: dict(sorted(types.items())) for component, types in sorted(found.items())}


@pytest.mark.parametrize("stack", ["prod", "dr", "interconnect"])
def test_inventory_is_as_recorded(stack: str, graphs: dict[str, Graph], request: pytest.FixtureRequest) -> None:
    recorded = Path(__file__).with_name("inventory") / f"{stack}.json"
    found = inventory(graphs[stack])
    if request.config.getoption("--regenerate"):
        recorded.parent.mkdir(exist_ok=True)
        recorded.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(recorded.read_text()), f"if that is meant: {REGENERATE}"


def test_the_primary_is_no_toy(prod: Graph) -> None:
    assert sum(sum(types.values()) for types in inventory(prod).values()) >= 120
