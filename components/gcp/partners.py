"""How partners reach the standby: by Private Service Connect, or by names that an allow-list guards."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import compute

from components.gcp.component import GcpComponent, Scope
from components.gcp.load_balancer import (
    DRAINING_SECONDS,
    HEALTH_PATH,
    HEALTH_PORT,
    HTTPS,
    gateway_service,
    health_check,
)
from components.gcp.network import Network
from components.gcp.web_firewall import admitted
from settings.gcp.edge import EdgeSettings

INTERNAL = "INTERNAL_MANAGED"


class Partners(GcpComponent):
    """A way in for those whom the settings name, to the same gateway; they pass no OWASP rules.

    By Private Service Connect, partners make an endpoint in their own network and point `partners.<domain>` to it in a
    private zone of theirs; named projects are accepted by themselves, others by hand. The load balancer behind it is a
    regional TCP proxy that passes TLS on: it takes the endpoint groups that GKE makes for pods, which a passthrough
    balancer does not. By allow-list, the public names lead through the global load balancer to a backend service with a
    policy of its own, which admits the list and nobody else. A failover moves neither: partners have the primary's way
    in beside it.
    """

    attachment: pulumi.Output[str] | None
    """What partners make their endpoint for, by Private Service Connect."""

    services: Mapping[str, pulumi.Output[str]]
    """Backend services by public name, for the global load balancer; by allow-list only."""

    service_name: pulumi.Output[str] | None
    """The backend service that the cluster's endpoints are attached to, of either kind."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: EdgeSettings,
        *,
        names: list[str],
        network: Network,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the way in; `names` are public, and served by allow-list only."""
        super().__init__("Partners", name, scope, "confidential", opts)
        self.attachment, self.services, self.service_name = None, {}, None
        if settings.partners.kind == "private_link":
            self._by_connection(name, settings, network)
        if settings.partners.kind == "allow_list":
            self._by_list(name, settings, names)
        self.register_outputs({"attachment": self.attachment, "serviceName": self.service_name})

    def _by_list(self, name: str, settings: EdgeSettings, names: list[str]) -> None:
        policy = compute.SecurityPolicy(
            f"{name}-list",
            type="CLOUD_ARMOR",
            description="Partners, and nobody else",
            rules=admitted([str(cidr) for cidr in settings.partners.allowed_cidrs]),
            opts=self.child(),
        )
        service = gateway_service(
            self,
            f"{name}-gateway",
            settings,
            health_check=health_check(self, name).id,
            security_policy=policy.id,
        )
        self.service_name, self.services = service.name, dict.fromkeys(names, service.id)

    def _by_connection(self, name: str, settings: EdgeSettings, network: Network) -> None:
        scope = self.scope
        health = compute.RegionHealthCheck(
            f"{name}-ready",
            region=scope.region,
            check_interval_sec=10,
            timeout_sec=5,
            healthy_threshold=2,
            unhealthy_threshold=3,
            http_health_check={
                "port": HEALTH_PORT,
                "port_specification": "USE_FIXED_PORT",
                "request_path": HEALTH_PATH,
            },
            log_config={"enable": True},
            opts=self.child(),
        )
        service = compute.RegionBackendService(
            f"{name}-gateway",
            region=scope.region,
            load_balancing_scheme=INTERNAL,
            protocol="TCP",
            health_checks=health.id,
            connection_draining_timeout_sec=DRAINING_SECONDS,
            log_config={"enable": True, "sample_rate": 1.0},
            opts=self.child(ignore_changes=["backends"]),
        )
        proxy = compute.RegionTargetTcpProxy(
            f"{name}-proxy", region=scope.region, backend_service=service.id, opts=self.child()
        )
        rule = compute.ForwardingRule(
            f"{name}-tls",
            region=scope.region,
            load_balancing_scheme=INTERNAL,
            network=network.network_id,
            subnetwork=network.subnet_ids["nodes"],
            ip_protocol="TCP",
            port_range=str(HTTPS),
            target=proxy.id,
            # An endpoint in another of Google's regions reaches it too.
            allow_global_access=True,
            opts=self.child(),
        )
        self.service_name = service.name
        self.attachment = compute.ServiceAttachment(
            f"{name}-attachment",
            region=scope.region,
            description="The platform, for partners",
            target_service=rule.id,
            nat_subnets=[network.subnet_ids["psc"]],
            connection_preference="ACCEPT_MANUAL",
            consumer_accept_lists=[
                {"project_id_or_num": project, "connection_limit": settings.partners.connections}
                for project in settings.partners.allowed_projects
            ],
            # Who is taken off the list is cut off.
            reconcile_connections=True,
            enable_proxy_protocol=False,
            opts=self.child(stateful=True),
        ).self_link
