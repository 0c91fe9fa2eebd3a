"""Ways to Google's APIs that do not leave the VPC network."""

import pulumi
from pulumi_gcp import compute, dns

from components.gcp.component import GcpComponent, Scope
from settings.addresses import GcpPlan

# Google takes no hyphen in the name of such an endpoint, nor more than 20 characters: automatic names have both.
NAME = "googleapis"

# Domains that Google serves at the endpoint: its APIs, the registries, Cloud Run.
# https://docs.cloud.google.com/vpc/docs/about-accessing-google-apis-endpoints
DOMAINS = ("gcr.io", "googleapis.com", "pkg.dev", "run.app")

TTL = 300


class Endpoints(GcpComponent):
    """One Private Service Connect endpoint for all of Google's APIs, under the names that they have everywhere.

    Nodes then need no way to a public address to reach images, keys, queues and tables, and the firewall can name the
    one that they do need. The endpoint serves every API (`all-apis`), because the bundle that VPC Service Controls
    guard lacks some, and those need an organisation. What its callers may do is for IAM to say: unlike on AWS, an
    endpoint has no policy of its own. GKE's DNS endpoints (`gke.goog`) are left where they are: Google does not say
    that it serves them here.
    """

    address: pulumi.Output[str]
    """The endpoint's address inside the network."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        network_id: pulumi.Input[str],
        ranges: GcpPlan,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("Endpoints", name, scope, "internal", opts)
        address = compute.GlobalAddress(
            f"{name}-google-apis",
            address=str(ranges.google_apis[0]),
            address_type="INTERNAL",
            purpose="PRIVATE_SERVICE_CONNECT",
            network=network_id,
            opts=self.child(stateful=True),
        )
        compute.GlobalForwardingRule(
            f"{name}-google-apis",
            name=NAME,
            target="all-apis",
            network=network_id,
            ip_address=address.id,
            # Google wants it empty here, and the provider's default is another.
            load_balancing_scheme="",
            # Its registration would be kept in us-central1 otherwise, whatever the region.
            service_directory_registrations={"service_directory_region": scope.region},
            opts=self.child(),
        )
        self.address = address.address
        for domain in DOMAINS:
            self._domain(name, domain, network_id)
        self.register_outputs({"address": self.address})

    def _domain(self, name: str, domain: str, network_id: pulumi.Input[str]) -> None:
        """A domain of Google's, with every name in it, at the endpoint."""
        zone = dns.ManagedZone(
            f"{name}-{domain.replace('.', '-')}",
            dns_name=f"{domain}.",
            description=f"{domain} by Private Service Connect",
            visibility="private",
            private_visibility_config={"networks": [{"network_url": network_id}]},
            opts=self.child(stateful=True),
        )
        for record, kind, value in ((f"{domain}.", "A", self.address), (f"*.{domain}.", "CNAME", f"{domain}.")):
            dns.RecordSet(
                f"{name}-{domain.replace('.', '-')}-{kind.lower()}",
                managed_zone=zone.name,
                name=record,
                type=kind,
                ttl=TTL,
                rrdatas=[value],
                opts=self.child(),
            )
