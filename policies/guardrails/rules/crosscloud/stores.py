"""Data stores of a primary region, and what the standby has of them."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule, Setting
from guardrails.rules.crosscloud.contract import CONTRACT
from guardrails.subject import Node, Resource

NO_PEER = {"search": "an index is rebuilt from what it indexes, and the standby serves without search until then"}

NO_RPO = {
    **NO_PEER,
    "cache": "no live path leaves ElastiCache, so the standby's is warmed up and what it holds can be had elsewhere",
}


def _exempt(default: Mapping[str, str], what: str) -> Mapping[str, Setting]:
    return {
        "exempt": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "default": default,
            "description": f"Why a store of the primary {what}, by its name; a reason is needed.",
        }
    }


def _pairs(contract: Resource) -> Iterator[tuple[str, Node, Node | None]]:
    """Every store of the primary by its name, with the standby's of that name if there is one."""
    peers = dict(contract.entries("standby.stores", whole=True))
    for name, store in contract.entries("primary.stores"):
        yield name, store, peers.get(name)


def _peer(contract: Resource) -> Iterator[Finding]:
    exempt = contract.reasons("exempt")
    for name, store, peer in _pairs(contract):
        if name in exempt:
            continue
        if peer is None:
            yield Finding(store.at(""), "has no peer on the standby")
        elif peer.text("kind") != store.text("kind"):
            yield Finding(peer.at("kind"), "is not the kind of the primary's store")


def _declared(contract: Resource) -> Iterator[Finding]:
    exempt = contract.reasons("exempt")
    for name, store in contract.entries("primary.stores"):
        if name not in exempt and store.number("rpoMinutes") <= 0:
            yield Finding(store.at("rpoMinutes"), "is not declared")


def _short(contract: Resource) -> Iterator[Finding]:
    most = contract.limit("mostMinutes")
    for _, store in contract.entries("primary.stores"):
        if store.number("rpoMinutes") > most:
            yield Finding(store.at("rpoMinutes"), f"is more than {most:g} minutes")


def _backups(contract: Resource) -> Iterator[Finding]:
    fewer = contract.limit("fewerDays")
    for _, store, peer in _pairs(contract):
        if peer and peer.number("backupDays") < store.number("backupDays") - fewer:
            yield Finding(peer.at("backupDays"), "is less than the primary's")


RULES = (
    ResourceRule(
        id="crosscloud-store-has-peer",
        types=CONTRACT,
        severity=Severity.CRITICAL,
        description="Each store of the primary has a peer of its kind on the standby.",
        why="What it holds is lost with the primary's cloud, and what needs it does not start on the standby.",
        remedy="Declare the store in Pulumi.yaml, which both stacks read, or exempt it with a reason.",
        settings=_exempt(NO_PEER, "needs no peer"),
        check=_peer,
    ),
    ResourceRule(
        id="crosscloud-store-rpo-declared",
        types=CONTRACT,
        severity=Severity.HIGH,
        description="Each store of the primary declares how much of it may be lost.",
        why="Without a recovery-point objective nothing copies the store, and no alarm tells that its copy lags.",
        remedy="Set the store's rpo in Pulumi.yaml, or exempt it with a reason.",
        settings=_exempt(NO_RPO, "is not copied"),
        check=_declared,
    ),
    ResourceRule(
        id="crosscloud-store-rpo-short",
        types=CONTRACT,
        severity=Severity.HIGH,
        description="No store may lose more than the business can bear.",
        why="A failover gives up all that the standby lacks, and users did that work.",
        remedy="Lower the store's rpo in Pulumi.yaml.",
        settings={
            "mostMinutes": {
                "type": "number",
                "default": 60,
                "minimum": 1,
                "description": "Greatest recovery-point objective in minutes.",
            }
        },
        check=_short,
    ),
    ResourceRule(
        id="crosscloud-backup-parity",
        types=CONTRACT,
        severity=Severity.HIGH,
        description="The standby keeps backups of a store for as long as the primary.",
        why="After a failover, what was corrupted weeks ago could no longer be restored.",
        remedy="Raise the standby's backup_days in Pulumi.dr.yaml to the primary's, or lower both.",
        settings={
            "fewerDays": {
                "type": "number",
                "default": 0,
                "minimum": 0,
                "description": "By how many days the standby may keep backups for less.",
            }
        },
        check=_backups,
    ),
)
