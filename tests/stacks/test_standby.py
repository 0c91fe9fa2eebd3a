"""The standby: who is granted what, what the internet reaches, and the APIs that it turns on before it uses them."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from components.gcp.exemptions import ANSWERING, PUBLIC
from components.gcp.github import PROJECT_ROLES
from preview.graph import Graph, Node
from stacks.dr import APIS
from stacks.regions.standby.keys import KEYS

EVERYBODY = {"allUsers", "allAuthenticatedUsers"}
BASIC = {"roles/owner", "roles/editor", "roles/viewer"}
WORLD = {"0.0.0.0/0", "::/0"}

ADDRESSES = ("gcp:compute/address:Address", "gcp:compute/globalAddress:GlobalAddress")
FORWARDING = ("gcp:compute/forwardingRule:ForwardingRule", "gcp:compute/globalForwardingRule:GlobalForwardingRule")
FIREWALL = "gcp:compute/firewall:Firewall"
FIREWALL_RULES = (
    FIREWALL,
    "gcp:compute/firewallPolicyRule:FirewallPolicyRule",
    "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule",
    "gcp:compute/regionNetworkFirewallPolicyRule:RegionNetworkFirewallPolicyRule",
)
SERVICE = "gcp:projects/service:Service"

# The API that serves a module's types, by the first part of its name, where it is not called as the module is.
API_OF: Mapping[str, str] = {
    "bigtable": "bigtableadmin",
    "cloudrunv2": "run",
    "kms": "cloudkms",
    "projects": "cloudresourcemanager",
    "serviceaccount": "iam",
    "sql": "sqladmin",
    "projects/defaultServiceAccounts": "iam",
    "projects/iAMCustomRole": "iam",
    "projects/service": "serviceusage",
    "projects/serviceIdentity": "serviceusage",
}


def resources(graph: Graph) -> Iterator[Node]:
    return (node for node in graph.nodes.values() if node.type.startswith("gcp:"))


# What roles call a service, where they call it otherwise than its API.
ROLES_OF: Mapping[str, str] = {
    "bigtableadmin": "bigtable",
    "cloudresourcemanager": "resourcemanager",
    "databasemigrationservice": "datamigration",
    "sqladmin": "cloudsql",
}

# Granted by the organisation alone: docs/operations.md.
ORGANISATIONS = {"orgpolicy"}


def members(node: Node) -> list[str]:
    return [*node.inputs.get("members", []), *([node.inputs["member"]] if "member" in node.inputs else [])]


def api(token: str) -> str:
    _, path, _ = token.split(":")
    module = path.split("/")[0]
    return API_OF.get(path, API_OF.get(module, module))


@pytest.fixture
def grants(dr: Graph) -> list[Node]:
    return [node for node in resources(dr) if members(node)]


class TestGrants:
    def test_are_made_one_by_one(self, dr: Graph) -> None:
        for node in resources(dr):
            assert not node.type.lower().endswith(("iambinding", "iampolicy")), node.urn

    def test_name_no_basic_role(self, grants: list[Node]) -> None:
        for node in grants:
            assert node.inputs["role"] not in BASIC, node.urn

    def test_are_to_everybody_only_where_a_table_says_why(self, grants: list[Node]) -> None:
        public = {node.name for node in grants if EVERYBODY & set(members(node))}
        assert public == set(PUBLIC)

    def test_need_no_credential_that_lasts(self, dr: Graph) -> None:
        assert not dr.of_type("gcp:serviceaccount/key:Key", "gcp:projects/apiKey:ApiKey", "gcp:storage/hmacKey:HmacKey")

    def test_give_no_one_every_service_account(self, grants: list[Node]) -> None:
        for node in grants:
            if node.type == "gcp:projects/iAMMember:IAMMember":
                assert not node.inputs["role"].startswith("roles/iam."), node.urn


class TestReach:
    def test_only_load_balancers_answer_at_public_addresses(self, dr: Graph) -> None:
        balanced = {
            urn
            for rule in dr.of_type(*FORWARDING)
            if rule.inputs["loadBalancingScheme"] == "EXTERNAL_MANAGED"
            for urn in rule.state["propertyDependencies"].get("ipAddress", [])
        }
        # Cloud NAT lets nobody in.
        left_by = {
            urn
            for gateway in dr.of_type("gcp:compute/routerNat:RouterNat")
            for urn in gateway.state["propertyDependencies"]["natIps"]
        }
        for address in dr.of_type(*ADDRESSES):
            if address.inputs.get("addressType", "EXTERNAL") == "EXTERNAL":
                assert address.urn in balanced | left_by, address.urn

    def test_no_firewall_rule_admits_the_world(self, dr: Graph) -> None:
        for rule in dr.of_type(*FIREWALL_RULES):
            if rule.inputs.get("direction", "INGRESS") == "INGRESS" and _allows(rule):
                sources = rule.inputs if rule.type == FIREWALL else rule.inputs["match"]
                ranges = {*sources.get("sourceRanges", []), *sources.get("srcIpRanges", [])}
                assert not ranges & WORLD, rule.urn

    def test_control_planes_have_no_address_and_answer_by_name_only_where_a_table_says_so(self, dr: Graph) -> None:
        answering = set()
        for cluster in dr.of_type("gcp:container/cluster:Cluster"):
            endpoints = cluster.inputs["controlPlaneEndpointsConfig"]
            assert endpoints["ipEndpointsConfig"] == {"enabled": False}, cluster.urn
            if endpoints["dnsEndpointConfig"]["allowExternalTraffic"]:
                answering.add(cluster.name)
        assert answering == ANSWERING.keys()

    def test_databases_have_no_public_address(self, dr: Graph) -> None:
        for database in dr.of_type("gcp:sql/databaseInstance:DatabaseInstance"):
            assert database.inputs["settings"]["ipConfiguration"]["ipv4Enabled"] is False, database.urn

    def test_only_buckets_that_a_table_opens_can_be_public(self, dr: Graph) -> None:
        opened = {
            node.inputs["bucket"]
            for node in dr.of_type("gcp:storage/bucketIAMMember:BucketIAMMember")
            if node.name in PUBLIC
        }
        for bucket in dr.of_type("gcp:storage/bucket:Bucket"):
            if bucket.outputs["name"] not in opened:
                assert bucket.inputs["publicAccessPrevention"] == "enforced", bucket.urn


def _allows(rule: Node) -> bool:
    return bool(rule.inputs.get("allows")) if rule.type == FIREWALL else rule.inputs["action"] == "allow"


class TestApis:
    @pytest.fixture
    def enabled(self, dr: Graph) -> dict[str, Node]:
        """What turns each API on."""
        return {node.inputs["service"].removesuffix(".googleapis.com"): node for node in dr.of_type(SERVICE)}

    def test_each_that_is_used_is_turned_on(self, dr: Graph, enabled: Mapping[str, Any]) -> None:
        used = {api(node.type): node.type for node in resources(dr)}
        missing = {name: token for name, token in used.items() if name not in enabled}
        assert not missing, f"add {missing} to APIS in stacks/dr.py, or to API_OF if the API is called otherwise"

    def test_each_that_encrypts_with_our_keys_is_turned_on(self, enabled: Mapping[str, Any]) -> None:
        assert {service for use in KEYS.values() for service in use.services} <= set(enabled)

    def test_the_list_is_in_order_and_names_each_once(self) -> None:
        assert list(APIS) == sorted(set(APIS))

    def test_every_resource_waits_for_all_of_them(self, dr: Graph, enabled: Mapping[str, Node]) -> None:
        [provider] = [node for node in dr.nodes.values() if node.is_provider and node.name == "gcp"]
        assert {node.urn for node in enabled.values()} <= set(provider.state["dependencies"])
        for node in resources(dr):
            assert node.type == SERVICE or node.state["provider"].startswith(f"{provider.urn}::"), node.urn


def test_ci_may_deploy_whatever_the_stacks_hold(graphs: Mapping[str, Graph]) -> None:
    granted = {role.removeprefix("roles/").split(".")[0] for role in PROJECT_ROLES["apply"]}
    held = {api(node.type) for stack in ("dr", "interconnect") for node in resources(graphs[stack])} - ORGANISATIONS
    missing = {service for service in held if ROLES_OF.get(service, service) not in granted}
    assert not missing, f"add a role for {missing} to PROJECT_ROLES in components/gcp/github.py"


def test_an_aws_provider_stops_the_stack(project_copy: Path, root: Path, preview: Callable) -> None:
    file = project_copy / "stacks/dr.py"
    source, first = file.read_text(), "        self._project()\n"
    assert source.count(first) == 1
    provider = '        __import__("pulumi_aws").Provider("primary", region="us-west-2")\n'
    file.write_text(source.replace(first, first + provider))

    result = preview("dr", "--json", "--project", str(project_copy), "--policy-pack", str(root / "policies"))

    assert result.returncode == 1
    [violation] = json.loads(result.stdout)["policyViolations"]
    assert violation["policyName"] == "gcp-standby-without-aws"
    assert violation["urn"].endswith("pulumi:providers:aws::primary")
