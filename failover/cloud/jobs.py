"""Jobs of Cloud Run: started, watched and cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from google.cloud import run_v2

from failover.cloud.calls import Access, calling

LISTED = 50
"""Executions that are looked at: Cloud Run keeps those of weeks, and none of ours runs for that long."""


@dataclass(frozen=True)
class Execution:
    """One execution of a job."""

    name: str
    ended: bool
    succeeded: bool
    message: str
    """Why it failed, where it did."""


class Jobs:
    """Jobs by their full names, `projects/…/locations/…/jobs/…`."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._jobs = access.rest("run", run_v2.JobsClient)
        self._executions = access.rest("run", run_v2.ExecutionsClient)

    def start(self, job: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start an execution with other arguments; its own name is not known before it ran: find it by `executions`."""
        override = run_v2.RunJobRequest.Overrides.ContainerOverride(
            args=list(arguments),
            env=[run_v2.EnvVar(name=key, value=value) for key, value in sorted((environment or {}).items())],
        )
        request = run_v2.RunJobRequest(
            name=job, overrides=run_v2.RunJobRequest.Overrides(container_overrides=[override])
        )
        with calling(f"start {job}"):
            self._jobs.run_job(request, retry=None, timeout=self._seconds)

    def executions(self, job: str) -> list[Execution]:
        """The job's newest executions, newest first."""
        with calling(f"list executions of {job}"):
            request = run_v2.ListExecutionsRequest(parent=job, page_size=LISTED)
            found = self._executions.list_executions(request, retry=None, timeout=self._seconds)
            return [_execution(each) for each in islice(found, LISTED)]

    def cancel(self, execution: str) -> None:
        """Stop an execution."""
        with calling(f"cancel {execution}"):
            self._executions.cancel_execution(name=execution, retry=None, timeout=self._seconds)


def _execution(found: run_v2.Execution) -> Execution:
    failed = [each for each in found.conditions if each.state == run_v2.Condition.State.CONDITION_FAILED]
    return Execution(
        name=found.name,
        ended=bool(found.completion_time),
        succeeded=bool(found.completion_time) and found.succeeded_count > 0 and found.failed_count == 0,
        message="; ".join(each.message for each in failed),
    )
