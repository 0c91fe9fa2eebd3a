"""What must be equal in two clouds, or equally good: keys, the oldest TLS, labels; and that all of it is told."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import present, together
from guardrails.model import Finding, NodeCheck, ResourceRule
from guardrails.rules.crosscloud.contract import CONTRACT, SIDES
from guardrails.subject import Resource

TOLD = ("region", "stores", "ranges", "keys", "minimumTls", "labels")


def _keys_listed(contract: Resource) -> Iterator[Finding]:
    for side in SIDES:
        for _, store in contract.entries(f"{side}.stores"):
            if not contract.has(f"{side}.keys.{store.text('key')}"):
                yield Finding(store.at("key"), "is no key of its side's inventory")


def _keys_rotate(contract: Resource) -> Iterator[Finding]:
    for side in SIDES:
        most = contract.limit(f"{side}Days")
        for _, key in contract.entries(f"{side}.keys"):
            if not 0 < key.number("rotationDays") <= most:
                yield Finding(key.at("rotationDays"), f"is not 1 to {most:g}")


def _same_tls(contract: Resource) -> Iterator[Finding]:
    if contract.text("primary.minimumTls") != contract.text("standby.minimumTls"):
        yield Finding("standby.minimumTls", "is not the primary's")


def _same_labels(contract: Resource) -> Iterator[Finding]:
    keys = {
        path.rpartition(".")[2]
        for side in SIDES
        for labels in contract.items(f"{side}.labels")
        for path, _ in labels.leaves()
    }
    shared = sorted(keys.difference(map(str, contract.choices("ownLabels"))))
    yield from together(*(_same_label(key) for key in shared))(contract)


def _same_label(key: str) -> NodeCheck:
    """A label is equal on both sides."""
    primary, standby = (f"{side}.labels.{key}" for side in SIDES)
    return lambda contract: (
        () if contract.text(primary) == contract.text(standby) else (Finding(standby, "is not the primary's"),)
    )


RULES = (
    ResourceRule(
        id="crosscloud-inventory-complete",
        types=CONTRACT,
        severity=Severity.CRITICAL,
        description="Both regions tell what policies compare.",
        why="What a region does not tell is not compared, and every rule on it would pass.",
        remedy="Export it from stacks/inventory.py, deploy that stack, and give it to Contract.",
        check=together(
            *(present(f"{side}.{key}", "is not told") for side in SIDES for key in TOLD),
            present("tunnels", "are not told"),
        ),
    ),
    ResourceRule(
        id="crosscloud-store-key-listed",
        types=CONTRACT,
        severity=Severity.HIGH,
        description="Each store's key is in its side's inventory.",
        why="A key that no stack makes is rotated and guarded by nobody, and a failover cannot count on it.",
        remedy="Encrypt the store by a key of its stack's Keys, and name that key in stacks/inventory.py.",
        check=_keys_listed,
    ),
    ResourceRule(
        id="crosscloud-keys-rotate",
        types=CONTRACT,
        severity=Severity.MEDIUM,
        description="Every key rotates in both clouds.",
        why="A key that never changes is worth more to steal each year, and decrypts all there ever was.",
        remedy="Set keys.rotation_days of the stack to its cloud's limit or less.",
        settings={
            "primaryDays": {
                "type": "number",
                "default": 365,
                "minimum": 90,
                "description": "Most days between two rotations on AWS.",
            },
            "standbyDays": {
                "type": "number",
                "default": 90,
                "minimum": 1,
                "description": "Most days between two rotations on Google Cloud.",
            },
        },
        check=_keys_rotate,
    ),
    ResourceRule(
        id="crosscloud-tls-parity",
        types=CONTRACT,
        severity=Severity.HIGH,
        description="The oldest TLS that is accepted is the same in both regions.",
        why="A failover would shut out clients that the primary served, or serve them with less protection.",
        remedy="Give both regions' stores and front doors one oldest version, and tell it in stacks/inventory.py.",
        check=_same_tls,
    ),
    ResourceRule(
        id="crosscloud-labels-parity",
        types=CONTRACT,
        severity=Severity.MEDIUM,
        description="Resources of both regions carry the same labels.",
        why="Costs, owners and alarms would be found in one region only.",
        remedy="Take the tags of both from ownership in Pulumi.yaml.",
        settings={
            "ownLabels": {
                "type": "array",
                "items": {"type": "string"},
                "default": ["dr-role"],
                "description": "Labels that tell the regions apart.",
            }
        },
        check=_same_labels,
    ),
)
