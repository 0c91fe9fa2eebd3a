"""The public names: where DNS sends them, and the one thing that may move it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import pulumi
from pulumi_aws import route53

from components.aws.cdn import Cdn
from components.aws.component import AwsComponent, Scope
from components.aws.dns_alarms import dns_alarm
from settings.edge import EdgeSettings

CHECK_SECONDS = 10
CHECKS = 3
"""Answers in a row that change a health check's mind."""


class FrontDoor(AwsComponent):
    """PRIMARY records of the public names, and `primary.<domain>`, which always leads here.

    The records' only health check is an inverted one on the switch object, which lies with the standby's cloud: once
    the object exists, DNS moves within a minute, with no call to AWS, and stays moved until somebody deletes it. While
    that cloud is down, or the object is missing, DNS stays here. The platform's own health moves nothing: users would
    reach a standby that nobody has promoted. It is checked by the name `primary.<domain>`, and an alarm tells.
    SECONDARY records are made with the standby's; PRIMARY ones are answered without them.
    """

    primary_health_check_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: EdgeSettings,
        *,
        domain: str,
        zone_id: pulumi.Input[str],
        cdn: Cdn,
        alarm_topic_arns: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the records; the alarm topics are of us-east-1, where health checks report."""
        super().__init__("FrontDoor", name, scope, "public", opts)
        primary = f"primary.{domain}"
        url = urlsplit(settings.switch_object_url)
        switch = self._check(f"{name}-switch", url.hostname or "", url.path, inverted=True)
        for host in settings.hosts:
            label, fqdn = ("apex", domain) if host == "@" else (host, f"{host}.{domain}")
            self._alias(f"{name}-{label}", fqdn, zone_id, cdn, switch)
        self._alias(f"{name}-primary", primary, zone_id, cdn, None)

        health = self._check(f"{name}-primary", primary, settings.health_path)
        self.primary_health_check_arn = health.arn
        for check, trouble, minutes in (
            (health, f"{primary} does not answer: decide whether to fail over, nothing does so by itself", 3),
            (switch, "The switch object exists: DNS sends users to the standby", 1),
        ):
            dns_alarm(
                self,
                f"{name}-{'primary' if check is health else 'switch'}",
                metric="HealthCheckStatus",
                dimensions={"HealthCheckId": check.id},
                description=trouble,
                comparison="LessThanThreshold",
                minutes=minutes,
                missing="breaching" if check is health else "missing",
                topic_arns=alarm_topic_arns,
            )
        self.register_outputs({"primaryHealthCheckArn": self.primary_health_check_arn})

    def _check(self, name: str, host: str, path: str, *, inverted: bool = False) -> route53.HealthCheck:
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
            opts=self.child(),
        )

    def _alias(
        self,
        name: str,
        fqdn: str,
        zone_id: pulumi.Input[str],
        cdn: Cdn,
        switch: route53.HealthCheck | None,
    ) -> None:
        """Records for IPv4 and IPv6 that lead to CloudFront, as PRIMARY ones where a switch is given."""
        for kind in ("A", "AAAA"):
            route53.Record(
                f"{name}-{kind.lower()}",
                zone_id=zone_id,
                name=fqdn,
                type=kind,
                aliases=[{"name": cdn.domain_name, "zone_id": cdn.hosted_zone_id, "evaluate_target_health": False}],
                set_identifier="primary" if switch else None,
                failover_routing_policies=[{"type": "PRIMARY"}] if switch else None,
                health_check_id=switch.id if switch else None,
                opts=self.child(),
            )
