"""The pack as the CLI's language host starts it: a process of its own, spoken to over gRPC."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2_grpc

from tests.policies.harness import RULES, all_cases, request

# gRPC needs the loopback interface, which a machine cut off from the network may not have.
pytestmark = pytest.mark.real

PACK = Path(__file__).parents[2] / "policies"


@pytest.fixture(scope="module")
def analyzer() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PULUMI_CONFIG")}
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)],
        cwd=PACK,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            assert process.stderr
            port = process.stdout.readline().strip()
            assert port.isdigit(), process.stderr.read()
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield analyzer_pb2_grpc.AnalyzerStub(channel)
        finally:
            process.kill()


def test_it_offers_every_rule(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    info = analyzer.GetAnalyzerInfo(empty_pb2.Empty())  # ty: ignore[missing-attribute]
    assert info.name == "multicloud-guardrails"
    assert [policy.name for policy in info.policies] == list(RULES)


def test_it_judges(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    rule = "aws-eks-public-endpoint-narrow"
    cases = all_cases()[rule]
    found = analyzer.Analyze(request(cases.fails[0][0])).diagnostics
    assert rule in {diagnostic.policyName for diagnostic in found}
    assert not analyzer.Analyze(request(cases.passes[0])).diagnostics
