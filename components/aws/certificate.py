"""Certificates for the domain and every name directly below it, which ACM renews by itself."""

import pulumi
from pulumi_aws import acm, route53

from components.aws.component import GLOBAL_REGION, AwsComponent, Scope
from components.component import always


class Certificates(AwsComponent):
    """A certificate for CloudFront, and one for what ends TLS behind the load balancer.

    Each covers the domain and its wildcard: ACM proves both by one record, the same in every region of an account, and
    a further name needs no new certificate. CloudFront takes certificates of us-east-1 only. A load balancer that
    passes TLS on holds none itself: the regional certificate is exportable, so that the mesh gateway can fetch it and
    its key (`acm:ExportCertificate`, to be granted to that gateway's issuer alone). Waits until the authorities have
    seen the record, which needs the registrar to delegate the domain to the zone's name servers.
    """

    cloudfront_arn: pulumi.Output[str]
    """The certificate for CloudFront, once it is issued."""

    gateway_arn: pulumi.Output[str] | None
    """The regional certificate, once it is issued; None if it is not wanted."""

    challenge: dict[str, pulumi.Output[str]]
    """Name, type and data of the record that proves the domain."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        domain: str,
        zone_id: pulumi.Input[str],
        exportable: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the certificates; `exportable` says whether the regional one is wanted."""
        super().__init__("Certificates", name, scope, "public", opts)
        cloudfront = self._request(f"{name}-cloudfront", domain, GLOBAL_REGION)
        proof = cloudfront.domain_validation_options[0]
        self.challenge = {
            "name": always(proof.resource_record_name, "name of the validation record"),
            "type": always(proof.resource_record_type, "type of the validation record"),
            "data": always(proof.resource_record_value, "value of the validation record"),
        }
        record = route53.Record(
            f"{name}-validation",
            zone_id=zone_id,
            name=self.challenge["name"],
            type=self.challenge["type"],
            records=[self.challenge["data"]],
            ttl=300,
            opts=self.child(),
        )
        self.cloudfront_arn = self._issued(f"{name}-cloudfront", cloudfront, record, GLOBAL_REGION)
        self.gateway_arn = None
        if exportable:
            gateway = self._request(f"{name}-gateway", domain, scope.region, export=True)
            self.gateway_arn = self._issued(f"{name}-gateway", gateway, record, scope.region)
        self.register_outputs({"cloudfrontArn": self.cloudfront_arn, "gatewayArn": self.gateway_arn})

    def _request(self, name: str, domain: str, region: str, *, export: bool = False) -> acm.Certificate:
        return acm.Certificate(
            name,
            domain_name=domain,
            subject_alternative_names=[f"*.{domain}"],
            validation_method="DNS",
            key_algorithm="EC_prime256v1",
            options={
                "certificate_transparency_logging_preference": "ENABLED",
                "export": "ENABLED" if export else "DISABLED",
            },
            region=region,
            opts=self.child(),
        )

    def _issued(
        self, name: str, certificate: acm.Certificate, record: route53.Record, region: str
    ) -> pulumi.Output[str]:
        return acm.CertificateValidation(
            name,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            region=region,
            opts=self.child(),
        ).certificate_arn
