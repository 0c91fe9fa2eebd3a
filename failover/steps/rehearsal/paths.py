"""Everything that a failover would stop or change is to be found."""

from failover.estimates import Estimate
from failover.names import STANDBY_FENCE, SWITCH, LinkNames, StandbyNames
from failover.step import Site, Step, Stop


class Paths(Step):
    """Reads what each step of a failover would act on: a name that has changed is found today, not on the day."""

    name = "paths"
    does = "look at everything that a failover would stop"
    estimate = Estimate(0.1, 0.3, 2)
    budget = 10
    roles = ("the role `looks` of the rehearsal's job",)

    def act(self, site: Site) -> None:
        """Nothing is done."""

    def check(self, site: Site) -> str:
        """Each is there; a name that is not is refused by its API."""
        cloud, link, standby = site.cloud, site.link, site.standby
        found = 1
        cloud.migration.state(link.migration_job)
        for look, names in (
            (cloud.jobs.executions, (*link.jobs, standby.database.sql_job)),
            (cloud.accounts.disabled, link.accounts),
            (cloud.connectors.state, link.connectors),
        ):
            for name in names:
                look(name)
                found += 1
        for transfer in link.transfers:
            cloud.transfers.running(standby.project, transfer)
            found += 1
        bucket = standby.switch_bucket
        left = [name for name in (SWITCH, STANDBY_FENCE) if cloud.outside.exists(bucket, name)]
        if left:
            raise Stop(f"{', '.join(left)} in gs://{bucket}: a failover or a way back was left half-way")
        return f"{found} things that a failover acts on are where their names say"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Have both stacks write their names anew."""
        return ("pulumi up --stack dr", "pulumi up --stack interconnect")
