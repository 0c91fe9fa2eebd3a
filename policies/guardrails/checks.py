"""Checks that most rules are made of. A check is a function from a node to findings; these make and join them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from pulumi_policy.proxy import UnknownValueError

from guardrails.model import Finding, NodeCheck
from guardrails.subject import Node, Stack

Subject = TypeVar("Subject", bound=Node | Stack)


def isolated(check: Callable[[Subject], Iterable[Finding]], node: Subject) -> Iterator[Finding]:
    """Runs a check up to its first unknown value, which the node has noted by then."""
    with suppress(UnknownValueError):
        yield from check(node)


def together(*checks: NodeCheck) -> NodeCheck:
    """All of several checks; an unknown value in one does not keep the others from judging."""
    return lambda node: (finding for check in checks for finding in isolated(check, node))


def each(path: str, check: NodeCheck) -> NodeCheck:
    """A check of every object in a list, or of a single object."""
    return lambda node: (finding for item in node.items(path) for finding in isolated(check, item))


def on(path: str, *, default: bool = False, problem: str = "is off") -> NodeCheck:
    """A boolean must be true; `default` is what the cloud takes for an absent one."""
    return lambda node: () if node.flag(path, default) else (Finding(node.at(path), problem),)


def off(path: str, *, default: bool = False, problem: str = "is on") -> NodeCheck:
    """A boolean must be false; `default` is what the cloud takes for an absent one."""
    return lambda node: (Finding(node.at(path), problem),) if node.flag(path, default) else ()


def present(path: str, problem: str = "is not set") -> NodeCheck:
    """A value must be there and not be empty."""
    return lambda node: () if node.has(path) else (Finding(node.at(path), problem),)


def absent(path: str, problem: str = "is set") -> NodeCheck:
    """A value must not be there."""
    return lambda node: (Finding(node.at(path), problem),) if node.has(path) else ()


def at_least(path: str, setting: str, *, default: float, unit: str) -> NodeCheck:
    """A number must reach the rule's setting; `default` is what the cloud takes for an absent one."""

    def check(node: Node) -> Iterator[Finding]:
        least = node.limit(setting)
        if node.number(path, default) < least:
            yield Finding(node.at(path), f"is less than {least:g} {unit}")

    return check
