"""The primary fetches every row anew from the standby, and then follows it."""

from collections.abc import Mapping

from failover.estimates import Estimate
from failover.names import FENCE, SWITCH, LinkNames, StandbyNames
from failover.statements import answered
from failover.step import NotYet, Site, Step, Stop
from failover.steps.back import DAY, attempt
from failover.steps.back.followers import SUBSCRIPTION, followers

LOGIN = "standby_replication"
"""Of whoever replicates: sql/source.sql makes it on either side."""

NEAR_BYTES = 16 * 1024 * 1024
"""How far the primary may be behind when writers are stopped: a segment of the log, seconds to send."""

WITH_CERTIFICATE, ENCRYPTED = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED", "ENCRYPTED_ONLY"


class Resync(Step):
    """Offers the rows, and waits until the primary has fetched them; users stay at the standby meanwhile.

    Everything is fetched, because the primary's rows cannot be told apart: some never arrived here, others were changed
    or deleted here meanwhile. What it had is in a snapshot that a person makes first. Aurora shows no client
    certificate, so that the instance asks for none until `pulumi up` of `dr` has it ask again; it still encrypts.
    """

    name = "resync"
    does = "let the primary fetch all rows anew, and follow"
    # The first copy is bound by the rows: an hour for some hundred GB at a tunnel's rate.
    estimate = Estimate(20, 120, 720)
    budget = DAY
    roles = ("roles/cloudsql.admin", "roles/run.developer on the SQL job")

    def ready(self, site: Site) -> None:
        """There is a way for rows, and something to bring back."""
        if not site.link.rows_return:
            raise Stop(
                "this kind of link has no way from the primary's database to the standby's: move to one that has "
                "(`link.kind`), or take a dump of the standby to the primary while both are fenced"
            )
        if not site.cloud.outside.exists(site.standby.switch_bucket, SWITCH):
            raise Stop("the names do not lead to the standby: nothing was written here that the primary lacks")
        if not site.cloud.outside.exists(site.standby.switch_bucket, FENCE):
            raise Stop(f"gs://{site.standby.switch_bucket}/{FENCE} is gone: the primary's writers may write")

    def act(self, site: Site) -> None:
        """Admit a client without a certificate, and publish all tables."""
        self._admit(site)
        answered(site, "source")

    def check(self, site: Site) -> str:
        """The primary's subscription is active, and none of its first copies is left."""
        if site.noted("had everything", "reverse") == attempt(site):
            return "the primary had everything when it let go"
        found = followers(site)
        main = next((each for each in found if each.slot == SUBSCRIPTION), None)
        if main is None:
            raise NotYet("the primary does not follow yet: a person must begin there, see docs/failover.md")
        if main.lost:
            raise Stop(f"the slot {SUBSCRIPTION} was lost: the primary was away for too long, and must begin again")
        copying = sum(each.copies for each in found)
        if copying or not main.active:
            raise NotYet(f"{copying} tables are being fetched" if copying else "the primary is away")
        if main.bytes_behind > NEAR_BYTES:
            raise NotYet(f"the primary is {main.bytes_behind // 1024 // 1024} MB behind")
        return f"the primary follows, {main.bytes_behind // 1024} kB behind"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """What is done in the standby, then at the primary; the last command begins it."""
        database = standby.database
        at = f"{database.instance} --project {standby.project}"
        address = f"$(gcloud sql instances describe {at} --format='value(ipAddresses[0].ipAddress)')"
        return (
            f"gcloud sql instances patch {at} --ssl-mode={ENCRYPTED}",
            f"psql -d {database.database} -f sql/source.sql  # in the standby",
            f"gcloud sql users set-password {LOGIN} --instance {at} --prompt-for-password",
            f"gcloud storage ls gs://{standby.switch_bucket}/{FENCE}  # it must be there",
            "aws rds create-db-cluster-snapshot --db-cluster-identifier <cluster> "
            "--db-cluster-snapshot-identifier before-the-way-back",
            f'RESYNC_SOURCE="host={address} dbname={database.database} user={LOGIN} password=… sslmode=require" '
            f"psql -h <the primary's writer> -d {database.database} -f sql/resync.sql",
        )

    def _admit(self, site: Site) -> None:
        project, name = site.standby.project, site.standby.database.instance
        found = site.cloud.instances.get(project, name)
        if found is None:
            raise Stop(f"there is no instance {name}")
        addresses: Mapping[str, object] = found["settings"]["ipConfiguration"]
        if addresses.get("sslMode") == WITH_CERTIFICATE:
            site.log(f"let {name} admit encrypted clients without a certificate")
            # The older field would contradict it, and is not left out of what the API shows.
            changed = {"sslMode": ENCRYPTED, "requireSsl": False}
            site.cloud.instances.patch(project, name, {"settings": {"ipConfiguration": changed}})
