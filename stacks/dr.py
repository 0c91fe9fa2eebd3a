"""The Google Cloud standby region: what it is made of, how its parts are wired, and what it tells the other stacks.

Nothing here touches AWS, nor may it: the region takes over when AWS is gone. `mode` sizes it and changes nothing else.
"""

import pulumi
import pulumi_gcp as gcp

from components.gcp.component import Scope
from components.gcp.endpoints import Endpoints
from components.gcp.firewall import Firewall
from components.gcp.keys import Keys, KeyUse
from components.gcp.network import Network
from components.gcp.services import ServiceIdentities, Services
from components.tags import Tags
from settings.stacks import Dr
from stacks.contracts import DrExports

# Beside those that bootstrap turns on.
APIS = (
    "cloudkms",
    "cloudresourcemanager",
    "compute",
    "dns",
    "iam",
    "networkconnectivity",
    "servicedirectory",
    "servicenetworking",
    "serviceusage",
)

KEYS = {
    "logs": KeyUse("internal", ("logging",)),
}
"""Keys by what they encrypt."""


def build(settings: Dr) -> DrExports:
    """Register the region's resources and return the stack's exports."""
    return _Region(settings).exports()


class _Region:
    """The region's components, section by section; each takes from those before it."""

    def __init__(self, settings: Dr) -> None:
        owner = settings.ownership
        self.settings = settings
        self.mode = settings.mode
        self.prefix = f"{owner.service}-{owner.environment}"
        self.scope = Scope(
            project=settings.accounts.gcp_project,
            project_number=settings.accounts.gcp_project_number,
            region=settings.regions.gcp,
            tags=Tags(owner.service, owner.environment, owner.owner, owner.cost_centre, dr_role="standby"),
            protect=settings.protection,
        )
        self._project()
        self._network()
        self._compute()
        self._data()
        self._objects()
        self._edge()
        self._security()
        self._observability()

    def _project(self) -> None:
        """APIs first: every other resource waits for them, by its provider."""
        first = pulumi.ResourceOptions(providers=[self._provider("gcp-services")])
        services = Services("services", self.scope, APIS, first)
        self.opts = pulumi.ResourceOptions(providers=[self._provider("gcp", services.enabled)])
        self.identities = ServiceIdentities(
            "identities", self.scope, {service for use in KEYS.values() for service in use.services}, self.opts
        )
        self.keys = Keys(
            "keys", self.scope, self.settings.keys, self._keys(), members=self.identities.members, opts=self.opts
        )

    def _provider(self, name: str, after: list[pulumi.Resource] | None = None) -> gcp.Provider:
        return gcp.Provider(
            name,
            project=self.scope.project,
            region=self.scope.region,
            # A person's call must name the project whose quota it uses.
            billing_project=self.scope.project,
            user_project_override=True,
            opts=pulumi.ResourceOptions(depends_on=after),
        )

    def _keys(self) -> dict[str, KeyUse]:
        """Keys of this region, and of the places where copies are kept."""
        return KEYS

    def _network(self) -> None:
        self.network = Network(
            "network",
            self.scope,
            self.settings.network,
            ranges=self.settings.plan.gcp,
            asn=self.settings.addresses.asns.gcp,
            opts=self.opts,
        )
        Firewall(
            "firewall",
            self.scope,
            network_id=self.network.network_id,
            ranges=self.network.ranges,
            peers=[self.settings.plan.aws.block],
            opts=self.opts,
        )
        Endpoints(
            "endpoints",
            self.scope,
            network_id=self.network.network_id,
            ranges=self.network.ranges,
            opts=self.opts,
        )

    def _compute(self) -> None:
        pass

    def _data(self) -> None:
        pass

    def _objects(self) -> None:
        pass

    def _edge(self) -> None:
        pass

    def _security(self) -> None:
        pass

    def _observability(self) -> None:
        pass

    def exports(self) -> DrExports:
        """What the stack tells the others, and people."""
        return {
            "mode": self.mode,
            "region": self.scope.region,
            "network": {
                "networkId": self.network.network_id,
                "name": self.network.name,
                "subnetIds": self.network.subnet_ids,
                "routerName": self.network.router_name,
                "natAddresses": self.network.nat_addresses,
                "peeringName": self.network.peering_name,
            },
        }
