"""Everything is copied from the primary again."""

from failover.cloud.calls import Missing
from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop
from failover.steps.back import DAY
from failover.steps.isolate import reopened

FOLLOWS = ("RUNNING", "CDC")
"""State and phase of a migration job whose first copy is done."""


class Replicate(Step):
    """Waits for the first copy of the rows, then lets go of what a failover stopped, each where it does no harm:

    - the migration job is a new one, in an empty database: the old one's slot went with resync.sql, and could only
      have brought rows of before;
    - accounts (changes of tables, secrets, Vault's copies) come next: what they bring is the primary's, which has
      held what the standby had since a person said so; a change of before the failover that still waits is
      dropped by the writer where its row is newer, and reconciliation finds the rest;
    - transfers of objects come after: they copy what is new at the primary, and delete nothing here;
    - connectors are never resumed: a paused one would begin where it was before the failover, and bring records
      a second time. `pulumi up` of `interconnect` with the next `stream_replication.generation` makes new ones.
    """

    name = "replicate"
    does = "begin replication from the primary anew, and lift what a failover had stopped"
    estimate = Estimate(20, 120, 720)
    budget = DAY
    roles = (
        "the role that deploys interconnect",
        "roles/iam.serviceAccountAdmin",
        "roles/storagetransfer.user",
    )

    def ready(self, site: Site) -> None:
        """No old row meets a new one, and no old value a newer one."""
        missing = [step for step in ("stores", "empty") if not site.proved(step)]
        if missing:
            raise Stop(f"{', '.join(missing)} not proved: the primary's data would overwrite newer data here")

    def act(self, site: Site) -> None:
        """Let go, in this order."""
        self._await_rows(site)
        for what, reopen in reopened(site.standby, site.link, site.cloud):
            site.log(what)
            reopen()

    def check(self, site: Site) -> str:
        """Each path is open."""
        self._await_rows(site)
        cloud, project, link = site.cloud, site.standby.project, site.link
        shut = [account for account in link.accounts if cloud.accounts.disabled(account)]
        shut += [transfer for transfer in link.transfers if not cloud.transfers.enabled(project, transfer)]
        if shut:
            raise NotYet(f"{', '.join(shut)} still stopped")
        for connector in link.connectors:
            try:
                state = cloud.connectors.state(connector)
            except Missing as error:
                raise Stop(f"{connector} was replaced: run this again, to read the new names") from error
            if state != "RUNNING":
                raise NotYet(f"{connector} is {state}: `pulumi up` with the next generation replaces it")
        return "rows, tables, events, objects and secrets come from the primary again"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """The primary publishes, interconnect is made anew, then the rest."""
        project = f"--project {standby.project}"
        return (
            f"psql -h <the primary's writer> -d {standby.database.database} -f sql/source.sql",
            "pulumi config set --path stream_replication.generation <next> --stack interconnect",
            "pulumi up --stack interconnect --replace '**MigrationJob**'",
            *(f"gcloud iam service-accounts enable {account} {project}" for account in link.accounts),
            *(f"gcloud transfer jobs update {transfer} --status=enabled {project}" for transfer in link.transfers),
            "gcloud run jobs execute <reconciliation>  # what the tables missed meanwhile",
        )

    def _await_rows(self, site: Site) -> None:
        found = site.cloud.migration.state(site.link.migration_job)
        if found != FOLLOWS:
            state, phase = found
            raise NotYet(f"the migration job is {state}, {phase}: a person begins it anew, see docs/failover.md")
