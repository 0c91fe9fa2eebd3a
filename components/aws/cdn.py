"""CloudFront in front of the load balancer: TLS, HTTP/3, security headers, access log."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudfront, cloudwatch

from components.aws.component import GLOBAL_REGION, AwsComponent, Scope
from components.aws.load_balancer import HTTPS, LoadBalancer
from components.aws.logs import admit_writer, log_group
from settings.edge import EdgeSettings

# AWS's own policies have the same id in every account.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
NEVER_CACHE = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""CachingDisabled."""

CACHE_AS_ORIGIN_SAYS = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
"""UseOriginCacheControlHeaders: keyed by host and cookies too, so that no name or user gets another's answer."""

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
FORWARD_EVERYTHING = "216adef6-5c7f-47e4-b989-5492eafa07d3"
"""AllViewer: the mesh gateway routes by the viewer's Host, and its certificate must match it."""

TLS_POLICY = "TLSv1.2_2021"

ORIGIN = "gateway"

READ = ("GET", "HEAD", "OPTIONS")
WRITE = ("DELETE", "PATCH", "POST", "PUT")

HSTS_SECONDS = 2 * 365 * 24 * 60 * 60

# Without cs-uri-query and cs(Cookie), which carry credentials.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
LOG_FIELDS = (
    "date",
    "time",
    "x-edge-location",
    "x-edge-request-id",
    "c-ip",
    "c-port",
    "cs-method",
    "cs-protocol",
    "cs-protocol-version",
    "x-host-header",
    "cs-uri-stem",
    "cs-bytes",
    "cs(User-Agent)",
    "ssl-protocol",
    "ssl-cipher",
    "sc-status",
    "sc-bytes",
    "sc-content-type",
    "time-taken",
    "time-to-first-byte",
    "x-edge-result-type",
    "x-edge-response-result-type",
    "x-edge-detailed-result-type",
)


class Cdn(AwsComponent):
    """A distribution that reaches the platform through a VPC origin: the load balancer has no public address.

    Nothing is cached but `cached_paths`, and those as the origin says. Requests come with everything the viewer sent;
    answers leave with security headers. The access log goes to a log group of us-east-1, without query strings and
    cookies. A deployment does not wait until all of CloudFront's locations have the change.
    """

    arn: pulumi.Output[str]
    domain_name: pulumi.Output[str]
    hosted_zone_id: pulumi.Output[str]
    """Route 53's zone of `domain_name`, for alias records."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: EdgeSettings,
        *,
        name_prefix: str,
        aliases: Sequence[str],
        balancer: LoadBalancer,
        certificate_arn: pulumi.Input[str],
        web_acl_arn: pulumi.Input[str],
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the distribution for the names in `aliases`; certificate, ACL and log key are of us-east-1."""
        super().__init__("Cdn", name, scope, "public", opts)
        origin = cloudfront.VpcOrigin(
            f"{name}-origin",
            vpc_origin_endpoint_config={
                "name": name_prefix,
                "arn": balancer.arn,
                "http_port": 80,
                "https_port": HTTPS,
                "origin_protocol_policy": "https-only",
                "origin_ssl_protocols": {"items": ["TLSv1.2"], "quantity": 1},
            },
            # CloudFront tries the balancer before it calls the origin deployed.
            opts=self.child(depends_on=balancer.ready),
        )
        headers = self._headers(name, settings)
        behaviour: cloudfront.DistributionDefaultCacheBehaviorArgsDict = {
            "target_origin_id": ORIGIN,
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": [*READ, *WRITE],
            "cached_methods": ["GET", "HEAD"],
            "cache_policy_id": NEVER_CACHE,
            "origin_request_policy_id": FORWARD_EVERYTHING,
            "response_headers_policy_id": headers,
            "compress": True,
        }
        region = settings.origin_shield
        shield = {"origin_shield": {"enabled": True, "origin_shield_region": region}} if region else {}
        distribution = cloudfront.Distribution(
            f"{name}-distribution",
            comment=name_prefix,
            enabled=True,
            aliases=list(aliases),
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=settings.price_class,
            web_acl_id=web_acl_arn,
            viewer_certificate={
                "acm_certificate_arn": certificate_arn,
                "minimum_protocol_version": TLS_POLICY,
                "ssl_support_method": "sni-only",
            },
            origins=[
                {
                    "origin_id": ORIGIN,
                    "domain_name": balancer.dns_name,
                    "vpc_origin_config": {"vpc_origin_id": origin.id},
                    **shield,
                }
            ],
            default_cache_behavior=behaviour,
            ordered_cache_behaviors=[
                {
                    **behaviour,
                    "path_pattern": path,
                    "allowed_methods": list(READ),
                    "cache_policy_id": CACHE_AS_ORIGIN_SAYS,
                }
                for path in settings.cached_paths
            ],
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            wait_for_deployment=False,
            opts=self.child(),
        )
        self.arn, self.domain_name = distribution.arn, distribution.domain_name
        self.hosted_zone_id = distribution.hosted_zone_id
        self._log(name, name_prefix, settings, log_key_arn)
        self.register_outputs({"arn": self.arn, "domainName": self.domain_name, "hostedZoneId": self.hosted_zone_id})

    def _headers(self, name: str, settings: EdgeSettings) -> pulumi.Output[str]:
        """Headers that the platform insists on; what an application may know better, it may override."""
        return cloudfront.ResponseHeadersPolicy(
            f"{name}-headers",
            comment="Security headers",
            security_headers_config={
                "strict_transport_security": {
                    "access_control_max_age_sec": HSTS_SECONDS,
                    "include_subdomains": True,
                    "preload": False,
                    "override": True,
                },
                "content_type_options": {"override": True},
                "frame_options": {"frame_option": "DENY", "override": False},
                "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": False},
                "content_security_policy": {
                    "content_security_policy": settings.content_security_policy,
                    "override": False,
                },
            },
            remove_headers_config={"items": [{"header": "X-Envoy-Upstream-Service-Time"}, {"header": "X-Powered-By"}]},
            opts=self.child(),
        ).id

    def _log(self, name: str, name_prefix: str, settings: EdgeSettings, log_key_arn: pulumi.Input[str]) -> None:
        """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html."""
        group_name = f"/aws/cloudfront/{name_prefix}"
        log = log_group(
            self,
            f"{name}-access",
            group_name=group_name,
            retention_days=settings.access_log_retention_days,
            key_arn=log_key_arn,
            region=GLOBAL_REGION,
        )
        writer = admit_writer(self, f"{name}-access", "delivery.logs.amazonaws.com", group_name, region=GLOBAL_REGION)
        source = cloudwatch.LogDeliverySource(
            f"{name}-access",
            log_type="ACCESS_LOGS",
            resource_arn=self.arn,
            region=GLOBAL_REGION,
            opts=self.child(),
        )
        destination = cloudwatch.LogDeliveryDestination(
            f"{name}-access",
            output_format="json",
            delivery_destination_configuration={"destination_resource_arn": log.arn},
            region=GLOBAL_REGION,
            opts=self.child(),
        )
        cloudwatch.LogDelivery(
            f"{name}-access",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            record_fields=list(LOG_FIELDS),
            region=GLOBAL_REGION,
            # CloudWatch refuses a delivery that may not write.
            opts=self.child(depends_on=[writer]),
        )
