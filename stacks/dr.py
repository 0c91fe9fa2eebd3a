"""The Google Cloud standby region: what it is made of, how its parts are wired, and what it tells the other stacks.

Nothing here touches AWS, nor may it: the region takes over when AWS is gone. `mode` sizes it and changes nothing else.
"""

import pulumi
import pulumi_gcp as gcp

from components.gcp.bigtable import KeyValueStore
from components.gcp.component import Scope
from components.gcp.keys import Keys, KeyUse
from components.gcp.memorystore import Cache
from components.gcp.network import Network
from components.gcp.services import ServiceIdentities, Services
from components.gcp.sql import RelationalDatabase
from components.tags import Tags
from settings.stacks import Dr
from stacks.contracts import DrExports

# Beside those that bootstrap turns on.
APIS = (
    "bigtable",
    "bigtableadmin",
    "cloudkms",
    "cloudresourcemanager",
    "compute",
    "iam",
    "memorystore",
    "networkconnectivity",
    "servicenetworking",
    "serviceusage",
    "sqladmin",
)

KEYS = {
    "logs": KeyUse("internal", ("logging",)),
    "database": KeyUse("confidential", ("sqladmin",)),
    "tables": KeyUse("confidential", ("bigtableadmin",)),
    "cache": KeyUse("confidential", ("memorystore",)),
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

    def _compute(self) -> None:
        pass

    def _data(self) -> None:
        self.database = RelationalDatabase(
            "database",
            self.scope,
            self.settings.database,
            mode=self.mode,
            database_name=self.settings.database_name,
            network=self.network,
            key_id=self.keys.ids["database"],
            backup_region=self.settings.regions.gcp_second,
            opts=self.opts,
        )
        self.tables = KeyValueStore(
            "tables",
            self.scope,
            self.settings.key_value_store,
            mode=self.mode,
            tables=self.settings.tables,
            key_id=self.keys.ids["tables"],
            opts=self.opts,
        )
        self.cache = Cache(
            "cache",
            self.scope,
            self.settings.cache,
            mode=self.mode,
            identifier=f"{self.prefix}-cache",
            network=self.network,
            key_id=self.keys.ids["cache"],
            opts=self.opts,
        )

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
            "network": {"networkId": self.network.network_id, "subnetIds": self.network.subnet_ids},
            "database": {
                "name": self.database.name,
                "connectionName": self.database.connection_name,
                "privateAddress": self.database.private_address,
                "database": self.database.database,
            },
            "tables": {
                "instanceName": self.tables.instance_name,
                "tableNames": self.tables.table_names,
                "indexNames": self.tables.index_names,
                "profileIds": self.tables.profile_ids,
            },
            "cache": {"id": self.cache.id, "endpoint": self.cache.endpoint},
        }
