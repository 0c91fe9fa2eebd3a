"""Every element that runs in the clusters or stands for one there, in the order of the documentation."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.stacks.elements.chaos import CHAOS
from tests.stacks.elements.delivery import DELIVERY
from tests.stacks.elements.foundation import FOUNDATION
from tests.stacks.elements.mesh import MESH
from tests.stacks.elements.model import STACKS, Element
from tests.stacks.elements.objectives import OBJECTIVES
from tests.stacks.elements.observability import OBSERVABILITY
from tests.stacks.elements.security import SECURITY

ELEMENTS: tuple[Element, ...] = (*FOUNDATION, *SECURITY, *MESH, *OBSERVABILITY, *OBJECTIVES, *DELIVERY, *CHAOS)

EXPERIMENT = {
    "hypothesis": "The other pods of core answer in time while a third of them restarts.",
    "slo": {"workload": "core", "promise": "availability"},
    "abort_burn_rate": 14.4,
    "target": "core",
    "fault": "pod-kill",
    "max_pods_percent": 34,
    "starts": "tue:10:05",
    "duration_minutes": 10,
}
EXPERIMENTS = {
    "core-pods": EXPERIMENT,
    "core-network": {**EXPERIMENT, "fault": "network-delay", "starts": "tue:10:35"},
    "core-requests": {**EXPERIMENT, "fault": "http-abort", "starts": "tue:11:05"},
}
ENCRYPTED = {"secure": "AAAA"}

SWITCHED_ON: Mapping[str, Any] = {
    "platform.chaos": {"enabled": True, "window": "tue:09:00-tue:12:00", "experiments": EXPERIMENTS},
    "workloads.core.uses.vault": ["partner-token"],
    "platform.delivery.bundle_digest": f"sha256:{'1' * 64}",
    "platform.admission.signing_keys": {"ci": "-----BEGIN PUBLIC KEY-----\nMFkwEwYH\n-----END PUBLIC KEY-----\n"},
    "platform.alerting.heartbeat": True,
    "receivers": {"pagerduty": {"severities": ["page"]}, "jira_service_management": {}, "opsgenie": {}},
    "prod:pagerduty_url": ENCRYPTED,
    "prod:jira_service_management_url": ENCRYPTED,
    "prod:opsgenie_url": ENCRYPTED,
    "dr:pagerduty_service_key": ENCRYPTED,
    "dr:jira_service_management_url": ENCRYPTED,
    "dr:opsgenie_url": ENCRYPTED,
    "dr:mode": "active",
}
"""Settings with which nothing is off, as paths and values."""


def exemptions() -> str:
    """What a cluster has not, or has otherwise, as a table of Markdown."""
    places: dict[tuple[str, str], list[str]] = {}
    for what, reason, cluster in _exempt():
        places.setdefault((what, reason), []).append(cluster)
    rows: dict[tuple[str, str], list[str]] = {}
    for (what, reason), clusters in places.items():
        where = "both" if len(clusters) == len(STACKS) else clusters[0]
        rows.setdefault((where, reason), []).append(what)
    lines = [f"| {where} | {', '.join(dict.fromkeys(whats))} | {reason} |" for (where, reason), whats in rows.items()]
    return "\n".join(["| where | without | reason |", "|---|---|---|", *lines, ""])


def _exempt() -> Iterator[tuple[str, str, str]]:
    for element in ELEMENTS:
        for stack, cluster in STACKS.items():
            for what, reason in element.without.get(stack, {}).items():
                yield what, reason, cluster
        for stack, reason in element.off.items():
            if stack in element.objects:
                yield f"{element.name}, as shipped", reason, STACKS[stack]
