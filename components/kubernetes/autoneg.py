"""autoneg: puts a gateway's pods behind a load balancer of Google Cloud that others made."""

import pulumi
from pulumi_kubernetes import apps, core, policy, rbac

from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.kubernetes.namespace import Namespace, address_peer
from components.kubernetes.pods import resources

NAMESPACE, SERVICE_ACCOUNT = "autoneg-system", "autoneg-controller-manager"
"""To which Google Cloud gives its rights by these names."""

NAME = "autoneg"
PODS = {"app.kubernetes.io/name": NAME}
HEALTH_PORT, METRICS_PORT = 8081, 8443
USER = 65532

# What it does in all namespaces, and in its own to elect the one pod that works.
RULES: list[rbac.v1.PolicyRuleArgsDict] = [
    {"api_groups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
    {"api_groups": [""], "resources": ["services"], "verbs": ["get", "list", "patch", "update", "watch"]},
    {"api_groups": [""], "resources": ["services/finalizers"], "verbs": ["update"]},
    {"api_groups": [""], "resources": ["services/status"], "verbs": ["get", "patch", "update"]},
    {
        "api_groups": ["networking.gke.io"],
        "resources": ["servicenetworkendpointgroups"],
        "verbs": ["get", "list", "watch"],
    },
]
ELECTION: list[rbac.v1.PolicyRuleArgsDict] = [
    {
        "api_groups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"],
    },
    {"api_groups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
]


class Autoneg(KubernetesComponent):
    """The controller that attaches the network endpoint groups of annotated Services to backend services.

    GKE makes the groups, later than the load balancer; neither side waits for the other. Its own chart is left: it
    selects nodes by a label that Autopilot refuses, and takes no priority class. Metrics are served to the monitoring
    without asking who reads; nobody else gets through. On EKS the load-balancer controller does the same work.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("Autoneg", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        place.let_out_to_api_server()
        # Google's APIs have an address in the network, or public ones that change.
        place.let_out("to-https", [address_peer("0.0.0.0/0")], [443])
        place.admit_monitoring([METRICS_PORT])
        account = core.v1.ServiceAccount(
            f"{name}-account",
            metadata={"name": SERVICE_ACCOUNT, "namespace": place.namespace},
            opts=self.child(),
        )
        self._rights(name, place.namespace)
        policy.v1.PodDisruptionBudget(
            f"{name}-budget",
            metadata={"name": NAME, "namespace": place.namespace},
            spec={"min_available": 1, "selector": {"match_labels": PODS}},
            opts=self.child(),
        )
        apps.v1.Deployment(
            f"{name}-controller",
            metadata={"name": NAME, "namespace": place.namespace},
            spec={
                "replicas": 2,
                "selector": {"match_labels": PODS},
                "template": {
                    "metadata": {"labels": {**scope.tags.of("internal"), **PODS}},
                    "spec": {
                        "service_account_name": name_of(account.metadata),
                        "priority_class_name": priority,
                        "security_context": {
                            "run_as_group": USER,
                            "run_as_non_root": True,
                            "run_as_user": USER,
                            "seccomp_profile": {"type": "RuntimeDefault"},
                        },
                        "topology_spread_constraints": [
                            {
                                "max_skew": 1,
                                "topology_key": "topology.kubernetes.io/zone",
                                "when_unsatisfiable": "ScheduleAnyway",
                                "label_selector": {"match_labels": PODS},
                            }
                        ],
                        "containers": [self._container()],
                    },
                },
            },
            opts=self.child(),
        )
        self.register_outputs({})

    def _container(self) -> core.v1.ContainerArgsDict:
        return {
            "name": "manager",
            "image": self.scope.vendor.reference(NAME),
            "command": ["/manager"],
            "args": [
                f"--health-probe-bind-address=:{HEALTH_PORT}",
                f"--metrics-bind-address=:{METRICS_PORT}",
                "--metrics-authorization=false",
                "--zap-encoder=json",
            ],
            "ports": [
                {"name": "health", "container_port": HEALTH_PORT},
                {"name": "metrics", "container_port": METRICS_PORT},
            ],
            "liveness_probe": {"http_get": {"path": "/healthz", "port": "health"}, "initial_delay_seconds": 15},
            "readiness_probe": {"http_get": {"path": "/readyz", "port": "health"}, "initial_delay_seconds": 5},
            "resources": resources(50, 64),
            "security_context": {
                "allow_privilege_escalation": False,
                "capabilities": {"drop": ["ALL"]},
                "read_only_root_filesystem": True,
            },
        }

    def _rights(self, name: str, namespace: pulumi.Input[str]) -> None:
        subjects: list[rbac.v1.SubjectArgsDict] = [
            {"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": namespace}
        ]
        everywhere = rbac.v1.ClusterRole(f"{name}-rights", metadata={"name": NAME}, rules=RULES, opts=self.child())
        rbac.v1.ClusterRoleBinding(
            f"{name}-rights",
            metadata={"name": NAME},
            role_ref={
                "api_group": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": name_of(everywhere.metadata),
            },
            subjects=subjects,
            opts=self.child(),
        )
        election = rbac.v1.Role(
            f"{name}-election",
            metadata={"name": f"{NAME}-election", "namespace": namespace},
            rules=ELECTION,
            opts=self.child(),
        )
        rbac.v1.RoleBinding(
            f"{name}-election",
            metadata={"name": f"{NAME}-election", "namespace": namespace},
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": name_of(election.metadata)},
            subjects=subjects,
            opts=self.child(),
        )
