"""Workloads of every type around one pod."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from guardrails.rules.kubernetes.workloads import SPECS

from tests.policies.harness import Subject

DIGEST = f"registry.example.com/core@sha256:{'0' * 64}"

CONTAINER: Mapping[str, Any] = {
    "name": "core",
    "image": DIGEST,
    "ports": [{"containerPort": 8080}],
    "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}},
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
    },
    "livenessProbe": {"httpGet": {"port": "http"}},
    "readinessProbe": {"httpGet": {"port": "http"}},
}
SPEC: Mapping[str, Any] = {
    "serviceAccountName": "core",
    "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
    "volumes": [{"name": "work", "emptyDir": {}}],
    "containers": [CONTAINER],
}


def workload(token: str) -> Subject:
    """A safe workload of a type."""
    subject = Subject(token, {"metadata": {"namespace": "core", "name": "core"}})
    return subject.set(SPECS[token], dict(SPEC))


def changed(subject: Subject, path: str, value: object) -> Subject:
    """A copy with one property of its pods changed, by its path in their specification."""
    return subject.set(f"{SPECS[subject.type]}.{path}", value)


def without(subject: Subject, path: str) -> Subject:
    """A copy without one property of its pods."""
    return subject.unset(f"{SPECS[subject.type]}.{path}")


def within(subject: Subject, path: str) -> str:
    """A path in the pods' specification as findings name it."""
    return f"{SPECS[subject.type]}.{path}"


def failing(path: str, value: object, at: str, tokens: tuple[str, ...] = tuple(SPECS)) -> list[tuple[Subject, str]]:
    """A workload of each type with one property changed, and where the fault is found."""
    return [(changed(workload(token), path, value), within(workload(token), at)) for token in tokens]


DEPLOYMENT = workload("kubernetes:apps/v1:Deployment")
CRON_JOB = workload("kubernetes:batch/v1:CronJob")
SAFE = [DEPLOYMENT, CRON_JOB, replace(workload("kubernetes:core/v1:Pod"), name="pod")]
