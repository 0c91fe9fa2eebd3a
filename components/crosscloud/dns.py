"""What each region's public DNS says of the other: where a failover leads, and proofs for both sides' certificates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from components.aws.alarms import Alarms
from components.aws.component import GLOBAL_REGION
from components.aws.component import Scope as AwsScope
from components.aws.health_check import https_check
from components.aws.watch.edge import standby_check
from components.crosscloud.component import CrossCloudComponent
from components.gcp.component import Scope as GcpScope
from components.gcp.zone import TTL_SECONDS as STEADY_SECONDS
from components.gcp.zone import record
from settings.front_door import TTL_SECONDS as DOOR_SECONDS
from settings.front_door import FrontDoorSettings
from settings.observability import Severity


@dataclass(frozen=True)
class Proof:
    """The record that proves a domain to a certificate authority."""

    name: pulumi.Input[str]
    type: pulumi.Input[str]
    data: pulumi.Input[str]


@dataclass(frozen=True)
class PrimaryDns:
    """What the primary region's DNS is known by."""

    zone_id: pulumi.Input[str]
    """The authoritative zone, in Route 53."""

    distribution: pulumi.Input[str]
    """Domain name of the CloudFront distribution that `primary.<domain>` leads to."""

    proof: Proof
    """Of ACM's certificates."""

    topic_arns: Mapping[Severity, pulumi.Input[str]]
    """Topics of us-east-1, where Route 53 has its metrics."""


@dataclass(frozen=True)
class StandbyDns:
    """What the standby region's DNS is known by."""

    addresses: Mapping[str, pulumi.Input[str]]
    """Of the load balancer, by type of record: `A` and `AAAA`."""

    own_name_servers: pulumi.Input[Sequence[str]]
    """Of the zone `gcp.<domain>`."""

    shadow: pulumi.Input[str]
    """Name of the zone in Cloud DNS that shadows the whole domain."""

    proof: Proof
    """Of the certificates for the public names."""


class FailoverDns(CrossCloudComponent):
    """SECONDARY records of the public names, `standby.<domain>`, the delegation of `gcp.<domain>`, and proofs.

    A SECONDARY record has no health check: once the switch object lets go of the PRIMARY one, it is always answered,
    and a check that fails would send users back to a fenced primary. Nothing here moves DNS, and nothing here is needed
    to serve: without SECONDARY records Route 53 answers with the PRIMARY ones. So deploy this long before the day.
    The standby is checked by its own name, `standby.<domain>`, for people to be told; the public names lead to
    whichever region serves, so a check of theirs would ask the wrong one.

    Each zone holds the other side's proof, so that both clouds' certificates are renewed whichever zone answers.
    """

    standby_health_check_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        aws: AwsScope,
        gcp: GcpScope,
        doors: FrontDoorSettings,
        *,
        domain: str,
        primary: PrimaryDns,
        standby: StandbyDns,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the records."""
        super().__init__("FailoverDns", name, aws, gcp, "public", opts)
        own = doors.standby_names(domain)
        for kind, address in standby.addresses.items():
            for label, fqdn in doors.names(domain).items():
                self._address(f"{name}-{label}", fqdn, kind, primary.zone_id, address, secondary=True)
            self._address(f"{name}-standby", own["standby"], kind, primary.zone_id, address)
        check = https_check(self, f"{name}-standby", own["standby"], doors.health_path)
        self.standby_health_check_id = check.id
        self._alarms(name, primary)
        self._delegate(name, own["gcp"], doors.delegation_ds, primary.zone_id, standby.own_name_servers)
        self._prove(name, primary, standby)
        # Whoever has moved the zone still finds the region to go back to.
        record(
            self,
            f"{name}-shadow-primary",
            standby.shadow,
            f"primary.{domain}",
            "CNAME",
            [pulumi.Output.concat(primary.distribution, ".")],
            ttl=DOOR_SECONDS,
        )
        self.register_outputs({"standbyHealthCheckId": self.standby_health_check_id})

    def _address(
        self,
        name: str,
        fqdn: str,
        kind: str,
        zone_id: pulumi.Input[str],
        address: pulumi.Input[str],
        *,
        secondary: bool = False,
    ) -> None:
        route53.Record(
            f"{name}-{kind.lower()}",
            zone_id=zone_id,
            name=fqdn,
            type=kind,
            ttl=DOOR_SECONDS,
            records=[address],
            set_identifier="secondary" if secondary else None,
            failover_routing_policies=[{"type": "SECONDARY"}] if secondary else None,
            opts=self.child(),
        )

    def _alarms(self, name: str, primary: PrimaryDns) -> None:
        Alarms(
            f"{name}-alarms",
            self.aws,
            standby_check(self.standby_health_check_id),
            topic_arns={GLOBAL_REGION: primary.topic_arns},
            anomaly_detection=False,
            composite_prefix=name,
            opts=self.child(),
        )

    def _delegate(
        self,
        name: str,
        own: str,
        ds_record: str | None,
        zone_id: pulumi.Input[str],
        name_servers: pulumi.Input[Sequence[str]],
    ) -> None:
        """Hand the standby's own zone on to Cloud DNS, as the shadow does."""
        for kind, records in {"NS": name_servers, "DS": [ds_record] if ds_record else None}.items():
            if records is not None:
                route53.Record(
                    f"{name}-delegation-{kind.lower()}",
                    zone_id=zone_id,
                    name=own,
                    type=kind,
                    ttl=STEADY_SECONDS,
                    records=records,
                    opts=self.child(),
                )

    def _prove(self, name: str, primary: PrimaryDns, standby: StandbyDns) -> None:
        route53.Record(
            f"{name}-challenge",
            zone_id=primary.zone_id,
            name=standby.proof.name,
            type=standby.proof.type,
            ttl=STEADY_SECONDS,
            records=[standby.proof.data],
            opts=self.child(),
        )
        proof = primary.proof
        data = pulumi.Output.from_input(proof.data).apply(lambda given: f"{given.rstrip('.')}.")
        record(self, f"{name}-shadow-challenge", standby.shadow, proof.name, proof.type, [data])
