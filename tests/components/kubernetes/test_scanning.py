"""Trivy's operator in each cluster."""

import pytest

from preview.graph import Graph


@pytest.mark.parametrize("stack", ["prod", "dr"])
class TestScanning:
    def test_it_judges_without_jobs_databases_or_nodes(self, graphs: dict[str, Graph], stack: str) -> None:
        operator = values(graphs[stack])["operator"]
        on = {name for name, value in operator.items() if name.endswith("Enabled") and value}
        off = {name for name, value in operator.items() if name.endswith("Enabled") and not value}
        assert on == {"configAuditScannerEnabled", "rbacAssessmentScannerEnabled"}
        # Each of these starts jobs, on whose images and databases the cluster would depend.
        assert off >= {"vulnerabilityScannerEnabled", "exposedSecretScannerEnabled", "infraAssessmentScannerEnabled"}

    def test_it_reads_no_secrets(self, graphs: dict[str, Graph], stack: str) -> None:
        assert values(graphs[stack])["operator"]["accessGlobalSecretsAndServiceAccount"] is False

    def test_it_reaches_the_api_server_alone(self, graphs: dict[str, Graph], stack: str) -> None:
        ways = {
            node.inputs["metadata"]["name"]
            for node in graphs[stack].of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy")
            if node.inputs["metadata"]["namespace"] == "trivy-system"
        }
        assert ways == {"default-deny", "allow-dns-and-identity", "allow-to-api-server", "allow-from-monitoring"}


def values(graph: Graph) -> dict:
    (found,) = [n for n in graph.of_type("kubernetes:helm.sh/v3:Release") if n.inputs["name"] == "trivy-operator"]
    return found.inputs["values"]
