"""No writer of the primary's writes any more, whether or not anybody there still answers."""

from typing import ClassVar

from failover.estimates import Estimate
from failover.names import FENCE, LinkNames, StandbyNames
from failover.step import NotYet, Site, Step
from failover.steps import marks

ACKNOWLEDGED = "acknowledged"
"""Folder of the bucket of records: `<run>` in it says that somebody saw the primary's writers stopped."""

# A writer looks every 5 seconds, and waits for 2; what it has begun ends within 30 (charts/service/README.md).
NOTICED_SECONDS = 5 + 2
ENDED_SECONDS = 30


class Fence(Step):
    """Creates the fence's object, then waits until every writer has seen it or has stopped for want of an answer."""

    name = "fence"
    does = "stop the primary's writers, and wait until they have stopped"
    # The lease of three minutes, or an acknowledgement before it ends.
    estimate = Estimate(0.7, 3.8, 4.2)
    budget = 10
    roles = ("roles/storage.objectUser on the switch's bucket",)
    object: ClassVar[str] = FENCE
    """What the writers look for."""

    def act(self, site: Site) -> None:
        """Create the object; its time of creation is that of the first attempt."""
        marks.put(site, self.object)

    def check(self, site: Site) -> str:
        """Seen from outside, and either acknowledged or older than the writers' lease."""
        _, generation = site.cloud.objects.read(site.standby.switch_bucket, self.object)
        if generation == 0 or not site.cloud.outside.exists(site.standby.switch_bucket, self.object):
            raise NotYet(f"gs://{site.standby.switch_bucket}/{self.object} is not to be seen from outside")
        # The lease is counted for this very object: another one may have been away in between.
        fenced = site.noted("fenced")
        if fenced is None or fenced["generation"] != generation:
            fenced = {"generation": generation, "at": site.now()}
            site.note("fenced", fenced)
        age = site.now() - fenced["at"]
        if site.cloud.objects.read(site.standby.records_bucket, f"{ACKNOWLEDGED}/{site.run_id}")[1]:
            return f"acknowledged after {age:.0f} seconds"
        wanted = NOTICED_SECONDS + ENDED_SECONDS + site.standby.fence_lease_seconds
        if age < wanted:
            raise NotYet(f"writers that cannot read the fence stop by themselves in {wanted - age:.0f} seconds")
        return f"no acknowledgement, but every writer's lease has ended: the fence is {age:.0f} seconds old"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Create the object, and wait."""
        return (
            marks.put_by_hand(standby, self.object),
            f"sleep {NOTICED_SECONDS + ENDED_SECONDS + standby.fence_lease_seconds}",
        )
