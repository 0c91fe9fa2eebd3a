from guardrails.rules.kubernetes.workloads import SERVERS

from tests.policies.harness import UNKNOWN, Cases, verdicts
from tests.policies.rules.kubernetes.samples import (
    CONTAINER,
    DEPLOYMENT,
    SAFE,
    changed,
    failing,
    within,
    without,
)

MAIN = "containers[0]"
FIRST = {**CONTAINER, "name": "first"}


def first(**context: object) -> dict[str, object]:
    """A container that runs before the others, with another security context."""
    return {**FIRST, "securityContext": {**CONTAINER["securityContext"], **context}}


CASES = {
    "kubernetes-container-not-privileged": Cases(
        passes=SAFE,
        fails=[
            *failing("containers.0.securityContext.privileged", True, f"{MAIN}.securityContext.privileged"),
            *failing("initContainers", [first(privileged=True)], "initContainers[0].securityContext.privileged"),
        ],
        unknown=[changed(DEPLOYMENT, "containers.0.securityContext.privileged", UNKNOWN)],
    ),
    "kubernetes-container-no-escalation": Cases(
        passes=SAFE,
        fails=[
            *failing(
                "containers.0.securityContext.allowPrivilegeEscalation",
                True,
                f"{MAIN}.securityContext.allowPrivilegeEscalation",
            ),
            *failing("containers.0.securityContext", {}, f"{MAIN}.securityContext.allowPrivilegeEscalation"),
        ],
        unknown=[changed(DEPLOYMENT, "containers.0.securityContext", UNKNOWN)],
    ),
    "kubernetes-container-not-root": Cases(
        passes=[
            *SAFE,
            changed(
                without(DEPLOYMENT, "securityContext"),
                "containers.0.securityContext",
                {**CONTAINER["securityContext"], "runAsNonRoot": True, "runAsUser": 1000},
            ),
        ],
        fails=[
            *failing("securityContext.runAsNonRoot", False, f"{MAIN}.securityContext.runAsNonRoot"),
            *failing("securityContext", {}, f"{MAIN}.securityContext.runAsNonRoot"),
            *failing("containers.0.securityContext.runAsUser", 0, f"{MAIN}.securityContext.runAsUser"),
            *failing("initContainers", [first(runAsNonRoot=False)], "initContainers[0].securityContext.runAsNonRoot"),
        ],
        unknown=[changed(DEPLOYMENT, "securityContext.runAsUser", UNKNOWN)],
    ),
    "kubernetes-container-read-only-root": Cases(
        passes=SAFE,
        fails=failing(
            "containers.0.securityContext.readOnlyRootFilesystem",
            False,
            f"{MAIN}.securityContext.readOnlyRootFilesystem",
        ),
        unknown=[changed(DEPLOYMENT, "containers.0.securityContext.readOnlyRootFilesystem", UNKNOWN)],
    ),
    "kubernetes-container-no-capabilities": Cases(
        passes=SAFE,
        fails=[
            *failing("containers.0.securityContext.capabilities", {}, f"{MAIN}.securityContext.capabilities.drop"),
            *failing(
                "containers.0.securityContext.capabilities",
                {"drop": ["ALL"], "add": ["NET_ADMIN"]},
                f"{MAIN}.securityContext.capabilities.add[0]",
            ),
        ],
        unknown=[changed(DEPLOYMENT, "containers.0.securityContext.capabilities.add", [UNKNOWN])],
    ),
    "kubernetes-container-seccomp": Cases(
        passes=[
            *SAFE,
            changed(DEPLOYMENT, "containers.0.securityContext.seccompProfile", {"type": "Localhost"}),
        ],
        fails=[
            *failing("securityContext.seccompProfile", {}, f"{MAIN}.securityContext.seccompProfile.type"),
            *failing(
                "containers.0.securityContext.seccompProfile",
                {"type": "Unconfined"},
                f"{MAIN}.securityContext.seccompProfile.type",
            ),
        ],
        unknown=[changed(DEPLOYMENT, "securityContext.seccompProfile.type", UNKNOWN)],
    ),
    "kubernetes-container-image-by-digest": Cases(
        passes=[*SAFE, changed(DEPLOYMENT, "containers.0.image", f"registry.example.com/core:v1@sha256:{'0' * 64}")],
        fails=[
            *failing("containers.0.image", "registry.example.com/core:latest", f"{MAIN}.image"),
            *failing("containers.0.image", "core", f"{MAIN}.image"),
            *failing("initContainers", [{**FIRST, "image": "core:v1@sha256:0"}], "initContainers[0].image"),
        ],
        unknown=[changed(DEPLOYMENT, "containers.0.image", UNKNOWN)],
    ),
    "kubernetes-container-resources": Cases(
        passes=SAFE,
        fails=[
            *failing("containers.0.resources", {}, f"{MAIN}.resources.limits.memory"),
            *failing("containers.0.resources.requests", {"cpu": "1"}, f"{MAIN}.resources.requests.memory"),
        ],
        unknown=[changed(DEPLOYMENT, "containers.0.resources", UNKNOWN)],
    ),
    "kubernetes-container-probes": Cases(
        passes=[*SAFE, changed(DEPLOYMENT, "initContainers", [{"name": "first"}])],
        fails=[
            *failing("containers.0.livenessProbe", None, f"{MAIN}.livenessProbe", SERVERS),
            (without(DEPLOYMENT, "containers.0.readinessProbe"), within(DEPLOYMENT, f"{MAIN}.readinessProbe")),
        ],
        unknown=[changed(DEPLOYMENT, "containers.0.readinessProbe", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
