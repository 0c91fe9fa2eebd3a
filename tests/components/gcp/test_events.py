"""Events: what an intruder or a slip changes in the project is counted, and somebody is told."""

import pytest

from preview.graph import Graph

# CIS GCP 2.4 to 2.11: what each filter must catch, in the words of the audit log.
WORDS = {
    "project-ownership": ["roles/owner", "projectOwnerInvitee"],
    "audit-configuration": ["auditConfigDeltas"],
    "custom-roles": ["iam_role", "CreateRole", "DeleteRole", "UpdateRole"],
    "firewall": ["compute.firewalls.", "firewallPolicies."],
    "routes": ["compute.routes.insert", "compute.routes.delete"],
    "networks": ["compute.networks.insert", "compute.networks.patch", "compute.networks.delete", "addPeering"],
    "bucket-access": ["gcs_bucket", "storage.setIamPermissions"],
    "database-configuration": ["cloudsql.instances.update"],
    "key-destruction": ["DestroyCryptoKeyVersion"],
    "key-refused": ['"Decrypt"', '"Encrypt"', '"AsymmetricSign"'],
    "log-routing": ["DeleteSink", "UpdateSink", "UpdateBucket"],
    "service-account-key": ["CreateServiceAccountKey"],
}


@pytest.mark.parametrize("event", sorted(WORDS))
def test_each_is_counted_and_told_by_the_same_filter(dr: Graph, event: str) -> None:
    [metric] = [node for node in dr.of_type("gcp:logging/metric:Metric") if node.inputs["name"].endswith(f"/{event}")]
    [policy] = [
        node
        for node in dr.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
        if node.name == f"observability-alarms-project-{event}"
    ]
    assert policy.inputs["conditions"][0]["conditionMatchedLog"]["filter"] == metric.inputs["filter"]
    assert policy.inputs["enabled"]
    assert all(word in metric.inputs["filter"] for word in WORDS[event])


def test_filters_are_well_formed(dr: Graph) -> None:
    for metric in dr.of_type("gcp:logging/metric:Metric"):
        text = metric.inputs["filter"]
        assert text.count("(") == text.count(")")
        assert text.count('"') % 2 == 0
        assert len(text) <= 20_000
