"""What the edge's choices add: partners' ways in, and a bucket behind signed URLs."""

import pytest

from preview.graph import Graph, Node

SERVICE = "gcp:compute/backendService:BackendService"
ATTACHMENT = "gcp:compute/serviceAttachment:ServiceAttachment"


def only(graph: Graph, token: str, name: str) -> Node:
    [node] = [node for node in graph.of_type(token) if node.name == name]
    return node


def routes(graph: Graph) -> dict[str, str]:
    """The backend of each public name."""
    urls = only(graph, "gcp:compute/uRLMap:URLMap", "edge-balancer-urls").inputs
    services = {matcher["name"]: matcher["defaultService"] for matcher in urls["pathMatchers"]}
    return {host: services[rule["pathMatcher"]] for rule in urls["hostRules"] for host in rule["hosts"]}


class TestPrivateConnections:
    @pytest.fixture
    def private(self, dr_with) -> Graph:
        return dr_with({"edge": {"partners": {"kind": "private_link", "allowed_projects": ["partner-one"]}}})

    def test_named_projects_connect_and_others_wait(self, private: Graph) -> None:
        [attachment] = private.of_type(ATTACHMENT)
        assert attachment.inputs["connectionPreference"] == "ACCEPT_MANUAL"
        assert attachment.inputs["consumerAcceptLists"] == [{"projectIdOrNum": "partner-one", "connectionLimit": 10}]
        assert attachment.inputs["reconcileConnections"] is True
        assert attachment.protected

    def test_they_come_by_a_subnet_of_their_own_to_an_internal_balancer(self, private: Graph) -> None:
        [attachment] = private.of_type(ATTACHMENT)
        subnets = {node.name: node.state["id"] for node in private.of_type("gcp:compute/subnetwork:Subnetwork")}
        assert attachment.inputs["natSubnets"] == [subnets["network-psc"]]
        [rule] = private.of_type("gcp:compute/forwardingRule:ForwardingRule")
        assert attachment.inputs["targetService"] == rule.state["id"]
        assert rule.inputs["loadBalancingScheme"] == "INTERNAL_MANAGED"
        assert (rule.inputs["subnetwork"], rule.inputs["portRange"]) == (subnets["network-nodes"], "443")

    def test_the_balancer_takes_the_endpoints_that_the_cluster_brings(self, private: Graph) -> None:
        [service] = private.of_type("gcp:compute/regionBackendService:RegionBackendService")
        assert (service.inputs["loadBalancingScheme"], service.inputs["protocol"]) == ("INTERNAL_MANAGED", "TCP")
        assert service.state["ignoreChanges"] == ["backends"]
        exported = private.document["outputs"]["edge"]["backendServices"]
        assert exported["partners"] == service.outputs["name"]

    def test_no_public_name_leads_to_them(self, private: Graph) -> None:
        assert not [name for name in routes(private) if name.startswith("partners.")]


class TestAllowList:
    @pytest.fixture
    def listed(self, dr_with) -> Graph:
        ranges = [f"198.51.100.{number}/32" for number in range(12)]
        return dr_with({"edge": {"partners": {"kind": "allow_list", "allowed_cidrs": ranges}}})

    def test_it_admits_the_list_and_nobody_else(self, listed: Graph) -> None:
        policy = only(listed, "gcp:compute/securityPolicy:SecurityPolicy", "edge-partners-list")
        *admitting, last = sorted(policy.inputs["rules"], key=lambda rule: rule["priority"])
        chunks = [rule["match"]["config"]["srcIpRanges"] for rule in admitting]
        assert [len(chunk) for chunk in chunks] == [10, 2], "Cloud Armor takes ten ranges a rule"
        assert {rule["action"] for rule in admitting} == {"allow"}
        assert (last["action"], last["match"]["config"]["srcIpRanges"]) == ("deny(403)", ["*"])

    def test_its_names_lead_through_that_policy_alone(self, listed: Graph) -> None:
        service = only(listed, SERVICE, "edge-partners-gateway")
        policy = only(listed, "gcp:compute/securityPolicy:SecurityPolicy", "edge-partners-list")
        assert service.inputs["securityPolicy"] == policy.state["id"]
        partners = {name: target for name, target in routes(listed).items() if name.startswith("partners.")}
        assert partners == dict.fromkeys(("partners.example.com", "partners.gcp.example.com"), service.state["id"])
        records = {node.inputs["name"] for node in listed.of_type("gcp:dns/recordSet:RecordSet")}
        assert {f"{name}." for name in partners} <= records

    def test_nobody_else_changes_those_names(self, listed: Graph) -> None:
        assert {"partners.example.com", "partners.gcp.example.com"} <= set(listed.document["outputs"]["edge"]["names"])


def assets(graph: Graph) -> str:
    return graph.document["outputs"]["buckets"]["assets"]


class TestSignedObjects:
    @pytest.fixture
    def signed(self, dr_with) -> Graph:
        """The standby with a bucket behind its load balancer, and a key to sign for it."""
        return dr_with({"edge": {"signed_bucket": "assets", "signing_key": True}})

    def test_the_bucket_has_a_name_of_its_own(self, signed: Graph) -> None:
        served = only(signed, "gcp:compute/backendBucket:BackendBucket", "edge-cdn-bucket")
        assert served.inputs["bucketName"] == assets(signed)
        assert routes(signed)["signed-objects.gcp.example.com"] == served.state["id"]

    def test_only_cloud_cdn_reads_it_beside_the_workloads(self, signed: Graph) -> None:
        workloads = {
            account.outputs["member"]
            for account in signed.of_type("gcp:serviceaccount/account:Account")
            if account.inputs["accountId"].startswith("pods-")
        }
        [reader] = [
            node.inputs
            for node in signed.of_type("gcp:storage/bucketIAMMember:BucketIAMMember")
            if node.inputs["bucket"] == assets(signed) and node.inputs["member"] not in workloads
        ]
        assert reader["member"] == "serviceAccount:service-123456789012@cloud-cdn-fill.iam.gserviceaccount.com"
        assert reader["role"] == "roles/storage.legacyObjectReader"

    def test_requests_are_judged_before_the_cache(self, signed: Graph) -> None:
        policy = only(signed, "gcp:compute/securityPolicy:SecurityPolicy", "edge-cdn-policy")
        served = only(signed, "gcp:compute/backendBucket:BackendBucket", "edge-cdn-bucket")
        assert policy.inputs["type"] == "CLOUD_ARMOR_EDGE"
        assert served.inputs["edgeSecurityPolicy"] == policy.state["id"]

    def test_nothing_that_is_missing_stays_missing_for_long(self, signed: Graph) -> None:
        cdn = only(signed, "gcp:compute/backendBucket:BackendBucket", "edge-cdn-bucket").inputs["cdnPolicy"]
        assert cdn["cacheMode"] == "USE_ORIGIN_HEADERS"
        assert max(policy["ttl"] for policy in cdn["negativeCachingPolicies"]) <= 60


@pytest.mark.parametrize("mode", ["standby", "active"])
def test_the_edge_is_the_same_in_both_roles(dr: Graph, dr_with, mode: str) -> None:
    def edge(graph: Graph) -> dict[str, dict]:
        return {urn: node.inputs for urn, node in graph.nodes.items() if node.name.startswith("edge")}

    assert edge(dr_with({"mode": mode})) == edge(dr)
