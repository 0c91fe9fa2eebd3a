"""The standby serves, under its own name, before anybody is sent there."""

from typing import ClassVar

from failover import statements
from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop
from settings.types import Mode

GOOD = 200
IN_A_ROW = 5
"""Good answers, one after another: pods that come and go give good ones as well."""

PROVED_BEFORE = ("promote", "sequences", "activate")


class Verify(Step):
    """Looks at all that users would meet: certificates, tables, databases, workloads, the front door."""

    name = "verify"
    does = "see that the standby serves under its own name"
    # Rounds of looking, and the time in which the load balancer finds new pods.
    estimate = Estimate(0.5, 1, 2)
    parts: ClassVar = {
        # Nodes of Autopilot where the standby's have no room, images from the registry, probes.
        "workloads": Estimate(1, 3, 10),
        "database": Estimate(0.5, 1, 2),
    }
    budget = 20
    roles = (
        "roles/run.developer",
        "roles/storage.objectViewer on the bucket of records",
        "roles/bigtable.viewer",
        "roles/certificatemanager.viewer",
        "roles/container.viewer",
    )

    def ready(self, site: Site) -> None:
        """What comes before was proved, in this run."""
        missing = [step for step in PROVED_BEFORE if not site.proved(step)]
        if missing:
            raise Stop(f"{', '.join(missing)} not proved: there is nothing to verify")

    def act(self, site: Site) -> None:
        """Nothing: this step only looks."""

    def check(self, site: Site) -> str:
        """Each is seen to be well at the same time."""
        self._certificates(site)
        self._tables(site)
        self._workloads(site)
        problems = statements.proved(site).problems()
        if problems:
            statements.forget(site, "verify")
            raise Stop("; ".join(problems))
        self._front_door(site)
        standby = site.standby
        return (
            f"{standby.standby_host} answered well {IN_A_ROW} times, the databases take writes, "
            f"{len(standby.tables.tables)} tables and {len(standby.workloads.replicas)} workloads are ready, "
            f"{len(standby.certificates)} certificates hold"
        )

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Look at each."""
        project, instance = f"--project {standby.project}", standby.tables.instance.rsplit("/", 1)[-1]
        return (
            f"curl --fail --silent --show-error https://{standby.standby_host}{standby.health_path}",
            *statements.by_hand(standby, "verify"),
            *(
                f"gcloud bigtable tables describe {table} --instance {instance} --view replication {project}"
                for table in standby.tables.tables.values()
            ),
            *(
                f"kubectl get deployment {name} --namespace {name}  "
                f"# {pods} pods ready, told REGION_MODE={self.told(standby)}"
                for name, pods in standby.workloads.replicas.items()
            ),
            f"gcloud certificate-manager certificates list {project} --format='table(name, managed.state, expireTime)'",
        )

    def told(self, standby: StandbyNames) -> Mode:
        """The mode that workloads must have been told."""
        return "active"

    def _certificates(self, site: Site) -> None:
        for name, certificate in sorted(site.standby.certificates.items()):
            state, expires = site.cloud.certificates.state(certificate)
            if expires <= site.now():
                # One that is still good is served, whatever becomes of its successor.
                raise Stop(f"the certificate of {name} is not valid ({state}): browsers would refuse the standby")

    def _tables(self, site: Site) -> None:
        tables = site.standby.tables
        waiting = [
            name
            for name, table in sorted(tables.tables.items())
            if not site.cloud.tables.ready(f"{tables.instance}/tables/{table}")
        ]
        if waiting:
            raise NotYet(f"tables are not ready: {', '.join(waiting)}")

    def _workloads(self, site: Site) -> None:
        """Pods that were told to wait would refuse every write, in good health."""
        workloads, waiting = site.standby.workloads, []
        for name, pods in sorted(workloads.replicas.items()):
            found = site.cloud.workloads.deployment(workloads.endpoint, name, name)
            if found.mode != self.told(site.standby) or found.ready < max(pods, found.wanted):
                told = found.mode or "nothing"
                waiting.append(f"{name} ({found.ready} of {max(pods, found.wanted)} pods, told {told})")
        if waiting:
            raise NotYet(f"workloads are not ready: {', '.join(waiting)}")

    def _front_door(self, site: Site) -> None:
        host, path = site.standby.standby_host, site.standby.health_path
        for time in range(IN_A_ROW):
            status = site.cloud.outside.status(host, path)
            if status != GOOD:
                raise NotYet(f"https://{host}{path} answers {status}, after {time} good answers of {IN_A_ROW}")
