"""The standby's public edge: DNS, certificates, firewall, load balancer, content delivery, partners, the switch."""

from collections.abc import Mapping

import pulumi

from components.gcp.cdn import Cdn
from components.gcp.certificate import Certificates
from components.gcp.component import GcpComponent, Scope
from components.gcp.load_balancer import LoadBalancer
from components.gcp.network import Network
from components.gcp.partners import Partners
from components.gcp.switch import Switch
from components.gcp.web_firewall import WebFirewall
from components.gcp.zone import Zone, record
from settings.front_door import TTL_SECONDS, FrontDoorSettings
from settings.gcp.edge import EdgeSettings
from settings.shared import Regions

OWN = "gcp"
"""The label of the zone that this region always answers for."""

SIGNED_OBJECTS = "signed-objects"


class Edge(GcpComponent):
    """What stands between the internet and the mesh gateway, ready before anyone is sent here.

    There are two zones. `gcp.<domain>` is delegated to Cloud DNS from the first day and always leads here: tests and
    uptime checks ask by its names. The other is a shadow of the whole domain, with the front doors at this region: it
    answers nobody until the registrar names its servers, which is the way out when Route 53 itself is gone. Records
    that people keep in Route 53 by hand (mail, ownership proofs) are not in it: add them to both.
    `standby.<domain>` leads here in both clouds' DNS. `primary.<domain>` is for interconnect to add: it means the other
    region, of which this one knows nothing.
    ExternalDNS may touch none of `names`.
    """

    zones: dict[str, Zone]
    """`shadow` and `gcp`."""

    certificates: Certificates
    firewall: WebFirewall
    balancer: LoadBalancer
    cdn: Cdn | None
    partners: Partners
    switch: Switch
    names: list[str]
    """Every name that this program serves, in either zone."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: EdgeSettings,
        *,
        doors: FrontDoorSettings,
        domain: str,
        regions: Regions,
        network: Network,
        buckets: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the edge; `buckets` are those of the applications, of which the settings may name one."""
        super().__init__("Edge", name, scope, "public", opts)
        child = self.child()
        own = f"{OWN}.{domain}"
        domains = {"shadow": domain, OWN: own}
        purposes = {"shadow": "The public names, if Route 53 is gone", OWN: "Names that always lead to the standby"}
        self.zones = {
            key: Zone(
                f"{name}-{key}",
                scope,
                domain=each,
                purpose=purposes[key],
                authorities=doors.authorities(domain),
                opts=child,
            )
            for key, each in domains.items()
        }
        self.certificates = Certificates(f"{name}-certificates", scope, domains=domains, zones=self.zones, opts=child)
        self.firewall = WebFirewall(
            f"{name}-firewall", scope, settings.firewall, rate_limits=doors.rate_limits, opts=child
        )
        allowed = settings.partners.kind == "allow_list"
        partners = {key: f"partners.{each}" for key, each in domains.items() if allowed}
        self.partners = Partners(
            f"{name}-partners", scope, settings, names=list(partners.values()), network=network, opts=child
        )
        others = dict(self.partners.services)
        self.cdn = None
        if settings.signed_bucket:
            self.cdn = Cdn(
                f"{name}-cdn",
                scope,
                bucket=buckets[settings.signed_bucket],
                signing_key=settings.signing_key,
                opts=child,
            )
            others[f"{SIGNED_OBJECTS}.{own}"] = self.cdn.bucket_id
        served = {key: doors.names(each) for key, each in domains.items()}
        served["shadow"]["standby"] = doors.standby_names(domain)["standby"]
        self.balancer = LoadBalancer(
            f"{name}-balancer",
            scope,
            settings,
            names=[fqdn for names in served.values() for fqdn in names.values()],
            services=others,
            certificate_map=self.certificates.map_url,
            security_policy=self.firewall.policy_id,
            opts=child,
        )
        if self.cdn:
            served[OWN][SIGNED_OBJECTS] = f"{SIGNED_OBJECTS}.{own}"
        for key, fqdn in partners.items():
            served[key]["partners"] = fqdn
        for key, names in served.items():
            for label, fqdn in names.items():
                self._door(f"{name}-{key}-{label}", key, fqdn)
        self.names = [fqdn for names in served.values() for fqdn in names.values()]
        self._delegate(name, own, doors.delegation_ds)
        self.switch = Switch(
            f"{name}-switch",
            scope,
            bucket=doors.switch_bucket,
            second_region=regions.gcp_second,
            location=regions.gcp_continent[0],
            opts=child,
        )
        self.register_outputs({"addresses": self.balancer.addresses, "switchBucket": self.switch.bucket})

    def _door(self, name: str, zone: str, fqdn: str) -> None:
        for kind, version in {"A": "ipv4", "AAAA": "ipv6"}.items():
            record(
                self,
                f"{name}-{kind.lower()}",
                self.zones[zone].name,
                fqdn,
                kind,
                [self.balancer.addresses[version]],
                ttl=TTL_SECONDS,
            )

    def _delegate(self, name: str, own: str, ds_record: str | None) -> None:
        """The shadow hands the smaller zone on, as Route 53 does."""
        shadow = self.zones["shadow"].name
        record(self, f"{name}-delegation", shadow, own, "NS", self.zones[OWN].name_servers)
        if ds_record:
            record(self, f"{name}-delegation-ds", shadow, own, "DS", [ds_record])
