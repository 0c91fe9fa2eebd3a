"""Route 53's health checks, which ask from around the world."""

from pulumi_aws import route53

from components.component import Component

CHECK_SECONDS = 10
CHECKS = 3
"""Answers in a row that change a health check's mind."""


def https_check(
    component: Component, name: str, host: str, path: str, *, inverted: bool = False
) -> route53.HealthCheck:
    """A check that a host answers over TLS; an inverted one is healthy while it does not.

    The host must be no name that fails over: checkers resolve it each time, and would ask the other region.
    """
    return route53.HealthCheck(
        name,
        type="HTTPS",
        fqdn=host,
        port=443,
        resource_path=path,
        enable_sni=True,
        request_interval=CHECK_SECONDS,
        failure_threshold=CHECKS,
        invert_healthcheck=inverted,
        opts=component.child(),
    )
