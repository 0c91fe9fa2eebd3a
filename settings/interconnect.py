"""Settings of what joins the two regions."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import model_validator

from settings.types import Asn, Model, Refusal, between, distinct, matching

LinkKind = Literal["vpn", "partner", "dedicated"]

PARTNER_REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "eu-central-1": "europe-west3",
        "eu-west-2": "europe-west2",
        "us-east-1": "us-east4",
        "us-west-1": "us-west2",
        "us-west-2": "us-west1",
    }
)
"""Where AWS Interconnect – multicloud meets Google Cloud: Google's region by AWS's.

The standby may be in another region: its network's routes are global.
"""

# What one tunnel carries. AWS's large tunnels carry 5 Gbps, but Cloud VPN's carry 1 to 3.
# https://docs.cloud.google.com/network-connectivity/docs/vpn/quotas
TUNNEL_MBPS: Mapping[str, int] = MappingProxyType({"standard": 1250, "large": 3000})


class VpnSettings(Model):
    """The four tunnels between the Transit Gateway and HA VPN."""

    tunnel_bandwidth: Literal["standard", "large"] = "standard"
    """What AWS's end of each tunnel carries: 1.25 Gbps, or 5, of which Cloud VPN takes at most 3."""

    log_days: Literal[90, 120, 150, 180, 365, 400, 545, 731] = 90
    """Days for which AWS keeps the tunnels' log."""


class PartnerSettings(Model):
    """The managed connection between the clouds' own routers."""

    gbps: Literal[1, 2, 5, 10, 20, 50, 100] = 1
    """Bandwidth; the pair of regions must offer it: `gcloud network-connectivity remote-transport-profiles list`."""


GoogleLocation = Annotated[
    str,
    *matching(
        r"[a-z][a-z0-9-]{1,61}-zone[12]-[0-9]+",
        "Google has no colocation facility of this name",
        "write one that `gcloud compute interconnects locations list` prints, such as pdx-zone1-1922",
    ),
]
RemoteLocation = Annotated[
    str,
    *matching(
        r"aws-[a-z0-9-]{1,59}",
        "Google knows no place of AWS's by this name",
        "write one that `gcloud compute interconnects remote-locations list` prints; it starts with aws-",
    ),
]
AwsLocation = Annotated[
    str,
    *matching(
        r"[A-Za-z0-9]{2,20}(-[A-Za-z0-9]{1,20})*",
        "Direct Connect has no location of this code",
        "write a locationCode that `aws directconnect describe-locations` prints, such as EqSe2",
    ),
]
Vlan = Annotated[int, *between(2, 4093, "Google's attachments take no other VLAN")]


class CircuitSettings(Model):
    """One physical circuit: where each cloud has its end of it."""

    google_location: GoogleLocation
    """Google's colocation facility; its edge availability domain is the `zone1` or `zone2` in its name."""

    remote_location: RemoteLocation
    """What Google calls AWS's place at the other end."""

    aws_location: AwsLocation
    """What AWS calls that place."""

    vlan: Vlan
    """Tag of the traffic on the circuit."""

    @property
    def domain(self) -> str:
        """The edge availability domain: Google maintains one at a time."""
        return self.google_location.split("-zone")[1].split("-")[0]


class DedicatedSettings(Model):
    """Cross-Cloud Interconnect: circuits that Google orders and AWS has ports for."""

    gbps: Literal[10, 100] = 10
    """Bandwidth of each circuit; both encrypt at these."""

    circuits: Annotated[tuple[CircuitSettings, ...], distinct("two circuits would be one")] = ()
    """The circuits: two or four, half of them in each edge availability domain."""

    @model_validator(mode="after")
    def _redundant(self) -> "DedicatedSettings":
        domains = [circuit.domain for circuit in self.circuits]
        if domains and (len(domains) not in (2, 4) or domains.count("1") != domains.count("2")):
            raise Refusal(
                "maintenance of one edge availability domain would cut the link",
                "name two or four circuits, half of them in -zone1- and half in -zone2- facilities",
                at=("circuits",),
            )
        return self


class LinkSettings(Model):
    """The private link between the regions."""

    change_rate_mbps: Annotated[int, *between(1, 100_000, "replication sends at least something")] = 300
    """Peak of what replication sends, in Mbit/s: measure it (docs/operations.md) before sizing the link."""

    headroom: Annotated[float, *between(1.5, 10.0, "replication that fell behind could never catch up")] = 2.0
    """How many times the change rate the link must carry: what is over the rate is what catches up after an outage."""

    vpn: VpnSettings = VpnSettings()
    """The parts of a link of kind `vpn`."""

    partner: PartnerSettings = PartnerSettings()
    """The parts of a link of kind `partner`."""

    dedicated: DedicatedSettings = DedicatedSettings()
    """The parts of a link of kind `dedicated`."""

    direct_connect_asn: Asn = 64514
    """The Direct Connect gateway's number, where the link has one: neither the Transit Gateway's nor the router's."""

    def capacity_mbps(self, kind: LinkKind) -> int:
        """What one path of the link carries, in Mbit/s: one flow goes by one path, and the others may be down."""
        return {
            "vpn": TUNNEL_MBPS[self.vpn.tunnel_bandwidth],
            "partner": self.partner.gbps * 1000,
            "dedicated": self.dedicated.gbps * 1000,
        }[kind]

    def check(self, kind: LinkKind, aws_region: str, asns: tuple[int, int]) -> None:
        """Refuse a kind that cannot be made of these settings; `asns` are the two ends' numbers."""
        needed, capacity = self.change_rate_mbps * self.headroom, self.capacity_mbps(kind)
        if needed > capacity:
            raise Refusal(
                f"replication needs {needed:g} Mbit/s (link.change_rate_mbps by link.headroom), and a path of this "
                f"kind carries {capacity}: it would fall behind for good",
                f"give link.{kind} more bandwidth, choose another kind, or measure the rate again",
            )
        if kind == "vpn":
            return
        if self.direct_connect_asn in asns:
            raise Refusal(
                f"link.direct_connect_asn is an end's own number, {self.direct_connect_asn}, so BGP would drop its "
                "routes as loops",
                f"set link.direct_connect_asn to another than {asns[0]} and {asns[1]}",
            )
        if kind == "partner" and aws_region not in PARTNER_REGIONS:
            raise Refusal(
                f"AWS Interconnect – multicloud reaches Google Cloud from no {aws_region}, the region of regions.aws",
                f"choose vpn or dedicated; the primary's region would have to be one of {', '.join(PARTNER_REGIONS)}",
            )
        if kind == "dedicated" and not self.dedicated.circuits:
            raise Refusal("nobody knows where the circuits are", "name two or four circuits in link.dedicated.circuits")
