"""The standby is deployed as one again."""

from failover.estimates import Estimate
from failover.names import STANDBY_FENCE, STANDBY_NAMES, LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop
from failover.steps import marks
from failover.steps.back import DAY

COMMAND = "pulumi up --stack dr --config multicloud:mode=standby"


class Demote(Step):
    """Waits for an update of `dr` with `mode: standby`, then lets go of the standby's fence.

    A person runs it: nothing hurries now, and its preview is worth reading. It shrinks stores and workloads, and has
    the database ask for client certificates again. In this mode no workload writes (charts/service/README.md), so that
    the fence may go only now; it must, or the next failover would meet writers that do not write.
    """

    name = "demote"
    does = "wait until dr was deployed with mode standby, then lift its fence"
    estimate = Estimate(8, 20, 60)
    budget = DAY
    roles = ("the role that deploys dr", "roles/storage.objectUser on the switch's bucket")

    def ready(self, site: Site) -> None:
        """Nobody is served here any more."""
        if not site.proved("switch-back"):
            raise Stop("switch-back not proved: users may still be at the standby, which must keep its size")

    def act(self, site: Site) -> None:
        """Delete the fence, once no workload writes for another reason."""
        content, generation = site.cloud.objects.read(site.standby.records_bucket, STANDBY_NAMES)
        if generation == 0 or StandbyNames.model_validate_json(content).deployed_mode != "standby":
            raise NotYet(f"dr is still deployed as active: run `{COMMAND}`, and commit Pulumi.dr.yaml")
        site.note("unfenced", True)
        marks.remove(site, STANDBY_FENCE)

    def check(self, site: Site) -> str:
        """The fence is not to be seen from outside."""
        if site.cloud.outside.exists(site.standby.switch_bucket, STANDBY_FENCE):
            raise NotYet(f"{STANDBY_FENCE} is still to be seen from outside")
        return "dr is deployed as the standby, and its fence is gone"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """The update, then the fence."""
        return (COMMAND, marks.remove_by_hand(standby, STANDBY_FENCE))
