"""Nothing of the primary's comes in any more, and what had come in is applied."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from failover.cloud import Cloud, Refused, Unavailable
from failover.cloud.calls import Missing
from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step

DRAIN_SECONDS = 120
"""How long what has arrived may take to be applied; the subscriptions keep the rest, and their reader goes on."""

MEASURED_MINUTES = 10

Found = TypeVar("Found")

STILL = frozenset({"PAUSED", "STOPPED"})
"""States of a connector that copies nothing. https://docs.cloud.google.com/managed-service-for-apache-kafka/docs"""

FAILED = "FAILED"
"""State of one that copies nothing now: it is started again by itself, once the primary is back."""


class Isolate(Step):
    """Stops every path but the relational database's, which its promotion ends.

    Each would bring the past once the primary is back: a copy of the cache, of a topic, of a table's changes. What the
    standby reads from its own subscriptions goes on: the primary's last changes are there.
    """

    name = "isolate"
    does = "stop replication into the standby, and let what has arrived be applied"
    # A call for each path, and pauses of connectors; the most is the drain's limit beside them.
    estimate = Estimate(0.5, 1.5, 4)
    budget = 10
    roles = (
        "roles/run.developer",
        "roles/iam.serviceAccountAdmin",
        "roles/managedkafka.connectorEditor",
        "roles/storagetransfer.user",
        "roles/monitoring.viewer",
    )

    def act(self, site: Site) -> None:
        """Stop what is not stopped yet, then wait for what has arrived."""
        for what, stop in self._open(site).items():
            site.log(what)
            stop()
        self._interrupt(site)
        if site.noted("drained") is None:
            self._drain(site)

    def check(self, site: Site) -> str:
        """Each path is seen to be stopped."""
        left = self._open(site)
        if left:
            raise NotYet(f"still to do: {', '.join(left)}")
        return f"no path from the primary is open; {site.noted('drained') or 'what had arrived was not looked at'}"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Stop each path."""
        project = f"--project {standby.project}"
        return (
            *(
                f"gcloud run jobs executions list --job {_last(job)} --region {standby.region} {project} "
                "--filter='NOT status.completionTime:*' --format='value(name)' | xargs -r -n1 "
                f"gcloud run jobs executions cancel --quiet --region {standby.region} {project}"
                for job in link.jobs
            ),
            *(f"gcloud iam service-accounts disable {account} {project}" for account in link.accounts),
            *(
                f"gcloud managed-kafka connectors pause {_last(name)} --location {_part(name, 'locations')} "
                f"--connect-cluster {_part(name, 'connectClusters')} {project}"
                for name in link.connectors
            ),
            *(f"gcloud transfer jobs update {job} --status=disabled {project}" for job in link.transfers),
            *(
                f"gcloud transfer operations list --job-names={job} --operation-statuses=in_progress {project} "
                f"--format='value(name)' | xargs -r -n1 gcloud transfer operations cancel {project}"
                for job in link.transfers
            ),
        )

    def _open(self, site: Site) -> dict[str, Callable[[], None]]:
        """How to stop each path that is open, by what that is; what does not exist brings nothing."""
        cloud, project, found = site.cloud, site.standby.project, {}
        for job in site.link.jobs:
            for execution in there(lambda job=job: cloud.jobs.executions(job)) or ():
                if not execution.ended:
                    name = execution.name
                    found[f"cancel {name}"] = lambda name=name: cloud.jobs.cancel(name)
        for account in site.link.accounts:
            if there(lambda account=account: cloud.accounts.disabled(account)) is False:
                found[f"disable {account}"] = lambda account=account: cloud.accounts.disable(account)
        for connector in site.link.connectors:
            state = there(lambda connector=connector: cloud.connectors.state(connector))
            if state == FAILED and connector not in (site.noted("held") or ()):
                found[f"pause {connector}, which failed"] = lambda connector=connector: self._hold(site, connector)
            elif state is not None and state not in (*STILL, FAILED):
                found[f"pause {connector}"] = lambda connector=connector: cloud.connectors.pause(connector)
        for job in site.link.transfers:
            if there(lambda job=job: cloud.transfers.enabled(project, job)):
                found[f"disable {job}"] = lambda job=job: cloud.transfers.enable(project, job, enabled=False)
        return found

    def _hold(self, site: Site, connector: str) -> None:
        """Have a connector that failed be paused when it is started again; until then its state does not tell so."""
        try:
            site.cloud.connectors.pause(connector)
        except Refused as error:
            site.log(f"{connector} stays as it is: {error}")
        site.note("held", [*(site.noted("held") or ()), connector])

    def _interrupt(self, site: Site) -> None:
        """End copies of objects that are under way: a job that is disabled begins no other, and lets them go on.

        Each is told once, and its end is not awaited: it comes from a source that may not answer.
        https://docs.cloud.google.com/storage-transfer/docs/reference/rest/v1/transferJobs#TransferJob
        """
        for job in site.link.transfers:
            told = site.noted("interrupted") or []
            try:
                operation = site.cloud.transfers.running(site.standby.project, job)
                if not operation or operation in told:
                    continue
                site.log(f"cancel {operation}")
                site.cloud.transfers.cancel(operation)
            except Missing:
                continue
            except Refused as error:
                site.log(f"{job} may still be copying: {error}")
                continue
            site.note("interrupted", [*told, operation])

    def _drain(self, site: Site) -> None:
        began = site.noted("stopped")
        if began is None:
            began = site.now()
            site.note("stopped", began)
        waiting = {table: _waiting(site, name) for table, name in sorted(site.link.subscriptions.items())}
        behind = [
            f"{table}: {'unknown' if count is None else f'{count:.0f} changes'}"
            for table, count in waiting.items()
            if count != 0
        ]
        if not behind:
            site.note("drained", "all that had arrived is applied")
        elif site.now() > began + DRAIN_SECONDS:
            site.note("drained", f"after {DRAIN_SECONDS} seconds not seen to be applied ({', '.join(behind)})")
        else:
            raise NotYet(f"what has arrived is being applied ({', '.join(behind)})")


def reopened(standby: StandbyNames, link: LinkNames, cloud: Cloud) -> Iterator[tuple[str, Callable[[], None]]]:
    """What lets accounts and transfers of the primary in again, one after another, and how.

    Nothing for what is open, or does not exist: `isolate` did not stop it.
    """
    for account in link.accounts:
        if there(lambda account=account: cloud.accounts.disabled(account)):
            yield f"enable {account}", lambda account=account: cloud.accounts.enable(account)
    for job in link.transfers:
        if there(lambda job=job: cloud.transfers.enabled(standby.project, job)) is False:
            yield f"enable {job}", lambda job=job: cloud.transfers.enable(standby.project, job, enabled=True)


def _waiting(site: Site, subscription: str) -> float | None:
    """Messages that wait, measured since no writer writes any more; none where nothing was measured since.

    The metric is written once a minute, and seen some minutes later. It is only a reason to go on sooner: a failure to
    read it stops nothing. https://docs.cloud.google.com/pubsub/docs/monitoring
    """
    metric = "pubsub.googleapis.com/subscription/num_undelivered_messages"
    wanted = f'metric.type = "{metric}" AND resource.labels.subscription_id = "{_last(subscription)}"'
    since = (site.noted("fenced", step="fence") or {}).get("at") or site.noted("stopped")
    try:
        points = site.cloud.metrics.newest(_part(subscription, "projects"), wanted, MEASURED_MINUTES, site.now())
    except (Unavailable, Refused):
        return None
    counts = [point.value for point in points if point.at >= since]
    return sum(counts) if counts else None


def there(look: Callable[[], Found]) -> Found | None:
    """What a look at something finds; none where it does not exist."""
    try:
        return look()
    except Missing:
        return None


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _part(name: str, kind: str) -> str:
    """The part of a full name that follows its kind."""
    parts = name.split("/")
    return parts[parts.index(kind) + 1]
