"""What the other stores took in meanwhile is in the primary."""

from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step
from failover.steps.back import ACKNOWLEDGED_STORES, DAY
from failover.steps.fence import ACKNOWLEDGED


class Stores(Step):
    """Waits until a person says that the other stores are whole; none of them can be proved from here.

    There is no built way from Bigtable to DynamoDB: a table's change stream, or a scan by cells' times, has to be
    written back by a program that knows its items. The rest has commands. All of it can be prepared while users are
    still at the standby, so that only the last changes are left for the time in which nobody writes.
    """

    name = "stores"
    does = "wait for key-value tables, events, objects and secrets to be brought back by hand"
    estimate = Estimate(5, 30, 240)
    budget = DAY
    roles = ("roles/storage.objectUser on the bucket of records",)

    def act(self, site: Site) -> None:
        """Nothing is done here: this program calls nothing of AWS."""

    def check(self, site: Site) -> str:
        """A person wrote it down."""
        name = f"{ACKNOWLEDGED}/{site.run_id}{ACKNOWLEDGED_STORES}"
        if site.cloud.objects.read(site.standby.records_bucket, name)[1] == 0:
            raise NotYet(f"create gs://{site.standby.records_bucket}/{name} once the other stores are whole")
        return "a person saw the other stores whole"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Store by store, then the word that it is done."""
        done = f"gs://{standby.records_bucket}/{ACKNOWLEDGED}/<run id>{ACKNOWLEDGED_STORES}"
        tables = standby.tables.instance.rpartition("/")[2]
        return (
            f"cbt -instance {tables} read <table> start=…  # no way is built: write changed items to DynamoDB",
            "docs/operations.md, “Replication of events”: the connectors back-source and back-checkpoint, 1 to 4",
            "gcloud storage rsync -r gs://<bucket> s3://<bucket>  # objects; what was deleted here is deleted by hand",
            "docs/operations.md, “Replication of secrets”, “Vault”: the newest values to where the primary keeps them",
            "crane copy <standby's image> <primary's image>  # images that were pushed meanwhile",
            f"echo '{{}}' | gcloud storage cp - {done}",
        )
