"""The public names: where DNS sends them, and the one thing that may move it."""

from urllib.parse import urlsplit

import pulumi
from pulumi_aws import route53

from components.aws.cdn import Cdn
from components.aws.component import AwsComponent, Scope
from components.aws.health_check import https_check
from settings.front_door import FrontDoorSettings


class FrontDoor(AwsComponent):
    """PRIMARY records of the public names, and `primary.<domain>`, which always leads here.

    The records' only health check is an inverted one on the switch object, which lies with the standby's cloud: once
    the object exists, DNS moves within a minute, with no call to AWS, and stays moved until somebody deletes it. While
    that cloud is down, or the object is missing, DNS stays here. The platform's own health moves nothing: users would
    reach a standby that nobody has promoted. It is checked by the name `primary.<domain>`, for people to be told.
    SECONDARY records are made with the standby's; PRIMARY ones are answered without them.
    """

    primary_health_check_arn: pulumi.Output[str]
    health_check_ids: dict[str, pulumi.Output[str]]
    """`primary` asks whether the region answers, `switch` fails while the switch object exists."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: FrontDoorSettings,
        *,
        domain: str,
        zone_id: pulumi.Input[str],
        cdn: Cdn,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the records and their checks."""
        super().__init__("FrontDoor", name, scope, "public", opts)
        primary = f"primary.{domain}"
        url = urlsplit(settings.switch_object_url)
        switch = https_check(self, f"{name}-switch", url.hostname or "", url.path, inverted=True)
        for label, fqdn in settings.names(domain).items():
            self._alias(f"{name}-{label}", fqdn, zone_id, cdn, switch)
        self._alias(f"{name}-primary", primary, zone_id, cdn, None)

        health = https_check(self, f"{name}-primary", primary, settings.health_path)
        self.primary_health_check_arn = health.arn
        self.health_check_ids = {"primary": health.id, "switch": switch.id}
        self.register_outputs({"primaryHealthCheckArn": self.primary_health_check_arn})

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
