"""Replication of secrets: without a key, with no right but to add versions, and watched by the standby itself."""

from collections.abc import Callable
from typing import Any

import pytest

from preview.graph import Graph, Node

PROGRAM = """
from components.crosscloud.cluster_identity import ClusterIdentity
from components.crosscloud.secrets import SUBJECT, SecretReplication, Source, Target
from components.kubernetes import access
from settings.replication import SecretReplicationSettings
from settings.shared import SecretSettings

inside = access.provider("inside", access.eks("us-west-2", "sample"), endpoint="https://sample", protect=True)
identity = ClusterIdentity(
    "cluster-identity",
    on_aws,
    on_gcp,
    pool="aws-primary",
    provider="primary-cluster",
    issuer="https://oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF",
    subjects=[SUBJECT, "system:serviceaccount:vault:vault-export"],
    opts=opts,
)
SecretReplication(
    "secrets",
    on_aws,
    on_gcp,
    SecretReplicationSettings(refresh_minutes=7),
    secrets={"signing": SecretSettings(rpo=45), "payments": SecretSettings()},
    source=Source(
        arns={name: f"arn:aws:secretsmanager:us-west-2:111122223333:secret:sample/{name}-AbCdEf"
              for name in ("signing", "payments")},
        audience=identity.audience,
    ),
    target=Target(
        names={name: f"sample-{name}" for name in ("signing", "payments")},
        topic="projects/example-standby/topics/reminders",
        pool="aws-primary",
        account="aws-secrets@example-standby.iam.gserviceaccount.com",
        channels={"page": ["projects/example-standby/notificationChannels/1"], "ticket": []},
    ),
    opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(providers=[inside])),
)
"""

SECRETS = {"signing": 45, "payments": 30}
SUBJECT = "system:serviceaccount:standby-secrets:standby-secrets"
ACCOUNT = "aws-secrets@example-standby.iam.gserviceaccount.com"
STORE = "kubernetes:external-secrets.io/v1:SecretStore"
READ = "kubernetes:external-secrets.io/v1:ExternalSecret"
PUSH = "kubernetes:external-secrets.io/v1alpha1:PushSecret"
PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"
# What External Secrets asks of Secret Manager for a push into a secret that exists.
NEEDED = {"secretmanager.secrets.get", "secretmanager.versions.access", "secretmanager.versions.add"}
CHANGES = ("create", "update", "delete", "destroy", "disable", "setIamPolicy")


@pytest.fixture(scope="module")
def graph(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


def only(graph: Graph, token: str) -> Node:
    [found] = graph.of_type(token)
    return found


def specs(graph: Graph, token: str) -> dict[str, Any]:
    """Specifications by the objects' names."""
    return {node.inputs["metadata"]["name"]: node.inputs["spec"] for node in graph.of_type(token)}


class TestIdentity:
    def test_google_trusts_service_accounts_of_the_primarys_cluster_by_name(self, graph: Graph) -> None:
        inputs = only(graph, PROVIDER).inputs
        assert inputs["workloadIdentityPoolId"] == "aws-primary"
        assert inputs["oidc"] == {"issuerUri": "https://oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF"}
        assert inputs["attributeMapping"] == {"google.subject": "assertion.sub"}
        assert inputs["attributeCondition"] == (
            f"assertion.sub in ['{SUBJECT}', 'system:serviceaccount:vault:vault-export']"
        )

    def test_it_acts_as_the_account_that_may_add_versions(self, graph: Graph) -> None:
        grant = only(graph, "gcp:serviceaccount/iAMMember:IAMMember").inputs
        assert grant["serviceAccountId"] == f"projects/example-standby/serviceAccounts/{ACCOUNT}"
        assert grant["role"] == "roles/iam.workloadIdentityUser"
        pool = "projects/123456789012/locations/global/workloadIdentityPools/aws-primary"
        assert grant["member"] == f"principal://iam.googleapis.com/{pool}/subject/{SUBJECT}"

    def test_the_store_names_both_and_no_key(self, graph: Graph) -> None:
        [spec] = specs(graph, STORE).values()
        pool = "projects/123456789012/locations/global/workloadIdentityPools/aws-primary"
        audience = f"//iam.googleapis.com/{pool}/providers/primary-cluster"
        assert spec == {
            "provider": {
                "gcpsm": {
                    "projectID": "example-standby",
                    "auth": {
                        "workloadIdentityFederation": {
                            "audience": audience,
                            "gcpServiceAccountEmail": ACCOUNT,
                            "serviceAccountRef": {"name": "standby-secrets", "audiences": [f"https:{audience}"]},
                        }
                    },
                }
            }
        }
        assert only(graph, "gcp:serviceaccount/iAMMember:IAMMember").urn in only(graph, STORE).state["dependencies"]

    def test_the_controller_may_make_tokens_of_that_account_alone(self, graph: Graph) -> None:
        role, binding = (
            only(graph, f"kubernetes:rbac.authorization.k8s.io/v1:{kind}") for kind in ("Role", "RoleBinding")
        )
        [rule] = role.inputs["rules"]
        assert rule == {
            "apiGroups": [""],
            "resources": ["serviceaccounts/token"],
            "resourceNames": ["standby-secrets"],
            "verbs": ["create"],
        }
        assert binding.inputs["subjects"] == [
            {"kind": "ServiceAccount", "name": "external-secrets", "namespace": "external-secrets"}
        ]
        assert binding.inputs["roleRef"]["name"] == role.inputs["metadata"]["name"]

    def test_no_pod_gets_its_token(self, graph: Graph) -> None:
        assert only(graph, "kubernetes:core/v1:ServiceAccount").inputs["automountServiceAccountToken"] is False

    def test_the_standby_lets_it_do_what_a_push_takes_and_change_nothing(self, dr: Graph) -> None:
        [role] = [node for node in dr.of_type("gcp:projects/iAMCustomRole:IAMCustomRole") if "copier" in node.name]
        permissions = set(role.inputs["permissions"])
        assert permissions >= NEEDED
        assert not [each for each in permissions if each.endswith(CHANGES)]


class TestCopies:
    def test_each_secret_is_read_and_pushed(self, graph: Graph) -> None:
        read, push = specs(graph, READ), specs(graph, PUSH)
        assert read.keys() == push.keys() == SECRETS.keys()
        for secret in SECRETS:
            [data] = read[secret]["data"]
            assert f":secret:sample/{secret}-" in data["remoteRef"]["key"]
            [pushed] = push[secret]["data"]
            assert pushed["match"] == {"secretKey": data["secretKey"], "remoteRef": {"remoteKey": f"sample-{secret}"}}
            assert push[secret]["selector"] == {"secret": {"name": read[secret]["target"]["name"]}}
            assert push[secret]["secretStoreRefs"] == [{"kind": "SecretStore", "name": next(iter(specs(graph, STORE)))}]
            assert read[secret]["refreshInterval"] == push[secret]["refreshInterval"] == "7m"

    def test_new_values_replace_old_ones_and_nothing_is_deleted(self, graph: Graph) -> None:
        for spec in specs(graph, PUSH).values():
            assert (spec["updatePolicy"], spec["deletionPolicy"]) == ("Replace", "None")
        for spec in specs(graph, READ).values():
            assert spec["target"]["deletionPolicy"] == "Retain"

    def test_labels_and_topics_stay_as_the_standby_made_them(self, graph: Graph) -> None:
        for spec in specs(graph, PUSH).values():
            [data] = spec["data"]
            assert data["metadata"]["spec"] == {
                "mergePolicy": "Merge",
                "topics": ["projects/example-standby/topics/reminders"],
            }

    def test_they_are_where_nothing_else_reads_them(self, graph: Graph) -> None:
        namespace = only(graph, "kubernetes:core/v1:Namespace").inputs["metadata"]
        assert namespace["labels"]["secret-store"] == "platform"
        inside = [*graph.of_type(READ), *graph.of_type(PUSH), *graph.of_type(STORE)]
        assert {node.inputs["metadata"]["namespace"] for node in inside} == {namespace["name"]}


class TestStack:
    def test_every_secret_of_the_settings_reaches_its_namesake(
        self, prod: Graph, dr: Graph, interconnect: Graph
    ) -> None:
        remote = {node.inputs["secretId"]: node for node in dr.of_type("gcp:secretmanager/secret:Secret")}
        pushed = specs(interconnect, PUSH)
        arns = prod.document["outputs"]["secrets"]
        assert pushed.keys() == arns.keys() == specs(interconnect, READ).keys()
        for secret, spec in pushed.items():
            [data] = spec["data"]
            kept = remote.pop(data["match"]["remoteRef"]["remoteKey"])
            # What External Secrets wants to see before it adds a version, and would change if it differed.
            assert kept.inputs["labels"]["managed-by"] == "external-secrets"
            assert [topic["name"] for topic in kept.inputs["topics"]] == data["metadata"]["spec"]["topics"]
            assert specs(interconnect, READ)[secret]["data"][0]["remoteRef"]["key"] == arns[secret]
        assert not [secret for secret in remote if "vault" not in secret]

    def test_the_primarys_cluster_is_whom_google_trusts(self, prod: Graph, dr: Graph, interconnect: Graph) -> None:
        provider = only(interconnect, PROVIDER).inputs
        assert provider["oidc"]["issuerUri"] == prod.document["outputs"]["cluster"]["oidcIssuer"]
        assert (
            provider["workloadIdentityPoolId"]
            == only(dr, "gcp:iam/workloadIdentityPool:WorkloadIdentityPool").inputs["workloadIdentityPoolId"]
        )

    def test_the_primary_may_read_what_is_copied(self, prod: Graph) -> None:
        [rights] = [
            node.inputs["policy"]
            for node in prod.of_type("aws:iam/rolePolicy:RolePolicy")
            if node.name.startswith("controllers-external-secrets")
        ]
        assert ":secret:platform-production/*" in rights

    def test_objects_in_the_cluster_say_whose_they_are(self, interconnect: Graph) -> None:
        ours = [node for node in interconnect.nodes.values() if node.type.startswith("kubernetes:")]
        assert ours
        for node in ours:
            labels = node.inputs["metadata"]["labels"]
            assert labels["dr-role"] == "link"
            assert labels["data-class"] == "restricted"


class TestAlarm:
    def test_the_standby_counts_comparisons_by_secret(self, graph: Graph) -> None:
        metric = only(graph, "gcp:logging/metric:Metric").inputs
        assert f'principalEmail="{ACCOUNT}"' in metric["filter"]
        assert 'log_id("cloudaudit.googleapis.com/data_access")' in metric["filter"]
        assert "SecretManagerService.AccessSecretVersion" in metric["filter"]
        assert "severity < ERROR" in metric["filter"], "a comparison that is refused would count as one"
        assert metric["labelExtractors"].keys() == {label["key"] for label in metric["metricDescriptor"]["labels"]}

    def test_the_standby_logs_them(self, dr: Graph) -> None:
        audited = only(dr, "gcp:projects/iAMAuditConfig:IAMAuditConfig").inputs
        assert audited["service"] == "allServices"
        assert {"logType": "DATA_READ"} in audited["auditLogConfigs"]

    def test_each_secret_has_an_alarm_when_nobody_compares_it_for_its_rpo(self, graph: Graph) -> None:
        for policy in graph.of_type(POLICY):
            [condition] = policy.inputs["conditions"]
            query = condition["conditionPrometheusQueryLanguage"]
            secret = next(name for name in SECRETS if f'secret="sample-{name}"' in query["query"])
            assert f"[{SECRETS[secret]}m]" in query["query"]
            assert "logging_googleapis_com:user_platform_test_secret_rounds{" in query["query"]
            # Silence is no value, which must count as none.
            assert query["query"].endswith("or vector(0)) < 1")
            assert query["disableMetricValidation"] is True
            assert policy.inputs["severity"] == "CRITICAL"
            assert policy.inputs["notificationChannels"] == ["projects/example-standby/notificationChannels/1"]
        assert len(graph.of_type(POLICY)) == len(SECRETS)
