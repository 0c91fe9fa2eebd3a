"""A short failover of the real first and last step, and small ones between them that use several services."""

from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step
from failover.steps.fence import Fence
from failover.steps.switch import Switch

TIER = "db-custom-8-32768"


class _Small(Step):
    does, estimate, budget, roles = "", Estimate(1, 1, 1), 5, ()

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        return (f"do {self.name}",)


class Isolate(_Small):
    """Pauses what copies."""

    name = "isolate"

    def act(self, site: Site) -> None:
        site.log("stop the copying")
        for connector in site.link.connectors:
            if site.cloud.connectors.state(connector) != "PAUSED":
                site.cloud.connectors.pause(connector)
        for account in site.link.accounts:
            site.cloud.accounts.disable(account)

    def check(self, site: Site) -> str:
        for connector in site.link.connectors:
            if site.cloud.connectors.state(connector) != "PAUSED":
                raise NotYet(f"{connector} runs")
        for account in site.link.accounts:
            if not site.cloud.accounts.disabled(account):
                raise NotYet(f"{account} is enabled")
        return "nothing copies"


class Promote(_Small):
    """Promotes the migration job."""

    name = "promote"

    def act(self, site: Site) -> None:
        if site.cloud.migration.state(site.link.migration_job)[0] == "RUNNING":
            site.log("promote")
            site.cloud.migration.promote(site.link.migration_job)

    def check(self, site: Site) -> str:
        state, _ = site.cloud.migration.state(site.link.migration_job)
        if state != "COMPLETED":
            raise NotYet(f"it is {state}")
        return state


class Sequences(_Small):
    """Disables the transfers, for want of sequences."""

    name = "sequences"

    def act(self, site: Site) -> None:
        for job in site.link.transfers:
            site.cloud.transfers.enable(site.standby.project, job, enabled=False)

    def check(self, site: Site) -> str:
        for job in site.link.transfers:
            if site.cloud.transfers.enabled(site.standby.project, job):
                raise NotYet(f"{job} copies")
        return "no transfer copies"


class Activate(_Small):
    """Makes the database larger."""

    name = "activate"

    def act(self, site: Site) -> None:
        if self._tier(site) != TIER:
            site.log("make the database larger")
            body = {"settings": {"tier": TIER}}
            site.cloud.instances.patch(site.standby.project, site.standby.database.instance, body)

    def check(self, site: Site) -> str:
        if (tier := self._tier(site)) != TIER:
            raise NotYet(f"the database is {tier}")
        return TIER

    def _tier(self, site: Site) -> str:
        found = site.cloud.instances.get(site.standby.project, site.standby.database.instance)
        if found is None:
            raise NotYet("there is no database")
        return found["settings"]["tier"]


class Verify(_Small):
    """Asks the standby."""

    name = "verify"

    def act(self, site: Site) -> None:
        """Nothing to do."""

    def check(self, site: Site) -> str:
        status = site.cloud.outside.status(site.standby.standby_host, site.standby.health_path)
        if status != 200:
            raise NotYet(f"the standby answers {status}")
        return "the standby answers"


RUN = (Fence(), Isolate(), Promote(), Sequences(), Activate(), Verify(), Switch())
