"""An instance for the copy of the relational database, from which nothing gets out."""

from collections.abc import Mapping
from typing import Any

from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop

READY = "RUNNABLE"

KEPT = ("edition", "tier", "dataDiskType", "dataDiskSizeGb", "databaseFlags", "timeZone")
"""Settings that the copy has of the instance: what a statement takes, and how logins are made, depends on them."""


class CopyDatabase(Step):
    """Makes an empty instance that a backup can be restored into without harm to replication.

    A backup of the standby holds its subscription, and with it the name of its slot in the primary. A copy that starts
    and reaches the primary asks for that slot; whenever the standby's own connection is interrupted the copy gets it,
    and takes changes that the standby then never sees. `instances.clone` cannot prevent that: its request takes no
    settings, and the clone is in the same network. Turning the workers off by `max_logical_replication_workers` is not
    relied upon either: nothing that was found says that Cloud SQL takes 0 for it.

    So the copy has no way out. It has no public address and none in the network: clients come to it by an endpoint of
    Private Service Connect, and such an instance begins no connection unless a network attachment is given to it
    (`networkAttachmentUri`: "required to enable outbound connection on a PSC instance").
    https://docs.cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances#PscConfig
    The primary refuses it besides: its security group admits the migration service's subnet alone (`settings.flows`).

    It costs what the instance costs in one zone, for about an hour a rehearsal.
    """

    name = "copy"
    does = "make an empty instance that nothing gets out of"
    # Durations of the provider's own tests of Cloud SQL.
    estimate = Estimate(5, 12, 20)
    budget = 40
    roles = ("roles/cloudsql.admin",)

    def ready(self, site: Site) -> None:
        """The copy is another instance than the one that is copied."""
        database = site.standby.database
        if database.rehearsal_instance == database.instance:
            raise Stop(f"the copy would be {database.instance} itself: nothing is done")

    def act(self, site: Site) -> None:
        """Ask for the instance, unless it is there."""
        project, database = site.standby.project, site.standby.database
        if site.cloud.instances.get(project, database.rehearsal_instance) is not None:
            return
        real = site.cloud.instances.get(project, database.instance)
        if real is None:
            raise Stop(f"there is no instance {database.instance} to copy")
        site.log(f"create the instance {database.rehearsal_instance}")
        site.cloud.instances.insert(project, copy_of(real, database.rehearsal_instance, project))

    def check(self, site: Site) -> str:
        """It runs, and is shut in."""
        name = site.standby.database.rehearsal_instance
        found = site.cloud.instances.get(site.standby.project, name)
        if found is None or found.get("state") != READY:
            raise NotYet(f"{name} is {found.get('state', 'unknown') if found else 'not there'}")
        assert_shut_in(found)
        return f"{name} runs, and nothing gets out of it"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Begin the rehearsal again; a copy by hand is easily made with a way out."""
        return ("python -m failover rehearse",)


def copy_of(real: Mapping[str, Any], name: str, project: str) -> dict[str, Any]:
    """The request for an instance like another one, in one zone, without backups and without a way out."""
    settings = real["settings"]
    addresses = settings["ipConfiguration"]
    encryption = real.get("diskEncryptionConfiguration")
    network = addresses["privateNetwork"]
    return {
        "name": name,
        "region": real["region"],
        "databaseVersion": real["databaseVersion"],
        **({"diskEncryptionConfiguration": encryption} if encryption else {}),
        "settings": {
            **{key: settings[key] for key in KEPT if key in settings},
            "availabilityType": "ZONAL",
            "activationPolicy": "ALWAYS",
            "storageAutoResize": True,
            "backupConfiguration": {"enabled": False},
            "finalBackupConfig": {"enabled": False},
            "deletionProtectionEnabled": False,
            "ipConfiguration": {
                "ipv4Enabled": False,
                **{key: addresses[key] for key in ("sslMode", "serverCaMode") if key in addresses},
                "pscConfig": {
                    "pscEnabled": True,
                    "allowedConsumerProjects": [project],
                    "pscAutoConnections": [{"consumerProject": project, "consumerNetwork": network}],
                    # The connector finds the instance by its name.
                    "pscAutoDnsEnabled": True,
                },
            },
            "userLabels": {**settings.get("userLabels", {}), "purpose": "rehearsal"},
        },
    }


def assert_shut_in(found: Mapping[str, Any]) -> None:
    """Raise Stop unless an instance, as its API shows it, cannot begin a connection to anywhere."""
    addresses = found["settings"]["ipConfiguration"]
    service = addresses.get("pscConfig", {})
    ways = [
        way
        for way, there in (
            ("a public address", addresses.get("ipv4Enabled")),
            ("an address in the network", addresses.get("privateNetwork")),
            ("a network attachment", service.get("networkAttachmentUri")),
            ("another kind of connection than Private Service Connect", not service.get("pscEnabled")),
        )
        if there
    ]
    if ways:
        raise Stop(f"{found['name']} has {', '.join(ways)}: no backup is restored into it, it could take the slot")
