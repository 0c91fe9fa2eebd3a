"""The public edge of the region: DNS, certificates, firewall, content delivery, load balancer, partners."""

import pulumi
from pulumi_aws import shield

from components.aws.cdn import Cdn
from components.aws.certificate import Certificates
from components.aws.component import GLOBAL_REGION, AwsComponent, Scope
from components.aws.front_door import FrontDoor
from components.aws.keys import KeyUse, customer_key
from components.aws.load_balancer import LoadBalancer
from components.aws.network import Network
from components.aws.partners import Partners
from components.aws.web_firewall import WebFirewall
from components.aws.zone import Zone
from settings.aws import KeySettings
from settings.edge import EdgeSettings
from settings.front_door import FrontDoorSettings


class Edge(AwsComponent):
    """What stands between the internet and the mesh gateway, in the order in which a request meets it.

    Logs that AWS keeps in us-east-1 have a key of that region. The load balancer admits CloudFront alone: by its prefix
    list, which can be named before anything exists, or by the group that its VPC origins share, which AWS makes with
    the first of them (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html).
    Shield Advanced binds the account for a year, so a person subscribes to it; its protections are made here.
    """

    zone: Zone
    cdn: Cdn
    balancer: LoadBalancer
    firewall: WebFirewall
    certificates: Certificates
    partners: Partners
    front_door: FrontDoor
    names: list[str]
    """The public names and `primary.<domain>`: what a failover moves, and nothing else may change."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: EdgeSettings,
        *,
        doors: FrontDoorSettings,
        domain: str,
        name_prefix: str,
        network: Network,
        targets_group_id: pulumi.Input[str],
        key_settings: KeySettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the edge.

        `targets_group_id` is the security group of the gateway's pods.
        """
        super().__init__("Edge", name, scope, "public", opts)
        child = self.child()
        log_key_arn = customer_key(
            self,
            f"{name}-logs",
            key_settings,
            KeyUse("Log groups of DNS, CloudFront and WAF", "internal", log_groups=True),
            region=GLOBAL_REGION,
        ).arn
        self.zone = Zone(
            f"{name}-zone",
            scope,
            settings,
            domain=domain,
            authorities=doors.authorities(domain),
            key_settings=key_settings,
            log_key_arn=log_key_arn,
            opts=child,
        )
        self.certificates = Certificates(
            f"{name}-certificates",
            scope,
            domain=domain,
            zone_id=self.zone.zone_id,
            exportable=settings.exportable_certificate,
            opts=child,
        )
        self.firewall = WebFirewall(
            f"{name}-firewall",
            scope,
            settings.firewall,
            rate_limits=doors.rate_limits,
            name_prefix=name_prefix,
            log_key_arn=log_key_arn,
            opts=child,
        )
        self.balancer = LoadBalancer(
            f"{name}-internal",
            scope,
            network=network,
            sources=[settings.cloudfront_source],
            targets_group_id=targets_group_id,
            opts=child,
        )
        self.names = [*doors.names(domain).values(), f"primary.{domain}"]
        self.cdn = Cdn(
            f"{name}-cdn",
            scope,
            settings,
            name_prefix=name_prefix,
            aliases=self.names,
            balancer=self.balancer,
            certificate_arn=self.certificates.cloudfront_arn,
            web_acl_arn=self.firewall.arn,
            log_key_arn=log_key_arn,
            opts=child,
        )
        self.front_door = FrontDoor(
            f"{name}-door",
            scope,
            doors,
            domain=domain,
            zone_id=self.zone.zone_id,
            cdn=self.cdn,
            opts=child,
        )
        self.partners = Partners(
            f"{name}-partners",
            scope,
            settings.partners,
            domain=domain,
            zone_id=self.zone.zone_id,
            network=network,
            internal_balancer=self.balancer,
            targets_group_id=targets_group_id,
            opts=child,
        )
        if settings.shield_advanced:
            self._shield(name, self.front_door)
        self.register_outputs(
            {
                "zoneId": self.zone.zone_id,
                "distributionArn": self.cdn.arn,
                "targetGroupArn": self.balancer.target_group_arn,
            }
        )

    def _shield(self, name: str, front_door: FrontDoor) -> None:
        """Protections of the front door; the distribution's reacts sooner because it knows whether users suffer."""
        shield.Protection(f"{name}-zone", name=f"{name}-zone", resource_arn=self.zone.arn, opts=self.child())
        protection = shield.Protection(f"{name}-cdn", name=f"{name}-cdn", resource_arn=self.cdn.arn, opts=self.child())
        shield.ProtectionHealthCheckAssociation(
            f"{name}-cdn",
            health_check_arn=front_door.primary_health_check_arn,
            shield_protection_id=protection.id,
            opts=self.child(),
        )
