"""What every pod stands on: places, room, rights, disks and nodes."""

from tests.stacks.elements.model import WORKLOADS, Element, Objects, Output, at_least, both, like, one

ADDON = "aws:eks/addon:Addon"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
VOLUMES_KEY = {
    "prod": Output("aws:kms/key:Key", "keys-volumes", "arn"),
    "dr": Output("gcp:kms/cryptoKey:CryptoKey", "keys-volumes", "id"),
}
AUTOPILOT = one(
    "gcp:container/cluster:Cluster",
    "cluster-cluster",
    {"enableAutopilot": True, "autopilotClusterPolicyConfig noStandardNodePools": True},
)

SHARED_NAMESPACES = (
    *WORKLOADS,
    *("cert-manager", "external-dns", "external-secrets", "istio-ingress", "istio-system", "kyverno", "observability"),
    *("trivy-system", "vault"),
)
RESTRICTED = {
    "prod": (
        *SHARED_NAMESPACES,
        *("argo-rollouts", "argocd", "karpenter", "load-balancing", "opentelemetry-operator", "sonarqube", "zap"),
    ),
    "dr": (*SHARED_NAMESPACES, "autoneg-system", "flux-system"),
}
CLOSED = {"prod": (*RESTRICTED["prod"], "observability-nodes"), "dr": RESTRICTED["dr"]}

SECURITY = {f"metadata labels pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}


def _classes(parameters: dict[str, object], provisioner: str) -> tuple[Objects, ...]:
    default = "metadata annotations storageclass.kubernetes.io/is-default-class"
    same = {f"parameters {key}": value for key, value in parameters.items()}
    same |= {"provisioner": provisioner, "volumeBindingMode": "WaitForFirstConsumer"}
    return (
        one("StorageClass", "encrypted", {**same, default: "true", "reclaimPolicy": "Delete"}),
        one("StorageClass", "encrypted-retained", {**same, default: "false", "reclaimPolicy": "Retain"}),
    )


def associated(name: str, namespace: str, account: str) -> Objects:
    """Whom EKS gives the role of a controller."""
    return one(
        ASSOCIATION,
        f"controllers-{name}",
        {
            "namespace": namespace,
            "serviceAccount": account,
            "roleArn": Output("aws:iam/role:Role", f"controllers-{name}", "arn"),
        },
    )


def _restricted(*names: str) -> Objects:
    return Objects("Namespace", names, SECURITY)


def _closed(*namespaces: str) -> Objects:
    return Objects(
        "NetworkPolicy",
        tuple(f"{namespace}/default-deny" for namespace in namespaces),
        {
            "spec podSelector": {"matchLabels": {}},
            "spec policyTypes": ["Ingress", "Egress"],
            "spec ingress": [],
            "spec egress": [],
        },
    )


ROOM = (
    Objects(
        "ResourceQuota",
        tuple(f"{workload}/quota" for workload in WORKLOADS),
        {
            "spec hard pods": at_least(1),
            "spec hard requests.cpu": like(r"^[1-9]"),
            "spec hard limits.memory": like(r"^[1-9]"),
            "spec hard services.loadbalancers": "0",
            "spec hard services.nodeports": "0",
        },
    ),
    Objects(
        "LimitRange",
        tuple(f"{workload}/limits" for workload in WORKLOADS),
        {"spec limits * max memory": like(r"^[1-9]"), "spec limits * defaultRequest cpu": like(r"^[1-9]")},
    ),
)

# Controllers by the program's names, and their service accounts; those of security.py have rows of their own.
CONTROLLERS = {
    "dast": ("zap", "zap"),
    "grafana": ("observability", "kube-prometheus-stack-grafana"),
    "jaeger": ("observability", "jaeger"),
    "karpenter": ("karpenter", "karpenter"),
    "kyverno": ("kyverno", "kyverno-admission-controller"),
    "kyverno-reports": ("kyverno", "kyverno-reports-controller"),
    "load-balancer": ("load-balancing", "aws-load-balancer-controller"),
    "logs": ("observability-nodes", "aws-for-fluent-bit"),
    "prometheus": ("observability", "kube-prometheus-stack-prometheus"),
    "traces": ("observability", "opentelemetry-sampler"),
    "vault-configure": ("vault", "vault-configure"),
    "vault-snapshot": ("vault", "vault-snapshot"),
}

APPLICATIONS = tuple(f"argocd/{workload}" for workload in WORKLOADS)
RELEASES = tuple(f"{workload}/{workload}" for workload in WORKLOADS)

FOUNDATION = (
    Element(
        "namespaces under Pod Security restricted",
        "Workloads' places",
        {
            "prod": (
                _restricted(*RESTRICTED["prod"]),
                one(
                    "Namespace",
                    "observability-nodes",
                    {"metadata labels pod-security.kubernetes.io/enforce": "privileged"},
                ),
            ),
            "dr": (_restricted(*RESTRICTED["dr"]),),
        },
        without={
            "prod": {
                "`restricted` in `observability-nodes` and `chaos-mesh`, which are `privileged`": "agents there read "
                "the node's files, network and processes"
            }
        },
    ),
    Element(
        "default-deny network policies",
        "Workloads' places",
        {"prod": (_closed(*CLOSED["prod"]),), "dr": (_closed(*CLOSED["dr"]),)},
    ),
    Element("quotas", "Workloads' places", both(*ROOM)),
    # A workload's own budget and autoscaler are templates of the chart, without a switch: tests/charts renders them.
    Element(
        "disruption budgets",
        "Delivery",
        {
            "prod": (
                one("Release", "istio-ingress/istio-ingress", {"podDisruptionBudget maxUnavailable": "34%"}),
                one("Release", "argocd/argocd", {"server pdb enabled": True, "repoServer pdb enabled": True}),
                one("Release", "load-balancing/aws-load-balancer-controller", {"podDisruptionBudget minAvailable": 1}),
                Objects("Application", APPLICATIONS, {"spec source repoURL": like(r"^oci://.*/charts/service$")}),
            ),
            "dr": (
                one("Release", "istio-ingress/istio-ingress", {"podDisruptionBudget maxUnavailable": "34%"}),
                one("PodDisruptionBudget", "autoneg-system/autoneg", {"spec minAvailable": 1}),
                Objects("OCIRepository", RELEASES, {"spec url": like(r"^oci://.*-charts/service$")}),
            ),
        },
    ),
    Element(
        "autoscalers",
        "Delivery",
        {
            "prod": (
                Objects(
                    "Application",
                    APPLICATIONS,
                    {
                        "spec source helm valuesObject replicas minimum": at_least(3),
                        "spec source helm valuesObject replicas maximum": at_least(6),
                        "spec source helm valuesObject cpuTargetPercent": 65,
                    },
                ),
            ),
            "dr": (
                Objects(
                    "HelmRelease",
                    RELEASES,
                    {
                        "spec values replicas minimum": at_least(3),
                        "spec values replicas maximum": at_least(6),
                        "spec values cpuTargetPercent": 65,
                    },
                ),
            ),
        },
        off={"dr": "until `mode: active` it runs one pod of each workload, and two at most"},
    ),
    Element(
        "cloud identity",
        "Workloads' places",
        {
            "prod": (
                *(
                    one(
                        ASSOCIATION,
                        f"workload-{workload}-pods",
                        {
                            "namespace": workload,
                            "serviceAccount": workload,
                            "roleArn": Output("aws:iam/role:Role", f"workload-{workload}-role", "arn"),
                        },
                    )
                    for workload in WORKLOADS
                ),
                *(associated(name, *account) for name, account in CONTROLLERS.items()),
            ),
            "dr": tuple(
                one(
                    "gcp:serviceaccount/iAMMember:IAMMember",
                    f"workload-{workload}-pods",
                    {
                        "role": "roles/iam.workloadIdentityUser",
                        "member": like(rf"\.svc\.id\.goog/subject/ns/{workload}/sa/{workload}$"),
                        "serviceAccountId": like(rf"/serviceAccounts/pods-{workload}@"),
                    },
                )
                for workload in WORKLOADS
            ),
        },
    ),
    Element(
        "storage classes",
        "Volumes",
        {
            "prod": _classes({"encrypted": "true", "kmsKeyId": VOLUMES_KEY["prod"]}, "ebs.csi.aws.com"),
            "dr": (
                *_classes({"disk-encryption-kms-key": VOLUMES_KEY["dr"]}, "pd.csi.storage.gke.io"),
                one(
                    "StorageClassPatch",
                    "standard-rwo",
                    {"metadata annotations storageclass.kubernetes.io/is-default-class": "false"},
                ),
            ),
        },
    ),
    Element(
        "volume snapshots",
        "Volumes",
        {
            "prod": (
                one("VolumeSnapshotClass", "encrypted", {"deletionPolicy": "Retain", "driver": "ebs.csi.aws.com"}),
                one(ADDON, "cluster-addons-snapshot-controller", {"addonName": "snapshot-controller"}),
            ),
            "dr": (
                one(
                    "VolumeSnapshotClass",
                    "encrypted",
                    {"deletionPolicy": "Retain", "driver": "pd.csi.storage.gke.io"},
                ),
            ),
        },
        without={"dr": {"the add-on `snapshot-controller`": "GKE has it built in"}},
    ),
    Element(
        "priority classes",
        "Priorities",
        both(
            one("PriorityClass", "platform-critical", {"value": 100_000_000, "globalDefault": False}),
            one("PriorityClass", "platform", {"value": 10_000_000, "globalDefault": False}),
            one("PriorityClass", "service-high", {"value": 1_000_000, "globalDefault": False}),
            one("PriorityClass", "service", {"value": 100_000, "globalDefault": True}),
            one("PriorityClass", "batch", {"value": 0, "preemptionPolicy": "Never", "globalDefault": False}),
        ),
    ),
    Element(
        "node autoscaling",
        "Nodes",
        {
            "prod": (
                one(
                    "Release",
                    "karpenter/karpenter",
                    {
                        "settings interruptionQueue": Output(
                            "aws:sqs/queue:Queue", "controllers-interruptions-queue", "name"
                        ),
                        "priorityClassName": "platform-critical",
                    },
                ),
                one("Release", "karpenter/karpenter-crd", {}),
                one(
                    "EC2NodeClass",
                    "bottlerocket",
                    {
                        "spec amiSelectorTerms * alias": like("^bottlerocket@"),
                        "spec associatePublicIPAddress": False,
                        "spec blockDeviceMappings * ebs encrypted": True,
                        "spec blockDeviceMappings * ebs kmsKeyID": VOLUMES_KEY["prod"],
                        "spec metadataOptions httpTokens": "required",
                        "spec metadataOptions httpPutResponseHopLimit": 1,
                    },
                ),
                one(
                    "NodePool",
                    "general",
                    {
                        "spec limits cpu": at_least(1),
                        "spec limits memory": like(r"^[1-9]\d*Gi$"),
                        "spec template spec nodeClassRef name": "bottlerocket",
                        "spec template spec expireAfter": "336h",
                        "spec disruption budgets 0 nodes": "10%",
                    },
                ),
            ),
            "dr": (AUTOPILOT,),
        },
        without={"dr": {"Karpenter": "Autopilot starts nodes when pods ask for them"}},
    ),
    Element(
        "metrics server",
        "Resolver, use of resources, snapshots",
        {
            "prod": (one(ADDON, "cluster-addons-metrics-server", {"addonName": "metrics-server"}),),
            "dr": (AUTOPILOT,),
        },
        without={"dr": {"the add-on `metrics-server`": "GKE has it built in"}},
    ),
    Element(
        "node-local DNS",
        "Resolver, use of resources, snapshots",
        {
            "prod": (
                one(
                    ADDON,
                    "cluster-addons-coredns",
                    {
                        "configurationValues autoScaling enabled": True,
                        "configurationValues autoScaling minReplicas": at_least(2),
                    },
                ),
            ),
            "dr": (AUTOPILOT,),
        },
        without={
            "prod": {
                "a DNS cache on each node": "it takes each node's network and packet rules; CoreDNS grows with the "
                "cluster instead"
            },
            "dr": {"a DNS cache of ours": "Autopilot's nodes have one by themselves, which no setting turns off"},
        },
    ),
)
