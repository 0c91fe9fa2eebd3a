"""Prometheus, Alertmanager and Grafana in a cluster of our own nodes: EKS; on GKE see managed_metrics.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions, core, helm

from components.kubernetes import alerts, scrapes
from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.grafana import Console
from components.kubernetes.grafana import values as grafana_values
from components.kubernetes.namespace import Namespace, address_peer, namespace_peer
from components.kubernetes.observed import NAMESPACE, PODS, join
from components.kubernetes.pods import CONTAINER, resources, spread
from components.kubernetes.vendor import Vendor
from settings.kubernetes.observability import ObservabilitySettings

RELEASE = "kube-prometheus-stack"
API = "monitoring.coreos.com/v1"

PROMETHEUS = f"http://{RELEASE}-prometheus.observability:9090"
ALERTMANAGER = f"http://{RELEASE}-alertmanager.observability:9093"

# Two that measure the same, so that one may be lost; three that agree on who is told.
SERVERS, ALERTMANAGERS = 2, 3

# The chart's words, in ours: one word decides whom an alert wakes.
SEVERITIES = {"critical": "page", "warning": "ticket"}

# Namespaces of what stops a rollout or an experiment by a metric.
JUDGES = ("argo-rollouts", "chaos-mesh", "litmus", "mesh-faults")

# EKS shows neither of them, and the proxy only on its node.
UNSEEN = ("kubeControllerManager", "kubeEtcd", "kubeProxy", "kubeScheduler")
UNSEEN_RULES = (
    "etcd",
    "kubeControllerManager",
    "kubeProxy",
    "kubeSchedulerAlerting",
    "kubeSchedulerRecording",
    "windows",
)

# What kube-state-metrics may list: no secrets, whose contents it would hold, and nothing that no rule asks for.
STATES = (
    "cronjobs",
    "daemonsets",
    "deployments",
    "endpointslices",
    "horizontalpodautoscalers",
    "jobs",
    "namespaces",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "poddisruptionbudgets",
    "pods",
    "replicasets",
    "resourcequotas",
    "services",
    "statefulsets",
    "storageclasses",
    "volumeattachments",
)


@dataclass(frozen=True)
class Routes:
    """Who is told of alerts: Alertmanager's configuration, and the secrets that it reads from files.

    A secret is mounted at /etc/alertmanager/secrets/<name>; none is ever in the configuration.
    """

    config: Mapping[str, Any]
    secrets: Sequence[pulumi.Input[str]] = ()


# Alerts are seen on the consoles and told to nobody.
NOBODY = Routes({"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]})


@dataclass(frozen=True)
class Storage:
    """Where metrics are kept after the cluster, by AWS's signed requests."""

    endpoint: pulumi.Input[str]
    """The workspace's URL, with a slash at its end."""

    region: str
    cluster_name: pulumi.Input[str]
    """Marks both servers' series as one cluster's, of which the workspace keeps one copy."""

    service_account: pulumi.Input[str]
    """Prometheus's own, which may write there."""


class Metrics(KubernetesComponent):
    """kube-prometheus-stack: two Prometheus servers over zones, three Alertmanagers, Grafana with dashboards as code.

    The operator takes rules and monitors of every namespace. Its admission webhook is off: it would stop every change
    of a rule while it is away, and rules are checked before they get here. What the cluster's default storage class
    encrypts holds metrics for some days; the workspace has them all.
    """

    release: helm.v3.Release
    """Custom resources of its kinds come after it."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: ObservabilitySettings,
        *,
        place: Namespace,
        nodes: Namespace,
        node_ranges: Sequence[str],
        storage: Storage,
        routes: Routes,
        console: Console,
        digests: Mapping[str, str],
        runbooks: str,
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it in `place`, and its agents in `nodes`; `node_ranges` are the addresses of the cluster's nodes.

        `digests` are those of the workloads' images in the settings, by name; `runbooks` is where people read
        docs/operations.md, `priority` the name of a class.
        """
        super().__init__("Metrics", name, scope, "internal", opts)
        _connect(place, nodes, node_ranges)
        for dashboard, text in console.dashboards.items():
            core.v1.ConfigMap(
                f"{name}-dashboard-{dashboard}",
                metadata={
                    "name": f"dashboard-{dashboard}",
                    "namespace": place.namespace,
                    "labels": {"grafana_dashboard": "1"},
                },
                data={f"{dashboard}.json": text},
                opts=self.child(),
            )
        self.release = scope.vendor.release(
            f"{name}-release",
            RELEASE,
            namespace=place.namespace,
            values=_values(scope, settings, nodes, storage, routes, console, priority),
            opts=self.child(),
            timeout_seconds=900,
        )
        self._rules(name, place, digests, runbooks)
        for scrape in scrapes.of(scope.cloud):
            apiextensions.CustomResource(
                f"{name}-scrape-{scrape.name}",
                api_version=API,
                kind="PodMonitor",
                metadata={"name": scrape.name, "namespace": place.namespace},
                spec=_monitor(scrape),
                opts=self.child(depends_on=[self.release]),
            )
        self.register_outputs({})

    def _rules(self, name: str, place: Namespace, digests: Mapping[str, str], runbooks: str) -> None:
        apiextensions.CustomResource(
            f"{name}-rules",
            api_version=API,
            kind="PrometheusRule",
            metadata={"name": "platform", "namespace": place.namespace},
            spec={"groups": alerts.groups(alerts.of(self.scope.cloud, digests), runbooks)},
            opts=self.child(depends_on=[self.release]),
        )


def _connect(place: Namespace, nodes: Namespace, node_ranges: Sequence[str]) -> None:
    """Who speaks to whom; Prometheus alone may ask every pod of the cluster."""
    join(place, "prometheus", "alertmanager", [9093, 8080])
    join(place, "grafana", "prometheus", [9090])
    join(place, "grafana", "alertmanager", [9093])
    judges = [namespace_peer(namespace) for namespace in JUDGES]
    place.admit("prometheus-from-judges", judges, [9090], pods=PODS["prometheus"])
    place.admit("alertmanager-from-delivery", [namespace_peer("argocd")], [9093], pods=PODS["alertmanager"])
    join(place, "alertmanager", "alertmanager", [9094, ("UDP", 9094)])
    scraped = [3000, 8080, 8888, 9090]
    place.admit("from-prometheus", [namespace_peer(NAMESPACE, PODS["prometheus"])], scraped)
    place.let_out("prometheus-to-pods", [{"namespace_selector": {}}], [], pods=PODS["prometheus"])
    place.let_out(
        "prometheus-to-nodes", [address_peer(cidr) for cidr in node_ranges], [443, 9100, 10250], pods=PODS["prometheus"]
    )
    for part in ("grafana", "operator", "state"):
        place.let_out_to_api_server(part, pods=PODS[part])
    for part in ("alertmanager", "grafana", "prometheus"):
        place.let_out(f"{part}-to-https", [address_peer("0.0.0.0/0")], [443], pods=PODS[part])
    nodes.admit_monitoring([2020, 9100])


def _image(vendor: Vendor, image: str) -> dict[str, Any]:
    """An image, for the chart's own templates, which take the digest without its algorithm."""
    return {
        "registry": vendor.host,
        "repository": vendor.path(image),
        "tag": vendor.version(image),
        "sha": vendor.digests[image].removeprefix("sha256:"),
    }


def _disk(gib: int) -> dict[str, Any]:
    """A disk of the cluster's default storage class, which is the encrypted one."""
    return {
        "volumeClaimTemplate": {
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": f"{gib}Gi"}}}
        }
    }


def _values(
    scope: Scope,
    settings: ObservabilitySettings,
    nodes: Namespace,
    storage: Storage,
    routes: Routes,
    console: Console,
    priority: pulumi.Input[str],
) -> dict[str, Any]:
    vendor = scope.vendor
    return {
        "commonLabels": scope.tags.of("internal"),
        "cleanPrometheusOperatorObjectNames": True,
        **{part: {"enabled": False} for part in UNSEEN},
        "defaultRules": {
            "rules": dict.fromkeys(UNSEEN_RULES, False),
            # Ours says the same for both clusters.
            "disabled": {"KubeHpaMaxedOut": True},
            "runbookUrl": "https://runbooks.prometheus-operator.dev/runbooks",
        },
        "prometheusOperator": {
            "admissionWebhooks": {"enabled": False},
            "tls": {"enabled": False},
            "image": _image(vendor, "prometheus-operator"),
            "prometheusConfigReloader": {
                "image": _image(vendor, "prometheus-config-reloader"),
                "resources": resources(10, 64),
            },
            "priorityClassName": priority,
            "resources": resources(100, 256),
        },
        "prometheus": {
            "serviceAccount": {"name": storage.service_account},
            "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
            "prometheusSpec": {**_prometheus(vendor, settings, storage), "priorityClassName": priority},
        },
        "alertmanager": {
            # The chart lays ours over its own: what we leave out would be its routes, to receivers that we do not have.
            "config": {"inhibit_rules": [], **routes.config, "route": {"routes": [], **routes.config["route"]}},
            "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1, "minAvailable": None},
            "alertmanagerSpec": {
                # Apart from the image the chart writes the digest without quotes, and one of digits would be a number.
                "image": {
                    "registry": vendor.host,
                    "repository": vendor.path("alertmanager"),
                    "tag": vendor.tag("alertmanager"),
                },
                "version": vendor.version("alertmanager"),
                "replicas": ALERTMANAGERS,
                "priorityClassName": priority,
                "secrets": list(routes.secrets),
                "storage": _disk(2),
                "resources": resources(50, 128),
                "topologySpreadConstraints": spread(PODS["alertmanager"]),
            },
        },
        "kube-state-metrics": {
            "image": {**_image(vendor, "kube-state-metrics"), "sha": vendor.digests["kube-state-metrics"]},
            "collectors": list(STATES),
            "priorityClassName": priority,
            "resources": resources(50, 256),
        },
        # It reads its node; see the namespace.
        "prometheus-node-exporter": {
            "namespaceOverride": nodes.namespace,
            "image": {
                "registry": vendor.host,
                "repository": vendor.path("node-exporter"),
                "tag": vendor.version("node-exporter"),
                "distroless": False,
                "digest": vendor.digests["node-exporter"],
            },
            "priorityClassName": "system-node-critical",
            "containerSecurityContext": dict(CONTAINER),
            "resources": resources(50, 64),
        },
        "grafana": {**grafana_values(scope, console, prometheus=PROMETHEUS), "priorityClassName": priority},
    }


def _prometheus(vendor: Vendor, settings: ObservabilitySettings, storage: Storage) -> dict[str, Any]:
    measured = settings.metrics
    return {
        "image": _image(vendor, "prometheus"),
        "version": vendor.version("prometheus").removesuffix("-distroless"),
        "replicas": SERVERS,
        "retention": f"{measured.local_days}d",
        # Below the disk's size, as its journal and what is being merged come on top.
        "retentionSize": f"{measured.volume_gib * 8 // 10}GiB",
        "storageSpec": _disk(measured.volume_gib),
        "resources": resources(measured.cpu_millicores, measured.memory_mib),
        "topologySpreadConstraints": spread(PODS["prometheus"]),
        **{
            f"{kind}SelectorNilUsesHelmValues": False
            for kind in ("podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor")
        },
        "externalLabels": {"cluster": storage.cluster_name},
        # By this label and `cluster` the workspace knows two copies of one series.
        # https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-ingest-dedupe.html
        "replicaExternalLabelName": "__replica__",
        "prometheusExternalLabelNameClear": True,
        "additionalAlertRelabelConfigs": [
            {"source_labels": ["severity"], "regex": theirs, "target_label": "severity", "replacement": ours}
            for theirs, ours in SEVERITIES.items()
        ],
        "remoteWrite": [
            {
                "url": pulumi.Output.concat(storage.endpoint, "api/v1/remote_write"),
                "sigv4": {"region": storage.region},
                "queueConfig": {"capacity": 2500, "maxSamplesPerSend": 1000, "maxShards": 200},
            }
        ],
    }


def _monitor(scrape: scrapes.Scrape) -> dict[str, Any]:
    endpoint: dict[str, Any] = {"port": scrape.port, "path": scrape.path, "interval": scrapes.INTERVAL}
    if scrape.encrypted:
        endpoint |= {"scheme": "https", "tlsConfig": {"insecureSkipVerify": True}}
    if scrape.number is not None:
        endpoint["relabelings"] = [
            {
                "sourceLabels": ["__meta_kubernetes_pod_ip"],
                "targetLabel": "__address__",
                "regex": "(.+)",
                "replacement": f"$1:{scrape.number}",
                "action": "replace",
            }
        ]
    if scrape.about_others:
        endpoint["honorLabels"] = True
    if scrape.dropped:
        endpoint["metricRelabelings"] = [scrapes.drop(scrape.dropped)]
    return {
        "selector": scrapes.selector(scrape.pods),
        "namespaceSelector": {"matchNames": [scrape.namespace]} if scrape.namespace else {"any": True},
        "podMetricsEndpoints": [endpoint],
    }
