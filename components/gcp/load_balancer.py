"""The global load balancer: fixed addresses, TLS, and which name and path leads where."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_gcp import compute

from components.gcp.component import GcpComponent, Scope
from settings.gcp.edge import EdgeSettings

SCHEME = "EXTERNAL_MANAGED"
HTTPS = 443

# https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
HEALTH_PORT = 15021
HEALTH_PATH = "/healthz/ready"

DRAINING_SECONDS = 60
HSTS_SECONDS = 2 * 365 * 24 * 60 * 60

# What an application must not change. The headers that it may know better are the mesh gateway's to add: Cloud Load
# Balancing can replace one or add a second, never add the one that is missing.
SECURITY_HEADERS = {
    "Strict-Transport-Security": f"max-age={HSTS_SECONDS}; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
TELLTALE_HEADERS = ("X-Envoy-Upstream-Service-Time", "X-Powered-By")

# Google puts out a pod for errors of the application too, unless told not to, and the provider leaves zeros out: the
# least share, of what does not happen.
APPLICATION_ERRORS: compute.BackendServiceOutlierDetectionArgsDict = {
    "enforcing_consecutive_errors": 1,
    "consecutive_errors": 1000,
    "enforcing_success_rate": 1,
    "success_rate_minimum_hosts": 1000,
}

VERSIONS = {"ipv4": "IPV4", "ipv6": "IPV6"}


class LoadBalancer(GcpComponent):
    """An external Application Load Balancer that leads the public names to the mesh gateway, over TLS all the way.

    TLS ends here, TLS 1.2 and newer with forward secrecy, and is made anew towards the gateway. Plain HTTP is answered
    by a redirect, a name that nobody serves by another: neither reaches the cluster. The backend services are empty:
    the cluster makes the network endpoint groups of its gateway, and its controller autoneg attaches them, so that this
    program ignores `backends`, and changes the services only after a refresh. Paths whose answers may be cached have a
    backend service of their own. Requests are logged with their query strings: nothing secret belongs into a URL.
    """

    addresses: dict[str, pulumi.Output[str]]
    """Fixed addresses, `ipv4` and `ipv6`."""

    service_names: dict[str, pulumi.Output[str]]
    """Backend services that the cluster's endpoints are attached to: `gateway`, and `cached` if paths are."""

    url_map_name: pulumi.Output[str]
    """What Cloud Monitoring knows the load balancer by."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: EdgeSettings,
        *,
        names: Sequence[str],
        services: Mapping[str, pulumi.Input[str]],
        certificate_map: pulumi.Input[str],
        security_policy: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Lead `names` to the gateway, and others to `services`, backend services or buckets by public name."""
        super().__init__("LoadBalancer", name, scope, "confidential", opts)
        health = health_check(self, name)
        gateway = gateway_service(
            self, f"{name}-gateway", settings, health_check=health.id, security_policy=security_policy
        )
        self.service_names = {"gateway": gateway.name}
        cached = None
        if settings.cached_paths:
            cached = gateway_service(
                self, f"{name}-cached", settings, health_check=health.id, security_policy=security_policy, cached=True
            )
            self.service_names["cached"] = cached.name
        urls = self._urls(name, settings, names, services, gateway.id, cached.id if cached else None)
        self.url_map_name = urls.name
        self.addresses = {}
        secure, plain = self._secure(name, urls, certificate_map), self._redirect(name)
        for key, version in VERSIONS.items():
            address = compute.GlobalAddress(
                f"{name}-{key}", address_type="EXTERNAL", ip_version=version, opts=self.child(stateful=True)
            )
            self.addresses[key] = address.address
            for protocol, port, target in (("https", HTTPS, secure), ("http", 80, plain)):
                compute.GlobalForwardingRule(
                    f"{name}-{protocol}-{key}",
                    ip_address=address.address,
                    ip_protocol="TCP",
                    port_range=str(port),
                    load_balancing_scheme=SCHEME,
                    target=target,
                    opts=self.child(),
                )
        self.register_outputs({"addresses": self.addresses, "serviceNames": self.service_names})

    def _urls(
        self,
        name: str,
        settings: EdgeSettings,
        names: Sequence[str],
        services: Mapping[str, pulumi.Input[str]],
        gateway: pulumi.Input[str],
        cached: pulumi.Input[str] | None,
    ) -> compute.URLMap:
        platform: compute.URLMapPathMatcherArgsDict = {
            "name": "platform",
            "default_service": gateway,
            "header_action": {
                "response_headers_to_adds": [
                    {"header_name": header, "header_value": value, "replace": True}
                    for header, value in SECURITY_HEADERS.items()
                ],
                "response_headers_to_removes": list(TELLTALE_HEADERS),
            },
        }
        if cached is not None:
            platform["path_rules"] = [{"paths": list(settings.cached_paths), "service": cached}]
        rules: list[compute.URLMapHostRuleArgsDict] = [{"hosts": list(names), "path_matcher": "platform"}]
        matchers: list[compute.URLMapPathMatcherArgsDict] = [platform]
        for number, (host, service) in enumerate(services.items()):
            rules.append({"hosts": [host], "path_matcher": f"service-{number}"})
            matchers.append({"name": f"service-{number}", "default_service": service})
        return compute.URLMap(
            f"{name}-urls",
            description="Which public name leads where",
            # Whoever asks by a name that we do not serve is sent to one that we do.
            default_url_redirect={
                "host_redirect": names[0],
                "path_redirect": "/",
                "redirect_response_code": "FOUND",
                "strip_query": True,
            },
            host_rules=rules,
            path_matchers=matchers,
            opts=self.child(),
        )

    def _secure(self, name: str, urls: compute.URLMap, certificate_map: pulumi.Input[str]) -> pulumi.Output[str]:
        policy = compute.SSLPolicy(
            f"{name}-tls",
            profile="RESTRICTED",
            min_tls_version="TLS_1_2",
            opts=self.child(),
        )
        return compute.TargetHttpsProxy(
            f"{name}-https",
            url_map=urls.id,
            certificate_map=certificate_map,
            ssl_policy=policy.id,
            quic_override="ENABLE",
            # Early data can be sent twice by whoever overheard it.
            tls_early_data="DISABLED",
            opts=self.child(),
        ).id

    def _redirect(self, name: str) -> pulumi.Output[str]:
        urls = compute.URLMap(
            f"{name}-redirect",
            description="From HTTP to HTTPS",
            default_url_redirect={
                "https_redirect": True,
                "redirect_response_code": "MOVED_PERMANENTLY_DEFAULT",
                "strip_query": False,
            },
            opts=self.child(),
        )
        return compute.TargetHttpProxy(f"{name}-http", url_map=urls.id, opts=self.child()).id


def health_check(component: GcpComponent, name: str) -> compute.HealthCheck:
    """What makes Google's front ends trust a pod of the gateway: that it is ready, by its own word."""
    return compute.HealthCheck(
        f"{name}-ready",
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
        opts=component.child(),
    )


def gateway_service(
    component: GcpComponent,
    name: str,
    settings: EdgeSettings,
    *,
    health_check: pulumi.Input[str],
    security_policy: pulumi.Input[str],
    cached: bool = False,
) -> compute.BackendService:
    """A backend service for the pods of the mesh gateway, whose endpoints the cluster brings.

    A pod that fails to answer several times in a row gets no requests for a while; at most half of them, since an error
    of the application shows at every pod. Where answers are cached, the application says which and for how long.
    """
    return compute.BackendService(
        name,
        load_balancing_scheme=SCHEME,
        protocol="HTTPS",
        health_checks=health_check,
        security_policy=security_policy,
        timeout_sec=settings.request_timeout_seconds,
        connection_draining_timeout_sec=DRAINING_SECONDS,
        session_affinity="NONE",
        locality_lb_policy="LEAST_REQUEST",
        outlier_detection={
            "consecutive_gateway_failure": 10,
            "enforcing_consecutive_gateway_failure": 100,
            **APPLICATION_ERRORS,
            "interval": {"seconds": 10},
            "base_ejection_time": {"seconds": 30},
            "max_ejection_percent": 50,
        },
        enable_cdn=cached,
        cdn_policy={
            "cache_mode": "USE_ORIGIN_HEADERS",
            "cache_key_policy": {"include_host": True, "include_protocol": True, "include_query_string": True},
            "negative_caching": False,
            "request_coalescing": True,
            # As CloudFront forwards cached paths: what depends on who asks is asked of the application.
            "bypass_cache_on_request_headers": [{"header_name": "Authorization"}, {"header_name": "Cookie"}],
        }
        if cached
        else None,
        compression_mode="AUTOMATIC" if cached else "DISABLED",
        log_config={"enable": True, "sample_rate": 1.0},
        opts=component.child(ignore_changes=["backends"]),
    )
