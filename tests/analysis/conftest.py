"""Graphs of a few resources, to analyse."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from preview.graph import Graph

PREFIX = "urn:pulumi:dev::sample::"
STACK = f"{PREFIX}pulumi:pulumi:Stack::sample-dev"
CLUSTER = "aws:msk/cluster:Cluster"


def urn(name: str) -> str:
    """The URN of a resource that `resource` makes."""
    return STACK if name == "stack" else f"{PREFIX}type::{name}"


def resource(
    name: str,
    kind: str = "aws:ec2/vpc:Vpc",
    *,
    inputs: Mapping[str, Any] | None = None,
    uses: Mapping[str, Sequence[str]] | None = None,
    waits_for: Sequence[str] = (),
    parent: str = "stack",
    provider: str = "",
    protect: bool = False,
    component: bool = False,
) -> dict[str, Any]:
    """A step; `uses` is what each property depends on, `waits_for` what `depends_on` names, all by name."""
    used = {key: [urn(other) for other in others] for key, others in (uses or {}).items()}
    state = {
        "urn": urn(name),
        "type": kind,
        "custom": not component,
        "inputs": dict(inputs or {}),
        "parent": urn(parent) if name != "stack" else "",
        "propertyDependencies": used,
        "dependencies": sorted({*map(urn, waits_for), *(other for others in used.values() for other in others)}),
        "provider": f"{urn(provider)}::id" if provider else "",
        "protect": protect,
    }
    return {"op": "create", "urn": state["urn"], "newState": state}


@pytest.fixture
def graph() -> Callable[..., Graph]:
    """Make a graph of steps, below a stack."""
    stack = resource("stack", "pulumi:pulumi:Stack", component=True)
    return lambda *steps: Graph({"steps": [stack, *steps]})
