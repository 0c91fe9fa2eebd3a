"""Address ranges of two clouds and of the tunnels between them."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.networks import Placed, overlaps
from guardrails.rules.crosscloud.contract import CONTRACT, SIDES
from guardrails.subject import Resource

BLOCK = "block"
"""The range that holds all others of a side, and that the other side has routes to."""


def _disjoint(contract: Resource) -> Iterator[Finding]:
    """No two ranges may share an address, nor may the blocks that hold them."""
    yield from overlaps(Placed(contract, path, cidr) for path, cidr in _ranges(contract))
    blocks = (f"{side}.ranges.{BLOCK}" for side in SIDES)
    yield from overlaps(Placed(contract, path, contract.text(path)) for path in blocks)


def _ranges(contract: Resource) -> Iterator[tuple[str, str]]:
    """Every range but the blocks, each with its path."""
    for side in SIDES:
        yield from _of(contract, side)
    yield from contract.known_texts("tunnels")


def _of(contract: Resource, side: str) -> Iterator[tuple[str, str]]:
    """One side's."""
    for ranges in contract.items(f"{side}.ranges"):
        yield from ((path, cidr) for path, cidr in ranges.leaves() if path != f"{side}.ranges.{BLOCK}")


def _routed(contract: Resource) -> Iterator[Finding]:
    """A range must lie in its side's block."""
    for side in SIDES:
        block = IPv4Network(contract.text(f"{side}.ranges.{BLOCK}"))
        for path, cidr in _of(contract, side):
            if not IPv4Network(cidr).subnet_of(block):
                yield Finding(path, "lies outside its side's block")


RULES = (
    ResourceRule(
        id="crosscloud-address-ranges-disjoint",
        types=CONTRACT,
        severity=Severity.CRITICAL,
        description="No address belongs to two ranges, whichever cloud or tunnel they are of.",
        why="Packets for the other cloud would stay at home, and no network is renumbered once it holds anything.",
        remedy="Take all ranges from one plan: derive them from addresses.supernet in settings/addresses.py.",
        check=_disjoint,
    ),
    ResourceRule(
        id="crosscloud-address-ranges-routed",
        types=CONTRACT,
        severity=Severity.HIGH,
        description="Each range lies in its side's block.",
        why="The other side routes the block alone: what lies outside it gets no answer over the link.",
        remedy="Cut the range out of its cloud's block in settings/addresses.py.",
        check=_routed,
    ),
)
