"""Reads the documents of a preview: the resources of a stack, and how they hang together.

[document] = [json.loads(line) for line in output.splitlines()]
graph = Graph(document)
graph.of_type("aws:ec2/vpc:Vpc")[0].inputs["cidrBlock"]
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Document = dict[str, Any]
STACK_TYPE = "pulumi:pulumi:Stack"


def dumps(document: Document) -> str:
    """Write a document on one line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def failed(document: Document) -> bool:
    """Tell whether a document holds an error, or a violation that must stop a deployment."""
    errors = any(message["severity"] == "error" for message in document.get("diagnostics", ()))
    return errors or any(found["enforcementLevel"] == "mandatory" for found in document.get("policyViolations", ()))


@dataclass(frozen=True)
class Node:
    """One resource of a document; `state` is its step's `newState`."""

    op: str
    state: Document

    @property
    def urn(self) -> str:
        """The resource's unique name."""
        return self.state["urn"]

    @property
    def name(self) -> str:
        """The logical name, the last part of the URN."""
        return self.urn.split("::", 3)[3]

    @property
    def type(self) -> str:
        """The type token, such as `aws:ec2/vpc:Vpc`."""
        return self.state["type"]

    @property
    def parent(self) -> str:
        """The parent's URN, or nothing for the stack itself."""
        return self.state.get("parent", "")

    @property
    def inputs(self) -> Document:
        """The inputs, in camelCase; secrets read `[secret]`."""
        return self.state.get("inputs", {})

    @property
    def outputs(self) -> Document:
        """The outputs; only a document of the simulated update (`--pass update`) has them."""
        return self.state.get("outputs", {})

    @property
    def is_component(self) -> bool:
        """Whether the resource is a component: it groups others, and is nothing in a cloud."""
        return not self.state["custom"]

    @property
    def is_provider(self) -> bool:
        """Whether the resource is a provider."""
        return self.type.startswith("pulumi:providers:")

    @property
    def place(self) -> str:
        """Where the program makes the resource, as `file:line`; nothing when that is outside the project."""
        return self.state.get("sourcePosition", "").removeprefix("project:///").replace("#", ":")

    @property
    def protected(self) -> bool:
        """Whether Pulumi refuses to delete the resource."""
        return self.state.get("protect", False)


class Graph:
    """The resources of one document by URN, in the document's order."""

    def __init__(self, document: Document) -> None:
        steps = document.get("steps", ())
        self.document = document
        self.nodes: dict[str, Node] = {step["urn"]: Node(step["op"], step["newState"]) for step in steps}

    def of_type(self, *tokens: str) -> list[Node]:
        """Return the resources that have one of the type tokens."""
        return [node for node in self.nodes.values() if node.type in tokens]

    def children(self, urn: str) -> list[Node]:
        """Return the resources whose parent is `urn`."""
        return self._children.get(urn, [])

    def descendants(self, urn: str) -> Iterator[Node]:
        """Yield all resources below `urn`."""
        for child in self.children(urn):
            yield child
            yield from self.descendants(child.urn)

    @property
    def root(self) -> Node | None:
        """The stack's own resource; None when the program failed before it was registered."""
        return next(iter(self.of_type(STACK_TYPE)), None)

    @cached_property
    def _children(self) -> dict[str, list[Node]]:
        children: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            children.setdefault(node.parent, []).append(node)
        return children
