"""Graphs of dr with other settings than the shipped ones, and of components by themselves."""

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from preview.graph import Graph

SAMPLE = """\
import sys
sys.path.insert(0, {root!r})
import pulumi
import pulumi_gcp as gcp
from components.gcp.component import Scope
from components.tags import Tags

tags = Tags("platform", "test", "team", "platform", "standby")
scope = Scope("example-standby", "123456789012", "us-central1", tags, protect=True)
opts = pulumi.ResourceOptions(providers=[gcp.Provider("gcp", project="example-standby", region="us-central1")])
"""


@pytest.fixture(scope="session")
def sample(root: Path, run_sample: Callable[[str], Graph]) -> Callable[[str], Graph]:
    """The simulated update of a program that makes a component with `scope` and `opts`."""
    return lambda program: run_sample(SAMPLE.format(root=str(root)) + dedent(program))


@pytest.fixture
def dr_with(changed_stack: Callable[[str, Mapping[str, object]], Graph]) -> Callable[[Mapping[str, object]], Graph]:
    """The simulated update of dr with other settings, by key."""
    return lambda settings: changed_stack("dr", settings)


OBSERVED = """
from components.gcp.observability import Observability
from components.gcp.watch import compute, data, edge, network
from settings.gcp.observability import ObservabilitySettings
from settings.kubernetes.objectives import ObjectiveSettings
from settings.observability import ReceiverSettings

watched = [
    *network.nat("us-central1"),
    *network.resolver(),
    *compute.cluster("sample-cluster"),
    *data.database("example-standby", "sample-database", connections=500),
    *data.tables("sample-tables"),
    *data.cache("sample-cache"),
    *data.stream("sample-stream"),
    *data.subscription("orders", "sample-orders"),
    *data.dead_letters("orders", "sample-dead-letters"),
    *edge.web_firewall("web-firewall", "sample-policy"),
]
Observability(
    "observability",
    scope,
    ObservabilitySettings(),
    ObjectiveSettings(workloads={{}}),
    mode={mode!r},
    prefix="platform-test",
    watched=watched,
    receivers={{"pagerduty": ReceiverSettings(severities=("page",)), "opsgenie": ReceiverSettings()}},
    secrets={{"pagerduty_service_key": "sample-key", "opsgenie_url": "https://opsgenie.example.com/sample-key"}},
    log_key_id="projects/p/locations/us-central1/keyRings/r/cryptoKeys/k",
    hosts={{"api": "api.gcp.example.com"}},
    health_path="/healthz",
    cluster_name="sample-cluster",
    workloads=["auth", "core"],
    url_map_name="sample-url-map",
    log_archive="sample-archive",
    opts=opts,
)
"""


@pytest.fixture(scope="session")
def waiting(sample: Callable[[str], Graph]) -> Graph:
    """All that can be watched, in a region that waits."""
    return sample(OBSERVED.format(mode="standby"))


@pytest.fixture(scope="session")
def serving(sample: Callable[[str], Graph]) -> Graph:
    """All that can be watched, in a region that serves users."""
    return sample(OBSERVED.format(mode="active"))
