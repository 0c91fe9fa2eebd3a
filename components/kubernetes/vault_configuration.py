"""Who may do what in Vault: policies, and the service accounts that have them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

MOUNT = "apps"
"""Where the applications' secrets are: each workload's below its own name."""

Copier = Literal["export", "import"]

Paths = Mapping[str, Sequence[str]]
"""Capabilities by path."""

CONFIGURE: Paths = {
    "auth/kubernetes/config": ("create", "read", "update"),
    "auth/kubernetes/role": ("list",),
    "auth/kubernetes/role/*": ("create", "delete", "read", "update"),
    "sys/audit": ("read", "sudo"),
    "sys/audit/*": ("create", "delete", "sudo", "update"),
    "sys/auth": ("read",),
    "sys/mounts": ("read",),
    f"sys/mounts/{MOUNT}": ("create", "read", "update"),
    "sys/policies/acl": ("list",),
    "sys/policies/acl/*": ("create", "delete", "read", "update"),
    "sys/storage/raft/autopilot/configuration": ("create", "read", "update"),
}
"""Whoever writes policies could give himself any right: nobody but its own account may have it."""

SNAPSHOT: Paths = {"sys/storage/raft/snapshot": ("read",)}

# People, by `kubectl create token vault-operator --audience vault`, which the cluster's audit log records.
OPERATOR: Paths = {
    f"{MOUNT}/data/*": ("create", "delete", "patch", "read", "update"),
    f"{MOUNT}/metadata/*": ("list", "read"),
    f"{MOUNT}/undelete/*": ("update",),
    "sys/storage/raft/autopilot/state": ("read",),
    "sys/storage/raft/configuration": ("read",),
}

COPIES: Mapping[Copier, Paths] = {
    "export": {f"{MOUNT}/data/*": ("read",), f"{MOUNT}/metadata/*": ("list",)},
    "import": {f"{MOUNT}/data/*": ("create", "delete", "read", "update"), f"{MOUNT}/metadata/*": ("list",)},
}


def policies(workloads: Sequence[str], copier: Copier) -> dict[str, str]:
    """Texts of all policies by name; `workloads` have secrets here."""
    ours = {"configure": CONFIGURE, "snapshot": SNAPSHOT, "operator": OPERATOR, copier: COPIES[copier]}
    theirs = {reader(workload): {f"{MOUNT}/data/{workload}/*": ("read",)} for workload in workloads}
    return {name: _text(paths) for name, paths in {**ours, **theirs}.items()}


def roles(workloads: Sequence[str], copier: Copier, namespace: str, audience: str) -> dict[str, dict[str, Any]]:
    """Roles of Kubernetes auth by name: each has the policy of its name, and one service account that may take it."""
    ours = {name: (namespace, f"vault-{name}") for name in ("configure", "snapshot", "operator", copier)}
    theirs = {reader(workload): (namespace, reader(workload)) for workload in workloads}
    return {
        name: {
            "bound_service_account_namespaces": [where],
            "bound_service_account_names": [account],
            "audience": audience,
            "token_policies": [name],
            "token_ttl": "15m",
            "token_max_ttl": "1h",
        }
        for name, (where, account) in {**ours, **theirs}.items()
    }


def reader(workload: str) -> str:
    """Who reads a workload's secrets: the name of policy, role and service account, which is none of the platform's."""
    return f"workload-{workload}"


def store(workload: str) -> str:
    """The ClusterSecretStore of External Secrets that has them."""
    return f"vault-{workload}"


def _text(paths: Paths) -> str:
    rules = []
    for path, capabilities in sorted(paths.items()):
        listed = ", ".join(f'"{capability}"' for capability in capabilities)
        rules.append(f'path "{path}" {{ capabilities = [{listed}] }}\n')
    return "".join(rules)
