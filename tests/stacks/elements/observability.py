"""What is measured, traced, logged and shown."""

from tests.stacks.elements.model import (
    FILLED,
    PINNED,
    Element,
    Is,
    Objects,
    Output,
    at_least,
    having,
    like,
    one,
)

STACK = "observability/kube-prometheus-stack"
METRICS_OF_GOOGLE = one(
    "gcp:container/cluster:Cluster", "cluster-cluster", {"monitoringConfig managedPrometheus enabled": True}
)
NO_SERVER = "Cloud Monitoring, Cloud Logging and Cloud Trace do their work without a server of ours"
NO_AGENT = "Autopilot admits no agent that reads its nodes; Google's own collects"
SERVER = "prometheus prometheusSpec"
SEARCH = "userconfig extensions jaeger_storage backends search opensearch"
SAMPLED = "config processors tail_sampling policies"
COLLECTED = ("cert-manager", "collectors", "external-dns", "external-secrets")


def _collector(name: str, fields: dict[str, object]) -> Objects:
    return one(
        "Release",
        f"observability/opentelemetry-{name}",
        {
            "replicaCount": at_least(2),
            "podDisruptionBudget enabled": True,
            "image digest": PINNED,
            "config service pipelines traces processors 0": "memory_limiter",
            "config receivers otlp protocols grpc endpoint": like(":4317$"),
            **fields,
        },
    )


def _telemetry(exporters: list[str]) -> tuple[Objects, ...]:
    return (
        _collector("collector", {"config exporters loadbalancing routing_key": "traceID"}),
        _collector(
            "sampler",
            {
                "config service pipelines traces exporters": exporters,
                f"{SAMPLED} 0 status_code status_codes": ["ERROR"],
                f"{SAMPLED} 2 probabilistic sampling_percentage": at_least(1),
            },
        ),
    )


def _alerts(*names: str) -> Is:
    return Is(f"alerting of {names}", lambda rules: set(names) <= {rule["alert"] for rule in rules})


OBSERVABILITY = (
    Element(
        "Kiali",
        "The mesh to look at",
        {
            "prod": (
                one(
                    "Release",
                    "observability/kiali-server",
                    {
                        "auth strategy": "token",
                        "deployment view_only_mode": True,
                        "deployment replicas": at_least(2),
                        "deployment image_version": PINNED,
                        "external_services tracing internal_url": like("^http://jaeger.observability:16686$"),
                    },
                ),
            )
        },
        without={"dr": {"Kiali": "it cannot ask the control plane of a mesh that Google runs"}},
    ),
    Element(
        "Jaeger v2",
        "Traces",
        {
            "prod": (
                one(
                    "Release",
                    "observability/jaeger",
                    {
                        "jaeger replicas": at_least(2),
                        "jaeger image tag": like(r"^2\."),
                        "jaeger image digest": PINNED,
                        "storage type": "none",
                        f"{SEARCH} server_urls *": like(r"^https://vpc-.*\.es\.amazonaws\.com$"),
                        f"{SEARCH} auth authenticator": "sigv4auth",
                    },
                ),
            )
        },
        without={"dr": {"Jaeger": NO_SERVER}},
    ),
    Element(
        "OpenTelemetry",
        "Traces",
        {"prod": _telemetry(["otlp/jaeger", "awsxray"]), "dr": _telemetry(["googlecloud"])},
    ),
    Element(
        "Cloud Trace",
        "Traces",
        {
            "prod": (
                one("aws:xray/encryptionConfig:EncryptionConfig", "observability-tracing-account", {"type": "KMS"}),
                one("Telemetry", "istio-system/default", {"spec tracing * providers": [{"name": "otel"}]}),
            ),
            "dr": (
                one(
                    "gcp:projects/iAMMember:IAMMember",
                    "controllers-telemetry-agent",
                    {
                        "role": "roles/cloudtrace.agent",
                        "member": like(r"/subject/ns/observability/sa/opentelemetry-sampler$"),
                    },
                ),
                one("Telemetry", "istio-system/default", {"spec tracing * providers": [{"name": "stackdriver"}]}),
            ),
        },
        without={"prod": {"Cloud Trace": "it is Google's; Jaeger and X-Ray do its work"}},
    ),
    Element(
        "ADOT",
        "Instrumentation",
        {
            "prod": (
                one(
                    "Release",
                    "opentelemetry-operator/opentelemetry-operator",
                    {
                        "replicaCount": at_least(2),
                        "pdb minAvailable": 1,
                        "admissionWebhooks autoGenerateCert enabled": False,
                        "manager image repository": like(r"@sha256$"),
                        "manager image tag": like(r"^[0-9a-f]{64}$"),
                    },
                ),
            )
        },
        without={
            "prod": {
                "EKS' add-on for ADOT": "it needs cert-manager first, and the cluster would wait for its own contents"
            },
            "dr": {"OpenTelemetry's operator": "nothing uses it there, and a failover waits for nothing more"},
        },
    ),
    Element(
        "container logs",
        "Logs",
        {
            "prod": (
                one(
                    "Release",
                    "observability-nodes/aws-for-fluent-bit",
                    {
                        "opensearch enabled": True,
                        "opensearch host": Output("aws:opensearch/domain:Domain", "search-domain", "endpoint"),
                        "containerSecurityContext allowPrivilegeEscalation": False,
                        "containerSecurityContext readOnlyRootFilesystem": True,
                        "image tag": PINNED,
                    },
                ),
            ),
            "dr": (
                one(
                    "gcp:container/cluster:Cluster",
                    "cluster-cluster",
                    {"loggingConfig enableComponents": having("SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER")},
                ),
            ),
        },
        without={"dr": {"Fluent Bit": NO_AGENT}},
    ),
    Element(
        "Prometheus",
        "Metrics",
        {
            "prod": (
                one(
                    "Release",
                    STACK,
                    {
                        f"{SERVER} replicas": at_least(2),
                        f"{SERVER} retention": like(r"^\d+d$"),
                        f"{SERVER} storageSpec volumeClaimTemplate spec resources requests storage": like(r"^\d+Gi$"),
                        f"{SERVER} remoteWrite * url": like(r"^https://aps-.*/api/v1/remote_write$"),
                        f"{SERVER} ruleSelectorNilUsesHelmValues": False,
                        f"{SERVER} podMonitorSelectorNilUsesHelmValues": False,
                        "prometheus podDisruptionBudget minAvailable": 1,
                        "alertmanager alertmanagerSpec replicas": at_least(3),
                        "alertmanager alertmanagerSpec image tag": PINNED,
                    },
                ),
                one("aws:amp/workspace:Workspace", "metrics-workspace", {"kmsKeyArn": like("^arn:aws:kms:")}),
            ),
            "dr": (
                METRICS_OF_GOOGLE,
                one(
                    "Release",
                    "observability/kube-state-metrics",
                    {"image tag": PINNED, "collectors": ["pods"], "rbac useClusterRole": False},
                ),
            ),
        },
        without={"dr": {"Prometheus": NO_SERVER, "Alertmanager": NO_SERVER, "node exporter": NO_AGENT}},
    ),
    Element(
        "what is collected",
        "Metrics: what is collected",
        {
            "prod": (
                Objects(
                    "PodMonitor",
                    tuple(
                        f"observability/{name}"
                        for name in (*COLLECTED, "argocd", "argo-rollouts", "istiod", "karpenter", "mesh")
                    ),
                    {"spec namespaceSelector": FILLED, "spec podMetricsEndpoints * interval": "30s"},
                ),
            ),
            "dr": (
                Objects("ClusterPodMonitoring", (*COLLECTED, "autoneg", "flux"), {"spec endpoints * interval": "30s"}),
            ),
        },
    ),
    Element(
        "alerts",
        "Metrics: what is a fault",
        {
            "prod": (
                one(
                    "PrometheusRule",
                    "observability/platform",
                    {
                        "spec groups 0 rules * labels severity": like("^(page|ticket)$"),
                        "spec groups 0 rules * annotations runbook_url": like(r"^https://.*/operations\.md#"),
                        "spec groups 0 rules": _alerts(
                            "ApplicationDrifts", "CertificateLost", "SecretUnread", "VaultUnready", "TracesLost"
                        ),
                    },
                ),
            ),
            "dr": (
                Objects(
                    "gcp:monitoring/alertPolicy:AlertPolicy",
                    tuple(
                        f"observability-alarms-contents-{name}"
                        for name in ("certificate-lost", "secret-unread", "vault-unready", "delivery-fails")
                    ),
                    {"enabled": True, "severity": "CRITICAL", "documentation content": like("First: ")},
                ),
            ),
        },
    ),
    Element(
        "Grafana",
        "Metrics",
        {
            "prod": (
                one(
                    "Release",
                    STACK,
                    {
                        "grafana admin existingSecret": "grafana",
                        "grafana grafana.ini auth.anonymous enabled": False,
                        "grafana grafana.ini users allow_sign_up": False,
                        "grafana additionalDataSources * url": like(r"^http://(localhost|jaeger\.observability):"),
                    },
                ),
            )
        },
        without={"dr": {"Grafana": NO_SERVER}},
    ),
    Element(
        "consoles' secrets",
        "Consoles' secrets",
        {
            "prod": (
                Objects(
                    "ExternalSecret",
                    ("observability/grafana", "observability/kiali"),
                    {"spec secretStoreRef": {"kind": "ClusterSecretStore", "name": "platform"}},
                ),
            )
        },
        without={"dr": {"secrets of consoles": "no console of ours runs there"}},
    ),
    Element(
        "dashboards",
        "Metrics",
        {
            "prod": (
                Objects(
                    "ConfigMap",
                    tuple(
                        f"observability/dashboard-{name}"
                        for name in ("failover", "platform", "replication", "stores", "workloads")
                    ),
                    {"metadata labels grafana_dashboard": "1"},
                ),
            ),
            "dr": (
                one(
                    "gcp:monitoring/dashboard:Dashboard",
                    "observability-dashboard-region",
                    {"dashboardJson mosaicLayout tiles": FILLED},
                ),
            ),
        },
    ),
)
