"""Names of resources: how the engine makes a URN, and what a resource was called before (its aliases).

Rules: `Deployment.generateURN` and `stepGenerator.generateAliases` of pulumi/pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass

STACK_TYPE = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Urn:
    """The parts of `urn:pulumi:<stack>::<project>::<type>[$<type>…]::<name>`."""

    stack: str
    project: str
    qualified_type: str
    name: str

    @staticmethod
    def parse(text: str) -> Urn:
        """Split a URN; raise ValueError when it is none. A name may contain `::`."""
        parts = text.split("::", 3)
        if len(parts) != 4 or not text.startswith("urn:pulumi:"):
            raise ValueError(f"{text!r} is not a URN (urn:pulumi:<stack>::<project>::<type>::<name>)")
        return Urn(parts[0].removeprefix("urn:pulumi:"), *parts[1:])

    @property
    def type(self) -> str:
        """The resource's own type token."""
        return self.qualified_type.rsplit("$", 1)[-1]

    def __str__(self) -> str:
        return f"urn:pulumi:{self.stack}::{self.project}::{self.qualified_type}::{self.name}"


def make(stack: str, project: str, parent: str, token: str, name: str) -> str:
    """Make the URN of a resource from its parent's. The stack is left out of the chain of types."""
    chain = Urn.parse(parent).qualified_type if parent else STACK_TYPE
    qualified = token if chain == STACK_TYPE else f"{chain}${token}"
    return str(Urn(stack, project, qualified, name))


@dataclass(frozen=True)
class Alias:
    """What a program says of a resource's former name: a whole URN, or the parts that changed."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False

    def resolve(self, current: Urn, parent: str) -> str:
        """Return the former URN of the resource that is now called `current` under `parent`."""
        if self.urn:
            return str(Urn.parse(self.urn))
        former_parent = "" if self.no_parent else self.parent or parent
        stack, project = self.stack or current.stack, self.project or current.project
        return make(stack, project, former_parent, self.type or current.type, self.name or current.name)


def aliases(current: str, parent: str, declared: list[Alias], parent_aliases: list[str]) -> list[str]:
    """Return all former URNs of a resource: its own aliases, and those that follow from its parent's."""
    urn = Urn.parse(current)
    own = [alias.resolve(urn, parent) for alias in declared]
    inherited = [
        _inherited(Urn.parse(former), Urn.parse(parent).name, Urn.parse(parent_alias))
        for parent_alias in parent_aliases
        for former in (current, *own)
    ]
    return [alias for alias in dict.fromkeys(own + inherited) if alias != current]


def _inherited(child: Urn, parent_name: str, parent_alias: Urn) -> str:
    """Return the child's URN under its parent's former one; a name that began with the parent's follows it."""
    name = child.name
    if name.startswith(parent_name):
        name = parent_alias.name + name.removeprefix(parent_name)
    return make(parent_alias.stack, parent_alias.project, str(parent_alias), child.type, name)
