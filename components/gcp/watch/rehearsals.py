"""Rehearsals: whether what has to work on one day is known to work."""

import pulumi

from components.gcp.watch.rows import Event, Query, Watched, none_ended_well


def rehearsals(name: str, job_name: pulumi.Input[str], *, days: int) -> Watched:
    """The job that rehearses: one that failed, and none that succeeded for so many days, from the beginning."""
    query = Query(
        "overdue",
        none_ended_well(job_name, f"{days}d"),
        "ticket",
        f"For {days} days no rehearsal of the failover succeeded: nobody knows that it works, or how long it takes.",
        "`python -m failover status` says when the last one was; then `gcloud run jobs execute`, with the job's name.",
        vital=True,
    )
    event = Event(
        "failed",
        f'resource.type = "cloud_run_job" AND resource.labels.job_name : "{name}" AND severity >= ERROR',
        "ticket",
        "A rehearsal of the failover failed: the failover would stop at the same step.",
        "Read the entry: it names the step and what a person would do. Mend it, and rehearse again.",
    )
    return Watched("rehearsals", "Failover", "", {}, queries=(query,), events=(event,))
