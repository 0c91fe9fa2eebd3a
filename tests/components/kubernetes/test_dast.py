"""ZAP's scan: what it may reach and do, where it starts, and what a run says."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.kubernetes.dast import FOUND, SCAN, WORK
from preview.graph import Graph
from tests.stacks.variants import shipped, update

CRON_JOB, POLICY = "kubernetes:batch/v1:CronJob", "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def job(graph: Graph) -> dict[str, Any]:
    (found,) = [n for n in graph.of_type(CRON_JOB) if n.inputs["metadata"]["namespace"] == "zap"]
    return found.inputs["spec"]


def pod(graph: Graph) -> dict[str, Any]:
    return job(graph)["jobTemplate"]["spec"]["template"]["spec"]


def environment(graph: Graph) -> dict[str, str]:
    (container,) = pod(graph)["containers"]
    return {variable["name"]: variable["value"] for variable in container["env"]}


def policies(graph: Graph) -> dict[str, dict[str, Any]]:
    return {
        node.inputs["metadata"]["name"]: node.inputs["spec"]
        for node in graph.of_type(POLICY)
        if node.inputs["metadata"]["namespace"] == "zap"
    }


class TestScan:
    def test_it_starts_at_the_standby(self, prod: Graph) -> None:
        assert environment(prod)["TARGET"] == f"https://standby.{shipped('prod')['domain']}"

    def test_schedule_target_and_rules_are_settings(self) -> None:
        target = f"https://staging.{shipped('prod')['domain']}/shop"
        changes = {"schedule": "0 1 * * 0", "target": target, "failing_rules": ["10017"]}
        graph = update("prod", {f"platform.dast.{key}": value for key, value in changes.items()})
        assert job(graph)["schedule"] == "0 1 * * 0"
        assert environment(graph)["TARGET"] == target
        (scan,) = [
            n.inputs["data"]
            for n in graph.of_type("kubernetes:core/v1:ConfigMap")
            if n.inputs["metadata"]["namespace"] == "zap"
        ]
        assert [line.split("\t")[:2] for line in scan["rules.conf"].splitlines()] == [["10017", "FAIL"]]

    def test_it_asks_nobody_for_newer_rules(self) -> None:
        assert '-z "-silent ' in SCAN

    def test_one_runs_at_a_time_and_ends(self, prod: Graph) -> None:
        assert job(prod)["concurrencyPolicy"] == "Forbid"
        assert job(prod)["jobTemplate"]["spec"]["activeDeadlineSeconds"] <= 7200

    def test_what_was_found_is_not_looked_for_again(self, prod: Graph) -> None:
        ignored, failed = job(prod)["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]
        assert (ignored["action"], ignored["onPodConditions"][0]["type"]) == ("Ignore", "DisruptionTarget")
        assert (failed["action"], failed["onExitCodes"]["values"]) == ("FailJob", [FOUND])

    def test_the_standby_scans_nothing(self, dr: Graph) -> None:
        assert not policies(dr)

    def test_it_can_be_left_out(self) -> None:
        assert not policies(update("prod", {"platform.dast.installed": False}))


class TestRights:
    def test_the_pod_keeps_to_the_restricted_standard(self, prod: Graph) -> None:
        (container,) = pod(prod)["containers"]
        assert pod(prod)["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        assert "/vendor/zap:" in container["image"]
        assert "@sha256:" in container["image"]

    def test_it_has_no_token_of_the_cluster(self, prod: Graph) -> None:
        assert pod(prod)["automountServiceAccountToken"] is False
        assert pod(prod)["serviceAccountName"] == "zap"

    def test_it_reaches_public_addresses_alone(self, prod: Graph) -> None:
        assert set(policies(prod)) == {"default-deny", "allow-dns-and-identity", "allow-to-public-https"}
        (rule,) = policies(prod)["allow-to-public-https"]["egress"]
        (peer,) = rule["to"]
        assert [port["port"] for port in rule["ports"]] == [443]
        assert {"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16"} <= set(peer["ipBlock"]["except"])

    def test_it_writes_below_one_prefix_and_does_nothing_else(self, prod: Graph) -> None:
        (policy,) = [n for n in prod.of_type("aws:iam/rolePolicy:RolePolicy") if n.name == "controllers-dast-rights"]
        statements = {each["Sid"]: each for each in json.loads(policy.inputs["policy"])["Statement"]}
        assert {sid: each["Action"] for sid, each in statements.items()} == {
            "Write": ["s3:PutObject"],
            "Key": ["kms:GenerateDataKey"],
        }
        assert statements["Write"]["Resource"].endswith(f"/{environment(prod)['PREFIX']}/*")
        assert environment(prod)["BUCKET"] in statements["Write"]["Resource"]
        assert statements["Key"]["Condition"]["StringEquals"]["kms:ViaService"].startswith("s3.")


class TestRun:
    """The script with a scan and an uploader that only say that they ran."""

    @pytest.mark.parametrize(
        ("found", "uploads", "result"), [(0, 0, 0), (FOUND, 0, FOUND), (3, 0, 3), (0, 1, 3), (FOUND, 1, 3)]
    )
    def test_reports_are_sent_whatever_was_found(self, tmp_path: Path, found: int, uploads: int, result: int) -> None:
        sent = tmp_path / "sent"
        for name, script in {"zap": f"exit {found}", "aws": f'echo "$@" >> {sent}; exit {uploads}'}.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / name).chmod(0o755)
        script = SCAN.replace("/zap/zap-baseline.py", str(tmp_path / "zap")).replace(WORK, str(tmp_path))
        names = {"TARGET": "https://standby.example.com", "SPIDER_MINUTES": "1", "BUCKET": "logs", "PREFIX": "dast"}
        done = subprocess.run(["bash", "-c", script], env={"PATH": f"{tmp_path}:/usr/bin:/bin", **names}, check=False)
        assert done.returncode == result
        lines = sent.read_text().splitlines()
        assert [line.rpartition("/")[2] for line in lines] == ["report.html", "report.json"]
        assert all("--bucket logs --key dast/" in line for line in lines)
