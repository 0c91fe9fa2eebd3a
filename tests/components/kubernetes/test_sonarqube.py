"""SonarQube in the primary's cluster, and what AWS keeps for it."""

import json
from typing import Any

from preview.graph import Graph, Node
from tests.stacks.variants import update

RELEASE = "kubernetes:helm.sh/v3:Release"
PEM = f"-----BEGIN CERTIFICATE-----\n{'MIIC' * 16}\n" + f"{'AbCd' * 16}\n" * 8 + "-----END CERTIFICATE-----\n"


def release(graph: Graph) -> Node:
    (found,) = [node for node in graph.of_type(RELEASE) if node.inputs["name"] == "sonarqube"]
    return found


def values(graph: Graph) -> dict[str, Any]:
    return release(graph).inputs["values"]


def placed(graph: Graph, token: str) -> dict[str, Node]:
    return {
        node.inputs["metadata"]["name"]: node
        for node in graph.of_type(token)
        if node.inputs["metadata"].get("namespace") == "sonarqube"
    }


class TestPod:
    def test_nothing_privileged_prepares_the_node_or_the_volume(self, prod: Graph) -> None:
        assert values(prod)["initSysctl"]["enabled"] is values(prod)["initFs"]["enabled"] is False
        # Elasticsearch's checks of the node stay on: a node that cannot carry it is seen at once.
        assert "elasticsearch" not in values(prod)
        (namespace,) = [
            n for n in prod.of_type("kubernetes:core/v1:Namespace") if n.inputs["metadata"]["name"] == "sonarqube"
        ]
        assert namespace.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"

    def test_the_tag_is_one_that_a_label_holds(self, prod: Graph) -> None:
        image = values(prod)["image"]
        assert image["repository"].endswith("-community@sha256")
        assert len(image["tag"]) == 64
        assert set(image["tag"]) <= set("0123456789abcdef")

    def test_its_index_is_on_a_volume_of_the_default_class(self, prod: Graph) -> None:
        persistence = values(prod)["persistence"]
        assert persistence["enabled"] is True
        assert not persistence.get("storageClass")

    def test_it_tells_nobody_of_itself(self, prod: Graph) -> None:
        properties = values(prod)["sonarProperties"]
        assert properties["sonar.telemetry.enable"] == properties["sonar.updatecenter.activate"] == "false"
        assert properties["sonar.forceAuthentication"] == "true"


class TestWays:
    def test_only_the_database_and_itself_are_reached(self, prod: Graph) -> None:
        policies = placed(prod, "kubernetes:networking.k8s.io/v1:NetworkPolicy")
        assert set(policies) == {
            "default-deny",
            "allow-dns-and-identity",
            "allow-to-database",
            "allow-to-itself",
            "allow-from-itself",
        }
        (rule,) = policies["allow-to-database"].inputs["spec"]["egress"]
        assert [port["port"] for port in rule["ports"]] == [5432]
        subnets = {node.inputs["cidrBlock"] for node in prod.of_type("aws:ec2/subnet:Subnet") if "-data-" in node.name}
        assert subnets
        assert subnets <= {peer["ipBlock"]["cidr"] for peer in rule["to"]}

    def test_no_name_leads_to_it(self, prod: Graph) -> None:
        assert values(prod).get("ingress") is values(prod).get("httproute") is values(prod).get("service") is None


class TestSecrets:
    def test_each_comes_from_secrets_manager(self, prod: Graph) -> None:
        asked = placed(prod, "kubernetes:external-secrets.io/v1:ExternalSecret")
        assert set(asked) == {"sonarqube-admin", "sonarqube-jdbc", "sonarqube-monitoring"}
        made = {"sonarqube-admin": "admin", "sonarqube-jdbc": "database", "sonarqube-monitoring": "monitoring"}
        for name, node in asked.items():
            (read,) = node.inputs["spec"]["data"]
            assert read["remoteRef"]["key"].startswith(f"sonarqube-secrets-{made[name]}-")
        given = values(prod)
        assert given["jdbcOverwrite"]["jdbcSecretName"] == "sonarqube-jdbc"
        assert given["monitoringPasscodeSecretName"] == "sonarqube-monitoring"
        assert given["setAdminPassword"]["passwordSecretName"] == "sonarqube-admin"

    def test_none_is_in_the_values(self, prod: Graph) -> None:
        assert "jdbcPassword" not in values(prod)["jdbcOverwrite"]
        assert not {"monitoringPasscode", "account"} & values(prod).keys()

    def test_the_administrators_password_is_one_that_sonarqube_takes(self, prod: Graph) -> None:
        states = [json.loads(n.inputs["desiredState"]) for n in prod.of_type("aws:cloudcontrol/resource:Resource")]
        (admin,) = [state for state in states if state["Name"].endswith("/sonarqube/admin")]
        generate = admin["GenerateSecretString"]
        # A refused change would leave the password that everybody knows.
        assert not generate.get("ExcludePunctuation")
        assert generate["RequireEachIncludedType"] is True
        assert 12 <= generate["PasswordLength"] <= 72


class TestDatabase:
    def test_the_connection_is_encrypted(self, prod: Graph) -> None:
        assert values(prod)["jdbcOverwrite"]["jdbcUrl"].endswith(":5432/sonarqube?sslmode=require")

    def test_the_database_is_checked_once_its_authority_is_known(self) -> None:
        graph = update("prod", {"platform.sonarqube.database_ca": PEM})
        given = values(graph)
        (mount,) = given["extraVolumeMounts"]
        assert f"sslmode=verify-full&sslrootcert={mount['mountPath']}/ca.pem" in given["jdbcOverwrite"]["jdbcUrl"]
        (volume,) = given["extraVolumes"]
        authority = placed(graph, "kubernetes:core/v1:ConfigMap")[volume["configMap"]["name"]]
        assert authority.inputs["data"] == {"ca.pem": PEM}


def test_nothing_of_it_is_there_unless_wanted(dr: Graph) -> None:
    for graph in (dr, update("prod", {"platform.sonarqube.installed": False})):
        assert not [node for node in graph.of_type(RELEASE) if node.inputs["name"] == "sonarqube"]
        assert not placed(graph, "kubernetes:networking.k8s.io/v1:NetworkPolicy")
