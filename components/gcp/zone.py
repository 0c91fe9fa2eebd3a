"""A public DNS zone: signed, logged, and closed to certificate authorities that nobody asked."""

from collections.abc import Sequence

import pulumi
from pulumi_gcp import dns

from components.component import Component
from components.gcp.component import GcpComponent, Scope

# Known with every name and cheap to look up, so that a change is seen everywhere within minutes.
TTL_SECONDS = 300


class Zone(GcpComponent):
    """A Cloud DNS zone with DNSSEC, query logging and CAA records.

    Both keys are elliptic, as Route 53's are: a resolver that has learnt to check one zone's algorithm checks the
    other's. Cloud DNS makes the keys and rotates the one that signs records. What the zone above must publish for the
    signatures to count, the DS record, is an output of no resource: `gcloud dns dns-keys list` prints it.
    Query logs go where the project's logging sends them. Records are left to who serves the names.
    """

    name: pulumi.Output[str]
    """What records name the zone by."""

    name_servers: pulumi.Output[Sequence[str]]

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        domain: str,
        purpose: str,
        authorities: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the zone of `domain`; `authorities` are its CAA records."""
        super().__init__("Zone", name, scope, "public", opts)
        zone = dns.ManagedZone(
            f"{name}-zone",
            dns_name=f"{domain}.",
            description=purpose,
            visibility="public",
            dnssec_config={
                "state": "on",
                "non_existence": "nsec3",
                "default_key_specs": [
                    {"algorithm": "ecdsap256sha256", "key_length": 256, "key_type": key_type}
                    for key_type in ("keySigning", "zoneSigning")
                ],
            },
            cloud_logging_config={"enable_logging": True},
            force_destroy=not scope.protect,
            opts=self.child(stateful=True),
        )
        self.name, self.name_servers = zone.name, zone.name_servers
        record(self, f"{name}-caa", zone.name, domain, "CAA", authorities, ttl=3600)
        self.register_outputs({"name": self.name, "nameServers": self.name_servers})


def record(
    component: Component,
    name: str,
    zone: pulumi.Input[str],
    fqdn: pulumi.Input[str],
    kind: pulumi.Input[str],
    data: pulumi.Input[Sequence[pulumi.Input[str]]],
    *,
    ttl: int = TTL_SECONDS,
) -> dns.RecordSet:
    """Records of one name and kind; the name may lack the dot at its end, which Cloud DNS insists on."""
    return dns.RecordSet(
        name,
        managed_zone=zone,
        name=pulumi.Output.from_input(fqdn).apply(lambda given: f"{given.rstrip('.')}."),
        type=kind,
        ttl=ttl,
        rrdatas=data,
        opts=component.child(),
    )
