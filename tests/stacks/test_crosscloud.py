"""Plant one fault that only both regions together show, and the preview refuses to join them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from guardrails.registry import RULES
from guardrails.rules.crosscloud.contract import CONTRACT


@dataclass(frozen=True)
class Fault:
    """Text changed in the program or its settings, and what the report must name."""

    rule: str
    property: str
    changes: tuple[tuple[str, str, str], ...]
    """File, text that stands there once, and what comes in its place."""


INVENTORY = "stacks/inventory.py"

FAULTS = (
    Fault(
        "crosscloud-address-ranges-disjoint",
        "standby.ranges.pods",
        (("settings/addresses.py", "gcp=_gcp(gcp)", "gcp=_gcp(aws)"),),
    ),
    Fault(
        "crosscloud-address-ranges-disjoint",
        "tunnels[1]",
        (("settings/addresses.py", "169.254.16.4/30", "169.254.16.0/30"),),
    ),
    Fault(
        "crosscloud-address-ranges-routed",
        "primary.ranges.services",
        (("settings/addresses.py", "return AwsPlan(block=block,", "return AwsPlan(block=vpc_room,"),),
    ),
    Fault(
        "crosscloud-store-has-peer",
        "primary.stores.tables/orders",
        (
            (
                INVENTORY,
                "{**stores, **messages}",
                '{**{name: store for name, store in stores.items() if name != "tables/orders"}, **messages}',
            ),
        ),
    ),
    Fault(
        "crosscloud-store-rpo-declared",
        "primary.stores.database.rpoMinutes",
        ((INVENTORY, "rpo=database.rpo, backup_days=days", "backup_days=days"),),
    ),
    Fault(
        "crosscloud-store-rpo-short",
        "primary.stores.database.rpoMinutes",
        (("Pulumi.yaml", "platform:\n        rpo: 5", "platform:\n        rpo: 1440"),),
    ),
    Fault(
        "crosscloud-regions-apart",
        "standby.region",
        (
            (
                "Pulumi.yaml",
                "gcp: us-central1\n      gcp_second: us-west1",
                "gcp: us-west1\n      gcp_second: us-central1",
            ),
            ("Pulumi.dr.yaml", "us-central1-b, us-central1-c", "us-west1-a, us-west1-b"),
        ),
    ),
    Fault(
        "crosscloud-data-residency",
        "primary.copyRegions[0]",
        (("Pulumi.prod.yaml", "config:\n", "config:\n  multicloud:backup:\n    copy_region: eu-west-1\n"),),
    ),
    Fault(
        "crosscloud-inventory-complete",
        "primary.stores",
        (("stacks/interconnect.py", 'primary=self.prod["inventory"]', "primary={}"),),
    ),
    Fault(
        "crosscloud-store-key-listed",
        "standby.stores.database.key",
        ((INVENTORY, '_store("relational", "database"', '_store("relational", "databases"'),),
    ),
    Fault(
        "crosscloud-keys-rotate",
        "standby.keys.tables.rotationDays",
        ((INVENTORY, '"rotationDays": rotation_days', '"rotationDays": 0'),),
    ),
    Fault(
        "crosscloud-backup-parity",
        "standby.stores.tables/orders.backupDays",
        (("Pulumi.dr.yaml", "multicloud:key_value_store:\n", "multicloud:key_value_store:\n    backup_days: 7\n"),),
    ),
    Fault(
        "crosscloud-tls-parity",
        "standby.minimumTls",
        ((INVENTORY, '"minimumTls": "TLSv1.2"', '"minimumTls": "TLSv1.3" if region == "us-west-2" else "TLSv1.2"'),),
    ),
    Fault(
        "crosscloud-labels-parity",
        "standby.labels.owner",
        (("stacks/dr.py", "Tags.owned(owner,", 'Tags.owned(owner.model_copy(update={"owner": "another-team"}),'),),
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.rule}-{fault.property}")
def test_a_fault_between_the_regions_keeps_them_apart(
    fault: Fault, project_copy: Path, root: Path, preview: Callable
) -> None:
    for name, sound, faulty in fault.changes:
        file = project_copy / name
        source = file.read_text()
        assert source.count(sound) == 1, f"{name}: {sound}"
        file.write_text(source.replace(sound, faulty))

    result = preview("interconnect", "--json", "--project", str(project_copy), "--policy-pack", str(root / "policies"))

    assert result.returncode == 1
    document = json.loads(result.stdout)
    assert not [found for found in document.get("diagnostics", []) if found["severity"] == "error"]
    said = [found for found in document["policyViolations"] if found["policyName"] == fault.rule]
    assert {found["urn"].rsplit("::", 1)[1] for found in said} == {"contract"}
    assert any(f": {fault.property} " in found["message"] and "Fix:" in found["message"] for found in said)


def test_every_rule_between_the_regions_is_seen_to_keep_them_apart() -> None:
    assert {fault.rule for fault in FAULTS} == {rule.id for rule in RULES if rule.types == CONTRACT}
