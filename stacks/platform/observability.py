"""Metrics, traces and logs of the cluster: kept by AWS's stores on EKS, and by Google's own services on GKE."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import helm

from components.kubernetes.container_logs import ContainerLogs
from components.kubernetes.dashboards import dashboards
from components.kubernetes.external_secrets import READS_STORE, ExternalSecrets
from components.kubernetes.grafana import Console
from components.kubernetes.jaeger import EXPORTER, Jaeger
from components.kubernetes.kiali import Kiali
from components.kubernetes.managed_metrics import ManagedMetrics
from components.kubernetes.metrics import NOBODY, PROMETHEUS, RELEASE, Metrics, Routes, Storage
from components.kubernetes.namespace import Namespace
from components.kubernetes.observed import NAMESPACE, NODES_NAMESPACE
from components.kubernetes.revisions import Revisions
from components.kubernetes.stored_secret import StoredSecret
from components.kubernetes.traces import SAMPLER, Exporters, Traces
from stacks.platform.site import OnAws, OnGcp, Site

GRAFANA = f"http://{RELEASE}-grafana.{NAMESPACE}"


def namespace(site: Site) -> Namespace:
    """The namespace of what observes the cluster, for whoever puts a secret there that it reads."""
    return Namespace("observability", site.scope, NAMESPACE, labels=READS_STORE, opts=site.opts)


def install(
    site: Site,
    priority: pulumi.Input[str],
    place: Namespace,
    secrets: ExternalSecrets,
    namespaces: Sequence[pulumi.Input[str]],
    routes: Routes = NOBODY,
) -> helm.v3.Release | None:
    """Install what observes the cluster; `routes` say who is told of the primary's alerts.

    `namespaces` are the workloads', known once they exist.

    Returns the release that defines Prometheus' kinds, or None where Google's are part of the cluster.
    """
    if isinstance(site.here, OnAws):
        return _on_aws(site, site.here, priority, place, secrets, routes)
    _on_gcp(site, site.here, priority, place, namespaces)
    return None


def _on_aws(
    site: Site,
    here: OnAws,
    priority: pulumi.Input[str],
    place: Namespace,
    secrets: ExternalSecrets,
    routes: Routes,
) -> helm.v3.Release:
    settings, scope = site.settings.platform.observability, site.scope
    # Agents there read their node: its files, and for its figures its network and processes too.
    nodes = Namespace("observability-nodes", scope, NODES_NAMESPACE, pod_security="privileged", opts=site.opts)
    grafana = {"admin-password": here.secrets["grafana-admin"], "client-secret": here.secrets["grafana-client"]}
    console = Console(
        service_account=here.service_accounts["grafana"],
        region=here.region,
        workspace=here.metrics_endpoint,
        secret=_secret("grafana", place, secrets, grafana, {"admin-user": "admin"}, site.opts),
        sign_on=settings.sign_on,
        dashboards=dashboards(here.region),
    )
    data = [str(cidr) for cidr in site.settings.plan.aws.tiers["data"]]
    metrics = Metrics(
        "metrics",
        scope,
        settings,
        place=place,
        nodes=nodes,
        node_ranges=[str(cidr) for cidr in site.settings.plan.aws.tiers["private"]],
        storage=Storage(here.metrics_endpoint, here.region, here.cluster_name, here.service_accounts["prometheus"]),
        routes=routes,
        console=console,
        digests=site.settings.digests,
        runbooks=site.settings.platform.alerting.runbooks,
        priority=priority,
        opts=site.opts,
    )
    Jaeger(
        "jaeger",
        scope,
        place=place,
        service_account=here.service_accounts["jaeger"],
        region=here.region,
        search_endpoint=here.search_endpoint,
        search_ranges=data,
        opts=site.opts,
    )
    exporters: dict[str, dict[str, Any]] = {"otlp/jaeger": EXPORTER, "awsxray": {"region": here.region}}
    Traces(
        "traces",
        scope,
        settings.tracing,
        place=place,
        exporters=Exporters(exporters, here.service_accounts["traces"]),
        priority=priority,
        opts=site.opts,
    )
    ContainerLogs(
        "logs",
        scope,
        nodes=nodes,
        service_account=here.service_accounts["logs"],
        region=here.region,
        search_endpoint=here.search_endpoint,
        search_ranges=data,
        after=metrics.release,
        opts=site.opts,
    )
    Kiali(
        "kiali",
        scope,
        place=place,
        prometheus=PROMETHEUS,
        grafana=GRAFANA,
        secret=_secret("kiali", place, secrets, {"oidc-secret": here.secrets["kiali-client"]}, {}, site.opts),
        sign_on=settings.sign_on,
        priority=priority,
        opts=site.opts,
    )
    return metrics.release


def _on_gcp(
    site: Site, here: OnGcp, priority: pulumi.Input[str], place: Namespace, namespaces: Sequence[pulumi.Input[str]]
) -> None:
    ManagedMetrics("metrics", site.scope, site.opts)
    Revisions("revisions", site.scope, place=place, namespaces=namespaces, priority=priority, opts=site.opts)
    Traces(
        "traces",
        site.scope,
        site.settings.platform.observability.tracing,
        place=place,
        exporters=Exporters({"googlecloud": {"project": here.project}}, SAMPLER),
        priority=priority,
        opts=site.opts,
    )


def _secret(
    name: str,
    place: Namespace,
    secrets: ExternalSecrets,
    read: Mapping[str, pulumi.Input[str]],
    fixed: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """The name of a secret of the namespace: `read` from the store, by its keys, and `fixed` words."""
    return StoredSecret(
        f"{name}-secret", secrets.scope, name, place, store=secrets.store, read=read, fixed=fixed, opts=opts
    ).name
