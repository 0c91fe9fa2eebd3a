"""What pods of the workloads must be, as Kyverno's policies: a second fence behind Pod Security and the policy pack.

Expressions are CEL with Kyverno's libraries. https://kyverno.io/docs/policy-types/validating-policy/
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from components.kubernetes.component import Cloud

# Images that others put into our pods, by how they begin, each with the reason; the cluster's cloud answers for them.
EXEMPT_IMAGES: Mapping[Cloud, Mapping[str, str]] = {
    "aws": {},
    "gcp": {"gcr.io/gke-release/asm/": "the managed mesh puts Google's own proxy beside each container"},
}

CREATED_OR_CHANGED = ("CREATE", "UPDATE")

# Kinds, each with its API group and version.
PODS = ("", "v1", "pods")
DEBUGGED_PODS = (PODS, ("", "v1", "pods/ephemeralcontainers"))
SERVERS = (("apps", "v1", "deployments"), ("apps", "v1", "statefulsets"))


class Rule(NamedTuple):
    """An expression that must be true, and what to tell whoever breaks it."""

    message: str
    expression: str


# All containers of a pod, those that start it and those that debug it included.
CONTAINERS = {
    "name": "containers",
    "expression": "object.spec.containers + object.spec.?initContainers.orValue([])"
    " + object.spec.?ephemeralContainers.orValue([])",
}
# Those that stay; who debugs says nothing of what he needs.
LASTING = {
    "name": "lasting",
    "expression": "object.spec.containers + object.spec.?initContainers.orValue([])",
}

POD_SECURITY = (
    Rule(
        "Pods share no namespace with their node: remove hostNetwork, hostPID and hostIPC.",
        "!object.spec.?hostNetwork.orValue(false) && !object.spec.?hostPID.orValue(false)"
        " && !object.spec.?hostIPC.orValue(false)",
    ),
    Rule(
        "Pods mount no folder of their node: remove hostPath.",
        "object.spec.?volumes.orValue([]).all(volume, !has(volume.hostPath))",
    ),
    Rule(
        "Containers gain no rights: set allowPrivilegeEscalation to false, and no privileged.",
        "variables.containers.all(container, !container.?securityContext.?privileged.orValue(false)"
        " && !container.?securityContext.?allowPrivilegeEscalation.orValue(true))",
    ),
    Rule(
        "Containers run as somebody else than root: set runAsNonRoot.",
        "variables.containers.all(container, container.?securityContext.?runAsNonRoot.orValue("
        "object.spec.?securityContext.?runAsNonRoot.orValue(false)))",
    ),
    Rule(
        "Containers drop all capabilities.",
        "variables.containers.all(container, 'ALL' in container.?securityContext.?capabilities.?drop.orValue([]))",
    ),
)
RUNNABLE = (
    Rule(
        "Pods are labelled app.kubernetes.io/name, by which they are found, counted and let through.",
        "'app.kubernetes.io/name' in object.metadata.?labels.orValue({})",
    ),
    Rule(
        "Containers request cpu and memory, and limit memory.",
        "variables.lasting.all(container, has(container.resources) && has(container.resources.requests)"
        " && has(container.resources.limits) && 'cpu' in container.resources.requests"
        " && 'memory' in container.resources.requests && 'memory' in container.resources.limits)",
    ),
)
PROBED = (
    Rule(
        "Containers that serve have a readinessProbe and a livenessProbe.",
        "object.spec.template.spec.containers.all(container,"
        " has(container.readinessProbe) && has(container.livenessProbe))",
    ),
)
CLOSED = (
    Rule(
        "Pods start only where the network policy default-deny closes their namespace.",
        "resource.List('networking.k8s.io/v1', 'networkpolicies', object.metadata.namespace).items"
        ".exists(policy, policy.metadata.name == 'default-deny')",
    ),
)


def images(registry: str, exempt: Sequence[str]) -> Rule:
    """Images come from a registry, which ends in a slash, and by digest; others' begin as is exempt."""
    ours = f"image.startsWith('{registry}') && image.matches('@sha256:[0-9a-f]{{64}}$')"
    others = "".join(f" || image.startsWith('{each}')" for each in exempt)
    return Rule(
        "Images come from our own registry, by digest.",
        f"variables.containers.map(container, container.image).all(image, ({ours}){others})",
    )


def validating(
    namespaces: Sequence[str],
    rules: Sequence[Rule],
    *kinds: tuple[str, str, str],
    variables: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """The specification of a policy that refuses what breaks a rule, and reports what broke it before it was there.

    While nobody answers, nothing of the kind starts in these namespaces: safe, and no other namespace waits for it.
    """
    return {
        "failurePolicy": "Fail",
        "validationActions": ["Deny"],
        "evaluation": {"admission": {"enabled": True}, "background": {"enabled": True}},
        "webhookConfiguration": {"timeoutSeconds": 10},
        "matchConstraints": matched(namespaces, *kinds),
        "variables": list(variables),
        "validations": [rule._asdict() for rule in rules],
    }


def signed(namespaces: Sequence[str], registry: str, keys: Mapping[str, str]) -> dict[str, Any]:
    """The specification of a policy that asks for a signature by one of some public keys, in PEM by name.

    Signatures are in the registry beside their image. No public log is asked: what runs here is nobody else's to know.
    Without keys no signature is good, and nothing starts.
    """
    attestors = ", ".join(f"attestors.{name}" for name in keys)
    signatures = [
        {
            "message": f"Images are signed by one of CI's keys ({kind}).",
            "expression": f"images.{kind}.map(image, verifyImageSignatures(image, [{attestors}])).all(n, n > 0)",
        }
        for kind in ("containers", "initContainers", "ephemeralContainers")
    ]
    return {
        "failurePolicy": "Fail",
        "validationActions": ["Deny"],
        "evaluation": {"admission": {"enabled": True}, "background": {"enabled": True}},
        "webhookConfiguration": {"timeoutSeconds": 20},
        "matchConstraints": matched(namespaces, *DEBUGGED_PODS),
        "matchImageReferences": [{"glob": f"{registry}*"}],
        "credentials": {"providers": ["amazon"]},
        "validationConfigurations": {"mutateDigest": False, "verifyDigest": True, "required": True},
        "attestors": [
            {"name": name, "cosign": {"key": {"data": key}, "ctlog": {"insecureIgnoreTlog": True}}}
            for name, key in keys.items()
        ],
        "validations": signatures
        if keys
        else [{"message": "No key is known that images could be signed by.", "expression": "false"}],
    }


def matched(namespaces: Sequence[str], *kinds: tuple[str, str, str]) -> dict[str, Any]:
    """Which requests a policy judges: new and changed objects of some kinds in some namespaces."""
    return {
        "namespaceSelector": {
            "matchExpressions": [
                {"key": "kubernetes.io/metadata.name", "operator": "In", "values": list(namespaces)},
            ]
        },
        "resourceRules": [
            {
                "apiGroups": [group],
                "apiVersions": [version],
                "operations": list(CREATED_OR_CHANGED),
                "resources": [resource],
            }
            for group, version, resource in kinds
        ],
    }
