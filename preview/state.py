"""What the engine keeps of a program: its resources, and what it had to say about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from preview.values import Properties


class EngineError(Exception):
    """The engine refuses what the program asked for: the text is the CLI's where the CLI refuses it too."""

    def __init__(self, message: str, urn: str = "") -> None:
        super().__init__(message)
        self.urn = urn


@dataclass
class Resource:
    """One resource as registered or read. Property values are as in `preview.values`."""

    urn: str
    type: str
    name: str
    custom: bool
    parent: str = ""
    id: str = ""
    op: str = "create"
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    provider: str = ""
    providers: dict[str, str] = field(default_factory=dict)
    """Provider references that children of a component inherit, by package."""
    is_default_provider: bool = False
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)
    protect: bool = False
    retain_on_delete: bool | None = None
    deleted_with: str = ""
    delete_before_replace: bool | None = None
    additional_secret_outputs: list[str] = field(default_factory=list)
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    replace_with: list[str] = field(default_factory=list)
    hide_diff: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    source_position: str = ""

    @property
    def external(self) -> bool:
        """Whether the resource is only read: Pulumi does not manage it."""
        return self.op == "read"

    @property
    def is_provider(self) -> bool:
        """Whether the resource is a provider."""
        return self.type.startswith("pulumi:providers:")


@dataclass(frozen=True)
class Diagnostic:
    """A message for the user, as `pulumi preview --json` carries it. `severity` is info, warning or error."""

    message: str
    severity: str = "error"
    urn: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the CLI's form, empty fields left out."""
        fields = {"urn": self.urn, "message": self.message, "severity": self.severity}
        return {key: value for key, value in fields.items() if value}
