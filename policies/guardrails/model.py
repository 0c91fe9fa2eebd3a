"""What a rule is: data about it, and a pure function from a resource or a stack to findings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from pulumi_policy import EnforcementLevel, Severity

from guardrails.subject import Node, Resource, Stack


class Setting(TypedDict, total=False):
    """JSON schema of one config property of a rule; `default` is what holds when nobody configures it."""

    type: str
    description: str
    default: float | bool | str | list[str] | list[float] | Mapping[str, str]
    items: Mapping[str, str]
    additionalProperties: Mapping[str, str]
    minimum: float


@dataclass(frozen=True)
class Finding:
    """Something that breaks a rule.

    `problem` completes the sentence "<resource>: <property> …". It is made of the rule's own words and never quotes a
    value that was read: secrets reach a policy in plain text.
    """

    path: str
    """The property in the engine's spelling, such as `vpcConfig.endpointPublicAccess`; empty for the whole resource."""

    problem: str
    resource: Resource | None = None
    """In a stack rule, the resource at fault; None is the stack itself."""


Check = Callable[[Resource], Iterable[Finding]]
NodeCheck = Callable[[Node], Iterable[Finding]]
StackCheck = Callable[[Stack], Iterable[Finding]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What both kinds of rule say about themselves; the engine sees a policy by the name of `id`."""

    id: str
    """`<cloud>-<service>-<what holds>`; teams configure and suppress a rule by it, so it never changes."""

    types: tuple[str, ...]
    """Type tokens that the rule reads, each alias that the SDK knows included."""

    severity: Severity
    description: str
    """What holds when the rule is kept; a full sentence."""

    why: str
    """What goes wrong otherwise; a full sentence."""

    remedy: str
    """What to change in the program, in the spelling of the Python SDK; a full sentence."""

    settings: Mapping[str, Setting] = field(default_factory=dict)

    @property
    def enforcement(self) -> EnforcementLevel:
        """Low severity advises; all else stops the update, because the platform's defaults keep every rule."""
        return EnforcementLevel.ADVISORY if self.severity is Severity.LOW else EnforcementLevel.MANDATORY

    @property
    def defaults(self) -> dict[str, object]:
        """The settings' values when nobody configures the rule."""
        return {name: setting["default"] for name, setting in self.settings.items()}


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """Judges one resource's inputs, before the engine creates it."""

    check: Check


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """Judges a stack's outputs as a whole; only a preview stops for it, an update has created everything by then."""

    check: StackCheck
