"""No writer of the primary's writes any more, whether or not anybody there still answers."""

import json

from failover.estimates import Estimate
from failover.names import FENCE, LINK_NAMES, STANDBY_NAMES, LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop

ACKNOWLEDGED = "acknowledged"
"""Folder of the bucket of records: `<run>` in it says that somebody saw the primary's writers stopped."""

# A writer looks every 5 seconds, and waits for 2; what it has begun ends within 30 (charts/service/README.md).
NOTICED_SECONDS = 5 + 2
ENDED_SECONDS = 30


class Fence(Step):
    """Creates the fence's object, then waits until every writer has seen it or has stopped for want of an answer."""

    name = "fence"
    does = "stop the primary's writers, and wait until they have stopped"
    estimate = Estimate(0.7, 5.7, 6.5)
    budget = 10
    roles = ("roles/storage.objectUser on the switch's bucket", "roles/cloudsql.viewer", "roles/run.developer")

    def ready(self, site: Site) -> None:
        """The standby is able to take over: else the fence would only end what still serves."""
        standby = site.standby
        for name in (STANDBY_NAMES, LINK_NAMES):
            if site.cloud.objects.read(standby.records_bucket, name)[1] == 0:
                raise Stop(f"gs://{standby.records_bucket}/{name} is missing: nothing tells what there is to fail over")
        instance = site.cloud.instances.get(standby.project, standby.database.instance)
        state = instance.get("state", "unknown") if instance is not None else "not there"
        if state != "RUNNABLE":
            raise Stop(f"the database instance {standby.database.instance} is {state}: there is nothing to promote")
        # Without this job nothing is promoted: Refused stops here already.
        site.cloud.jobs.executions(standby.database.sql_job)

    def act(self, site: Site) -> None:
        """Create the object; its time of creation is that of the first attempt."""
        if site.cloud.objects.read(site.standby.switch_bucket, FENCE)[1] == 0:
            site.log(f"create gs://{site.standby.switch_bucket}/{FENCE}")
            content = json.dumps({"run": site.run_id, "at": site.now()}).encode()
            site.cloud.objects.write(site.standby.switch_bucket, FENCE, content, 0, public=True)

    def check(self, site: Site) -> str:
        """Seen from outside, and either acknowledged or older than the writers' lease."""
        _, generation = site.cloud.objects.read(site.standby.switch_bucket, FENCE)
        if generation == 0 or not site.cloud.outside.exists(site.standby.switch_bucket, FENCE):
            raise NotYet(f"gs://{site.standby.switch_bucket}/{FENCE} is not to be seen from outside")
        if site.noted("fenced") is None:
            site.note("fenced", site.now())
        age = site.now() - site.noted("fenced")
        if site.cloud.objects.read(site.standby.records_bucket, f"{ACKNOWLEDGED}/{site.run_id}")[1]:
            return f"acknowledged after {age:.0f} seconds"
        wanted = NOTICED_SECONDS + ENDED_SECONDS + site.standby.fence_lease_seconds
        if age < wanted:
            raise NotYet(f"writers that cannot read the fence stop by themselves in {wanted - age:.0f} seconds")
        return f"no acknowledgement, but every writer's lease has ended: the fence is {age:.0f} seconds old"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Create the object, and wait."""
        return (
            f"echo '{{}}' | gcloud storage cp - gs://{standby.switch_bucket}/{FENCE} --cache-control=no-store",
            f"sleep {NOTICED_SECONDS + ENDED_SECONDS + standby.fence_lease_seconds}",
        )
