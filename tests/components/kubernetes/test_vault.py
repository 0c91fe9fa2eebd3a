"""Vault in both clusters: the same but for its cloud, closed, and copied one way."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from analysis.flows import Cluster, Pod
from preview.graph import Graph, Node
from settings.kubernetes.vault import EXPORTER, VaultSettings
from settings.vendor import CHARTS
from tests.stacks.variants import update

DIGEST = "sha256:" + "0" * 64
BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])
RELEASE = "kubernetes:helm.sh/v3:Release"
CRON_JOB = "kubernetes:batch/v1:CronJob"
CERTIFICATE = "kubernetes:cert-manager.io/v1:Certificate"
STORE = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
READING = {"workloads.auth.uses.vault": ["pepper"], "workloads.core.uses.vault": ["partner-token"]}
"""Settings with secrets in Vault."""

PROGRAMS = {"prod": {"vault-configure", "vault-snapshot", "vault-export"},
            "dr": {"vault-configure", "vault-snapshot", "vault-import"}}  # fmt: skip
SETTINGS = VaultSettings()


def named(graph: Graph, token: str) -> dict[str, Node]:
    """Objects of Vault's namespace by their names."""
    return {
        node.inputs["metadata"]["name"]: node
        for node in graph.of_type(token)
        if node.inputs["metadata"].get("namespace") == "vault"
    }


def release(graph: Graph) -> Node:
    [found] = [node for node in graph.of_type(RELEASE) if node.inputs["name"] == "vault"]
    return found


def server(graph: Graph) -> Mapping[str, Any]:
    return release(graph).inputs["values"]["server"]


def configuration(graph: Graph) -> Mapping[str, Any]:
    return json.loads(server(graph)["ha"]["raft"]["config"])


def told(graph: Graph, program: str) -> Mapping[str, Any]:
    return json.loads(named(graph, "kubernetes:core/v1:ConfigMap")[program].inputs["data"]["settings.json"])


def pod(graph: Graph, program: str) -> Mapping[str, Any]:
    return named(graph, CRON_JOB)[program].inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def grants(graph: Graph, account: str) -> set[tuple[str, str]]:
    """Last part of the type, and role, of what a service account of GKE may do."""
    return {
        (node.type.rpartition(":")[2], str(node.inputs["role"]))
        for node in graph.nodes.values()
        if str(node.inputs.get("member", "")).endswith(f"/subject/{account}")
    }


class TestServers:
    @BOTH
    def test_chart_and_image_come_from_the_clouds_own_registry(self, stack: str, graphs: dict[str, Graph]) -> None:
        made = release(graphs[stack]).inputs
        assert made["version"] == CHARTS["vault"].version
        assert made["chart"].endswith("/charts/vault")
        image = server(graphs[stack])["image"]
        assert image["tag"].endswith(f"@{DIGEST}")
        assert made["chart"].removeprefix("oci://").removesuffix("/charts/vault") == image["repository"].removesuffix(
            "/vault"
        )

    @BOTH
    def test_disks_wait_for_classes_of_ours_and_those_with_secrets_outlive_their_claims(
        self, stack: str, graphs: dict[str, Graph]
    ) -> None:
        made = release(graphs[stack])
        waited = {
            graphs[stack].nodes[urn].inputs["metadata"]["name"]
            for urn in made.state["propertyDependencies"]["values"]
            if graphs[stack].nodes[urn].type == "kubernetes:storage.k8s.io/v1:StorageClass"
        }
        given = server(graphs[stack])
        assert given["dataStorage"]["storageClass"] == "encrypted-retained"
        assert given["auditStorage"]["storageClass"] == "encrypted"
        assert waited == {"encrypted", "encrypted-retained"}

    @BOTH
    def test_an_odd_number_of_servers_is_spread_over_zones_and_joins_itself(
        self, stack: str, graphs: dict[str, Graph]
    ) -> None:
        graph = graphs[stack]
        assert server(graph)["ha"]["replicas"] == 5
        [spread] = server(graph)["topologySpreadConstraints"]
        assert (spread["topologyKey"], spread["whenUnsatisfiable"]) == ("topology.kubernetes.io/zone", "DoNotSchedule")
        joined = [join["leader_api_addr"] for join in configuration(graph)["storage"]["raft"]["retry_join"]]
        assert joined == [f"https://vault-{number}.vault-internal:8200" for number in range(5)]

    @BOTH
    def test_everything_is_encrypted_in_transit(self, stack: str, graphs: dict[str, Graph]) -> None:
        assert release(graphs[stack]).inputs["values"]["global"]["tlsDisable"] is False
        listener = configuration(graphs[stack])["listener"]["tcp"]
        assert listener["tls_min_version"] == "tls12"
        assert "tls_disable" not in listener
        for program in PROGRAMS[stack] - {"vault-export"}:
            assert told(graphs[stack], program)["address"].startswith("https://")
            assert told(graphs[stack], program)["authority"] == "/etc/vault-ca/ca.crt"

    @BOTH
    def test_the_certificate_has_every_name_that_is_called(self, stack: str, graphs: dict[str, Graph]) -> None:
        certificates = named(graphs[stack], CERTIFICATE)
        names = certificates["vault-tls"].inputs["spec"]["dnsNames"]
        assert {"*.vault-internal", "*.vault-internal.vault.svc", "vault-active.vault.svc", "vault.vault.svc"} <= set(
            names
        )
        assert certificates["vault-tls"].inputs["spec"]["ipAddresses"] == ["127.0.0.1"]
        assert certificates["vault-ca"].inputs["spec"]["isCA"] is True

    def test_each_is_opened_by_its_own_clouds_key(self, prod: Graph, dr: Graph) -> None:
        [aws_key] = [node for node in prod.of_type("aws:kms/key:Key") if node.name == "keys-vault"]
        assert configuration(prod)["seal"] == {"awskms": {"region": "us-west-2", "kms_key_id": aws_key.outputs["arn"]}}
        [seal] = configuration(dr)["seal"].items()
        [key] = [node for node in dr.of_type("gcp:kms/cryptoKey:CryptoKey") if node.name == "keys-vault"]
        kind, option = seal
        assert kind == "gcpckms"
        assert key.state["id"] == (
            f"projects/{option['project']}/locations/{option['region']}/keyRings/{option['key_ring']}"
            f"/cryptoKeys/{option['crypto_key']}"
        )

    def test_both_are_the_same_but_for_seal_account_and_registry(self, prod: Graph, dr: Graph) -> None:
        def common(graph: Graph) -> tuple[Any, Any]:
            values = json.loads(json.dumps(release(graph).inputs["values"]))
            own = values["server"]
            del own["image"], own["extraContainers"][0]["image"], own["ha"]["raft"]["config"]
            return values, {key: value for key, value in configuration(graph).items() if key != "seal"}

        assert common(prod) == common(dr)

    @BOTH
    def test_pods_keep_to_the_restricted_standard(self, stack: str, graphs: dict[str, Graph]) -> None:
        [labels] = [
            node.inputs["metadata"]["labels"]
            for node in graphs[stack].of_type("kubernetes:core/v1:Namespace")
            if node.inputs["metadata"]["name"] == "vault"
        ]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
        security = server(graphs[stack])["statefulSet"]["securityContext"]
        [keeper] = server(graphs[stack])["extraContainers"]
        assert security["pod"]["runAsNonRoot"] is True
        assert security["pod"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in (security["container"], keeper["securityContext"]):
            assert container["allowPrivilegeEscalation"] is False
            assert container["readOnlyRootFilesystem"] is True
            assert container["capabilities"] == {"drop": ["ALL"]}

    @BOTH
    def test_a_server_without_anything_in_it_does_not_hold_up_its_installation(
        self, stack: str, graphs: dict[str, Graph]
    ) -> None:
        assert "uninitcode=204" in server(graphs[stack])["readinessProbe"]["path"]
        assert "sealedcode" not in server(graphs[stack])["readinessProbe"]["path"], "a sealed one answers nobody"
        assert "sealedcode=204" in server(graphs[stack])["livenessProbe"]["path"], "a restart would unseal nothing"


class TestNetwork:
    @BOTH
    def test_the_api_is_open_to_programs_and_to_who_reads_for_workloads(
        self, stack: str, graphs: dict[str, Graph]
    ) -> None:
        def callers(graph: Graph) -> set[str]:
            return {
                peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
                for policy in named(graph, "kubernetes:networking.k8s.io/v1:NetworkPolicy").values()
                for rule in policy.inputs["spec"].get("ingress") or []
                for peer in rule["from"]
            }

        assert callers(graphs[stack]) == {"vault"}
        assert callers(update(stack, READING)) == {"vault", "external-secrets"}
        seen = Cluster(update(stack, READING))
        reads, serves = (
            Pod("external-secrets"),
            Pod("vault", {"app.kubernetes.io/name": "vault", "component": "server"}),
        )
        assert seen.leaves(reads, serves, 8200)
        assert seen.enters(reads, serves, 8200)
        assert not seen.enters(reads, serves, 8201)


class TestReaders:
    @BOTH
    def test_a_workload_reads_its_own_secrets_by_its_own_store(self, stack: str) -> None:
        graph = update(stack, READING)
        stores = {node.inputs["metadata"]["name"]: node.inputs["spec"] for node in graph.of_type(STORE)}
        assert stores.keys() == {"platform", "vault-auth", "vault-core"}
        for workload in ("auth", "core"):
            store = stores[f"vault-{workload}"]
            assert store["conditions"] == [{"namespaces": [workload]}]
            vault = store["provider"]["vault"]
            assert (vault["server"], vault["path"], vault["version"]) == (
                told(graph, "vault-configure")["address"],
                next(iter(told(graph, "vault-configure")["mounts"])),
                "v2",
            )
            assert vault["caProvider"] == {
                "type": "Secret",
                "name": "vault-tls",
                "namespace": "vault",
                "key": "ca.crt",
            }
            login = vault["auth"]["kubernetes"]
            role = told(graph, "vault-configure")["roles"][login["role"]]
            account = login["serviceAccountRef"]
            assert role["bound_service_account_namespaces"] == [account["namespace"]]
            assert role["bound_service_account_names"] == [account["name"]]
            assert account["audiences"] == [role["audience"]]
            assert account["name"] in named(graph, "kubernetes:core/v1:ServiceAccount")

    @BOTH
    def test_external_secrets_makes_tokens_of_these_accounts_alone(self, stack: str) -> None:
        graph = update(stack, READING)
        roles = named(graph, "kubernetes:rbac.authorization.k8s.io/v1:Role")
        [binding] = named(graph, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding").values()
        [rule] = roles[binding.inputs["roleRef"]["name"]].inputs["rules"]
        assert rule["resources"] == ["serviceaccounts/token"]
        assert rule["verbs"] == ["create"]
        assert rule["resourceNames"] == ["workload-auth", "workload-core"]
        [subject] = binding.inputs["subjects"]
        [release] = [node for node in graph.of_type(RELEASE) if node.inputs["name"] == "external-secrets"]
        assert subject["name"] == release.inputs["values"]["serviceAccount"]["name"]
        assert subject["namespace"] == release.inputs["namespace"]

    @BOTH
    def test_who_uses_no_vault_has_nothing_there(self, stack: str, graphs: dict[str, Graph]) -> None:
        for graph, readers in ((graphs[stack], set()), (update(stack, READING), {"workload-auth", "workload-core"})):
            wanted = told(graph, "vault-configure")
            for kind in ("policies", "roles"):
                assert {name for name in wanted[kind] if name.startswith("workload-")} == readers
        assert [node.inputs["metadata"]["name"] for node in graphs[stack].of_type(STORE)] == ["platform"]


class TestPrograms:
    @BOTH
    def test_each_runs_with_its_own_account_and_a_token_for_vault_alone(
        self, stack: str, graphs: dict[str, Graph]
    ) -> None:
        assert named(graphs[stack], CRON_JOB).keys() == PROGRAMS[stack]
        for program in PROGRAMS[stack]:
            spec = pod(graphs[stack], program)
            assert spec["serviceAccountName"] == program
            assert spec["automountServiceAccountToken"] is False
            [tokens] = [volume["projected"]["sources"] for volume in spec["volumes"] if "projected" in volume]
            audiences = [source["serviceAccountToken"]["audience"] for source in tokens]
            assert audiences[0] == "vault"
            assert len(audiences) == (2 if program == "vault-export" else 1)

    @BOTH
    def test_none_has_rights_on_its_node_or_more_than_it_needs(self, stack: str, graphs: dict[str, Graph]) -> None:
        for program in PROGRAMS[stack]:
            spec = pod(graphs[stack], program)
            [container] = spec["containers"]
            assert spec["securityContext"]["runAsNonRoot"] is True
            assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True,
            }
            assert container["image"].endswith(f"@{DIGEST}")
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}

    @BOTH
    def test_one_run_at_a_time(self, stack: str, graphs: dict[str, Graph]) -> None:
        for program in named(graphs[stack], CRON_JOB).values():
            assert program.inputs["spec"]["concurrencyPolicy"] == "Forbid"

    @BOTH
    def test_their_code_is_all_there(self, stack: str, graphs: dict[str, Graph]) -> None:
        code = named(graphs[stack], "kubernetes:core/v1:ConfigMap")["vault-jobs"].inputs["data"]
        for program in PROGRAMS[stack]:
            [container] = pod(graphs[stack], program)["containers"]
            [module] = [word for word in container["command"] if word.startswith("vault_jobs.")]
            assert f"{module.partition('.')[2]}.py" in code
            assert container["workingDir"] == "/opt"
            assert "/opt/vault_jobs" in [mount["mountPath"] for mount in container["volumeMounts"]]
        assert sum(map(len, code.values())) < 1024 * 1024, "no ConfigMap holds more"

    @BOTH
    def test_vault_gets_two_audit_devices_and_a_role_for_each_account(self, stack: str) -> None:
        wanted = told(update(stack, READING), "vault-configure")
        assert len(wanted["audit"]) == 2
        assert wanted["policies"].keys() == wanted["roles"].keys()
        for role, bound in wanted["roles"].items():
            assert len(bound["bound_service_account_names"]) == len(bound["bound_service_account_namespaces"]) == 1
            if role.startswith("workload-"):
                workload = role.removeprefix("workload-")
                assert bound["bound_service_account_namespaces"] == ["vault"]
                assert bound["bound_service_account_names"] == [role]
                assert wanted["policies"][role] == f'path "apps/data/{workload}/*" {{ capabilities = ["read"] }}\n'

    def test_both_vaults_are_configured_alike(self, prod: Graph, dr: Graph) -> None:
        first, second = (dict(told(graph, "vault-configure")) for graph in (prod, dr))
        for own in ("export", "import"):
            for kind in ("policies", "roles"):
                first[kind].pop(own, None)
                second[kind].pop(own, None)
        del first["recovery_store"], second["recovery_store"]
        assert first == second


class TestRights:
    def test_on_aws_each_account_may_do_one_thing(self, prod: Graph) -> None:
        def actions(controller: str) -> set[str]:
            [policy] = [
                node for node in prod.of_type("aws:iam/rolePolicy:RolePolicy")
                if node.name.startswith(f"controllers-{controller}-rights")
            ]  # fmt: skip
            return {
                action for statement in json.loads(policy.inputs["policy"])["Statement"]
                for action in statement["Action"]
            }  # fmt: skip

        assert actions("vault") == {"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"}
        assert actions("vault-snapshot") == {"kms:GenerateDataKey", "s3:PutObject"}
        assert actions("vault-configure") == {
            "kms:Decrypt", "kms:GenerateDataKey", "secretsmanager:PutSecretValue",
        }  # fmt: skip

    def test_external_secrets_cannot_read_the_recovery_keys(self, prod: Graph, dr: Graph) -> None:
        [secret] = [
            node for node in prod.of_type("aws:secretsmanager/secret:Secret") if node.name == "vault-home-recovery"
        ]
        assert not secret.inputs["name"].startswith("platform-production/")
        assert not [
            node for node in dr.of_type("gcp:secretmanager/secretIamMember:SecretIamMember")
            if "vault-recovery" in str(node.inputs["secretId"]) and "Adder" not in node.inputs["role"]
        ]  # fmt: skip

    def test_on_google_cloud_each_account_may_do_one_thing(self, dr: Graph) -> None:
        assert grants(dr, "ns/vault/sa/vault-configure") == {
            ("SecretIamMember", "roles/secretmanager.secretVersionAdder")
        }
        assert grants(dr, "ns/vault/sa/vault-snapshot") == {("BucketIAMMember", "roles/storage.objectCreator")}
        assert grants(dr, "ns/vault/sa/vault-import") == {
            ("BucketIAMMember", "roles/storage.objectViewer"),
            ("CryptoKeyIAMMember", "roles/cloudkms.cryptoKeyDecrypter"),
            ("IAMMember", "roles/monitoring.metricWriter"),
        }

    def test_who_exports_can_neither_read_nor_decrypt(self, dr: Graph) -> None:
        found = grants(dr, EXPORTER)
        assert {kind for kind, _ in found} == {"BucketIAMMember", "CryptoKeyIAMMember"}
        assert ("CryptoKeyIAMMember", "roles/cloudkms.cryptoKeyEncrypter") in found
        [role] = [node for node in dr.of_type("gcp:projects/iAMCustomRole:IAMCustomRole") if "replacer" in node.name]
        assert set(role.inputs["permissions"]) == {"storage.objects.create", "storage.objects.delete"}


class TestCopy:
    def test_the_exporter_is_told_where_to_by_the_stack_that_joins(
        self, prod: Graph, dr: Graph, interconnect: Graph
    ) -> None:
        wanted = told(interconnect, "vault-export")
        assert (
            wanted["bucket"] == dr.document["outputs"]["buckets"]["vault-copies"] == told(dr, "vault-import")["bucket"]
        )
        assert wanted["key"] == told(dr, "vault-import")["key"]
        assert wanted["mount"] == told(dr, "vault-import")["mount"]
        [settings] = [
            volume["configMap"] for volume in pod(prod, "vault-export")["volumes"] if volume["name"] == "settings"
        ]
        assert settings == {"name": "vault-export", "optional": True}
        [tokens] = [v["projected"]["sources"] for v in pod(prod, "vault-export")["volumes"] if "projected" in v]
        google = tokens[1]["serviceAccountToken"]
        # Google takes the provider's name with https: before it, and the exchange names it without.
        assert google["audience"] == f"https:{wanted['audience']}"
        assert wanted["google_token_file"].endswith(f"/{google['path']}")

    def test_google_lets_the_exporter_in_by_name(self, interconnect: Graph) -> None:
        [provider] = interconnect.of_type("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider")
        assert repr(EXPORTER) in provider.inputs["attributeCondition"]

    def test_age_and_silence_both_raise_the_alarm_within_the_promise(self, interconnect: Graph) -> None:
        [policy] = [
            node for node in interconnect.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
            if node.name.startswith("vault-alarms")
        ]  # fmt: skip
        [condition] = policy.inputs["conditions"]
        query = condition["conditionPrometheusQueryLanguage"]["query"]
        quiet = 3 * SETTINGS.copy_minutes
        assert "custom_googleapis_com:replication_vault_age_seconds{" in query
        assert query.startswith("absent_over_time(")
        assert query.count(f"[{quiet}m]") == 2
        assert query.endswith(f"> {(SETTINGS.copy_rpo - quiet) * 60}")
        assert policy.inputs["severity"] == "CRITICAL"

    def test_the_import_rests_while_the_region_serves(self, graphs: dict[str, Graph], changed_stack: Any) -> None:
        assert named(graphs["dr"], CRON_JOB)["vault-import"].inputs["spec"]["suspend"] is False
        active = changed_stack("dr", {"mode": "active"})
        assert named(active, CRON_JOB)["vault-import"].inputs["spec"]["suspend"] is True
        assert named(active, CRON_JOB)["vault-snapshot"].inputs["spec"]["suspend"] is False
