"""The public DNS zone: signed, logged, and closed to certificate authorities that nobody asked."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import kms, route53

from components.aws.component import GLOBAL_REGION, AwsComponent, Scope
from components.aws.iam import allow, document
from components.aws.keys import ADMINISTER
from components.aws.logs import admit_writer, log_group
from settings.aws import KeySettings
from settings.edge import EdgeSettings


class Zone(AwsComponent):
    """A Route 53 zone with DNSSEC, query logging, CAA records and accelerated recovery.

    The key that signs is asymmetric and of us-east-1, as Route 53 demands; it cannot rotate by itself. Signing is of no
    use until the registrar holds `ds_record`, which only the domain's owner can do.
    Records are left to who serves the names.
    """

    zone_id: pulumi.Output[str]
    arn: pulumi.Output[str]
    name_servers: pulumi.Output[Sequence[str]]
    ds_record: pulumi.Output[str]
    """What the registrar must publish for the zone's signatures to count."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: EdgeSettings,
        *,
        domain: str,
        authorities: Sequence[str],
        key_settings: KeySettings,
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the zone; `authorities` are its CAA records, and the log key is of us-east-1."""
        super().__init__("Zone", name, scope, "public", opts)
        zone = route53.Zone(
            f"{name}-zone",
            name=domain,
            comment="The platform's public names",
            enable_accelerated_recovery=True,
            opts=self.child(stateful=True),
        )
        self.zone_id, self.arn, self.name_servers = zone.zone_id, zone.arn, zone.name_servers
        self.ds_record = self._sign(name, key_settings)
        route53.Record(
            f"{name}-caa",
            zone_id=zone.zone_id,
            name=domain,
            type="CAA",
            ttl=3600,
            records=list(authorities),
            opts=self.child(),
        )
        self._log_queries(name, domain, settings, log_key_arn)
        self.register_outputs(
            {
                "zoneId": self.zone_id,
                "arn": self.arn,
                "nameServers": self.name_servers,
                "dsRecord": self.ds_record,
            }
        )

    def _sign(self, name: str, settings: KeySettings) -> pulumi.Output[str]:
        """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html."""
        scope = self.scope
        route_53 = {"Service": "dnssec-route53.amazonaws.com"}
        # In a key policy the resource * is the key itself.
        key = kms.Key(
            f"{name}-dnssec",
            description="Signs the keys of the public DNS zone",
            customer_master_key_spec="ECC_NIST_P256",
            key_usage="SIGN_VERIFY",
            deletion_window_in_days=settings.deletion_window_days,
            policy=document(
                allow(
                    ADMINISTER,
                    "*",
                    sid="AdministerByIam",
                    principal={"AWS": f"arn:aws:iam::{scope.account_id}:root"},
                ),
                allow(
                    ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
                    "*",
                    sid="SignZone",
                    principal=route_53,
                    conditions={
                        "StringEquals": {"aws:SourceAccount": scope.account_id},
                        "ArnEquals": {"aws:SourceArn": self.arn},
                    },
                ),
                # AWS documents no source of this call, so that a condition on one could keep the zone unsigned.
                allow(
                    ["kms:CreateGrant"],
                    "*",
                    sid="GrantSigning",
                    principal=route_53,
                    conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                ),
            ),
            region=GLOBAL_REGION,
            opts=self.child(stateful=True),
        )
        kms.Alias(f"{name}-dnssec", target_key_id=key.key_id, region=GLOBAL_REGION, opts=self.child())
        signer = route53.KeySigningKey(
            f"{name}-dnssec",
            name="platform",
            hosted_zone_id=self.zone_id,
            key_management_service_arn=key.arn,
            opts=self.child(stateful=True),
        )
        route53.HostedZoneDnsSec(
            f"{name}-dnssec",
            hosted_zone_id=self.zone_id,
            signing_status="SIGNING",
            # Signing refuses to start without an active key.
            opts=self.child(stateful=True, depends_on=[signer]),
        )
        return signer.ds_record

    def _log_queries(self, name: str, domain: str, settings: EdgeSettings, log_key_arn: pulumi.Input[str]) -> None:
        group_name = f"/aws/route53/{domain}"
        log = log_group(
            self,
            f"{name}-queries",
            group_name=group_name,
            retention_days=settings.query_log_retention_days,
            key_arn=log_key_arn,
            region=GLOBAL_REGION,
        )
        writer = admit_writer(self, f"{name}-queries", "route53.amazonaws.com", group_name, region=GLOBAL_REGION)
        route53.QueryLog(
            f"{name}-queries",
            zone_id=self.zone_id,
            cloudwatch_log_group_arn=log.arn,
            # Route 53 tries to write before it accepts the configuration.
            opts=self.child(depends_on=[writer]),
        )
