"""Taking a workload, a table or a topic out of the settings takes out all that is its, in both clouds, and no more."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from preview.graph import STACK_TYPE, Graph, Node

Settings = dict[str, Any]
Removal = Callable[[Settings], object]


def without_workload(name: str) -> Removal:
    def remove(settings: Settings) -> None:
        del settings["workloads"][name]
        for workload in settings["workloads"].values():
            workload["calls"] = [called for called in workload.get("calls", ()) if called != name]

    return remove


def without_store(kind: str, name: str) -> Removal:
    def remove(settings: Settings) -> None:
        del settings[kind][name]
        for workload in settings["workloads"].values():
            workload.get("uses", {}).get(kind, {}).pop(name, None)

    return remove


def mentions(node: Node, name: str) -> bool:
    """Whether a resource's name or inputs have this name as a word of its own, of hyphens or capitals."""
    variants = {name, name.replace("-", "_"), name.replace("-", "_").upper()}
    word = rf"(?<![A-Za-z0-9])({'|'.join(map(re.escape, variants))})(?![A-Za-z0-9])"
    return re.search(word, f"{node.name} {json.dumps(node.inputs)}") is not None


@pytest.mark.parametrize(
    ("name", "remove"),
    [
        ("auxiliary", without_workload("auxiliary")),
        ("idempotency-keys", without_store("tables", "idempotency-keys")),
        ("domain-events", without_store("topics", "domain-events")),
    ],
    ids=["workload", "table", "topic"],
)
def test_what_is_removed_takes_all_of_its_own_and_nothing_else(
    name: str, remove: Removal, project_copy: Path, preview: Callable, graphs: dict[str, Graph]
) -> None:
    file = project_copy / "Pulumi.yaml"
    document = yaml.safe_load(file.read_text())
    shared = {key: entry["value"] for key, entry in document["config"].items()}
    remove(shared)
    file.write_text(yaml.safe_dump(document))

    result = preview("--json", "--pass", "update", "--project", str(project_copy))

    assert result.returncode == 0, result.stderr
    removed = {}
    for line in result.stdout.splitlines():
        after, stack = Graph(json.loads(line)), json.loads(line)["stack"]
        before = graphs[stack]
        removed[stack] = before.nodes.keys() - after.nodes.keys()
        assert not after.nodes.keys() - before.nodes.keys()
        assert not [node.urn for node in after.nodes.values() if mentions(node, name)]
        assert not [urn for urn in removed[stack] if not mentions(before.nodes[urn], name)]
        for urn in after.nodes.keys() & before.nodes.keys():
            node = before.nodes[urn]
            if node.type != STACK_TYPE and not mentions(node, name):
                assert after.nodes[urn].inputs == node.inputs, urn
    assert removed["prod"]
    assert removed["dr"]
