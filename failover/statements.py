"""How a step has a script run in the standby's databases: it starts the job once, and believes the answer alone."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from failover.answers import Action, Answer, place
from failover.names import StandbyNames
from failover.step import NotYet, Site, Stop

TRIES = 3
"""Executions that fail before a person must look."""

LISTED_SECONDS = 20
"""After how long an execution that was started must be in the list of them; else it never was started."""

FRESH_SECONDS = 20 * 60
"""How long an answer proves what it saw, from when it was asked for: a run that is resumed later asks again.

No step that waits for one has a longer budget: scripts that take long would else be begun again before they answer.
"""

BY_HAND = "by-hand"
"""The run's id in commands that people type."""


class _Asked(BaseModel):
    """What is noted before the job is started, so that whoever goes on finds the same question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attempt: int
    at: float
    before: str
    """The job's newest execution at that time; empty if there was none."""

    failures: int
    void: bool = False
    """Whether its answer is not believed any more."""


def answered(site: Site, action: Action, *then: Action) -> Answer:
    """The answer to an action that a step asks for once; raises NotYet until it is there, Stop where it cannot come.

    What is asked for `then` is done by the same execution: a container takes longer to start than its statements.
    """
    asked = _noted(site, action)
    if asked is None or asked.void:
        raise _start(site, (action, *then), failures=0)
    executions = site.cloud.jobs.executions(site.standby.database.sql_job)
    # After the list: an execution that has ended there has left its answer by now.
    answer = _read(site, action, asked)
    if answer is not None and not answer.error:
        return answer
    if any(not execution.ended for execution in executions):
        raise NotYet(f"{action} runs in the databases")
    newest = executions[0] if executions else None
    if answer is not None:
        why = answer.error
    elif newest is not None and newest.name != asked.before:
        why = newest.message or "it left no answer"
    elif site.now() < asked.at + LISTED_SECONDS:
        raise NotYet(f"{action} begins")
    else:
        why = "the job did not start"
    failures = asked.failures + 1
    if failures < TRIES:
        raise _start(site, (action, *then), failures)
    # Whoever runs the program again has seen to it, and has as many tries.
    site.note(action, asked.model_copy(update={"void": True}).model_dump())
    raise Stop(f"{action} failed {TRIES} times: {why}")


def proved(site: Site) -> Answer:
    """What `verify` found within the last minutes; raises as `answered` does."""
    asked = _noted(site, "verify")
    if asked is not None and site.now() > asked.at + FRESH_SECONDS:
        forget(site, "verify")
    return answered(site, "verify")


def forget(site: Site, action: Action) -> None:
    """Have the action done anew when it is asked for next: what it answered does not hold."""
    asked = _noted(site, action)
    if asked is not None and not asked.void:
        site.note(action, asked.model_copy(update={"void": True}).model_dump())


def by_hand(standby: StandbyNames, action: Action) -> tuple[str, str]:
    """Commands that run an action and show its answer."""
    job = standby.database.sql_job.rsplit("/", 1)[-1]
    where = f"--region {standby.region} --project {standby.project}"
    arguments = ",".join(_arguments(standby, (action,), BY_HAND, "1"))
    return (
        f"gcloud run jobs execute {job} {where} --wait --args={arguments}",
        f"gcloud storage cat gs://{standby.records_bucket}/{place(BY_HAND, action, '1')}",
    )


def _start(site: Site, actions: Sequence[Action], failures: int) -> NotYet:
    """Start the job, unless somebody's execution of it runs: they would meet in the same databases."""
    job = site.standby.database.sql_job
    executions = site.cloud.jobs.executions(job)
    told = " and ".join(actions)
    if any(not execution.ended for execution in executions):
        return NotYet(f"{told} waits for another execution of {job}")
    last = [asked.attempt for action in actions if (asked := _noted(site, action)) is not None]
    asked = _Asked(
        attempt=max(last, default=0) + 1,
        at=site.now(),
        before=executions[0].name if executions else "",
        failures=failures,
    )
    for action in actions:
        site.note(action, asked.model_dump())
    site.log(f"start {job} for {told}")
    site.cloud.jobs.start(job, _arguments(site.standby, actions, site.run_id, _attempt(site, asked)))
    return NotYet(f"{told} begins")


def _arguments(standby: StandbyNames, actions: Sequence[Action], run: str, attempt: str) -> Sequence[str]:
    database = standby.database
    given = ["--run", run, "--attempt", attempt, "--database", database.database]
    given += ["--instance", f"{standby.project}:{standby.region}:{database.instance}"]
    if database.instance == database.rehearsal_instance:
        # The copy of a rehearsal has no address in the network.
        given += ["--address", "psc"]
    for writer in database.writers:
        given += ["--writer", writer]
    return [*actions, *given, "--bucket", standby.records_bucket]


def _attempt(site: Site, asked: _Asked) -> str:
    """Unlike that of any other question of the run."""
    return f"{site.step}-{asked.attempt}"


def _noted(site: Site, action: Action) -> _Asked | None:
    found = site.noted(action)
    return _Asked.model_validate(found) if found is not None else None


def _read(site: Site, action: Action, asked: _Asked) -> Answer | None:
    """The answer to this very question, if there is one."""
    attempt = _attempt(site, asked)
    content, generation = site.cloud.objects.read(site.standby.records_bucket, place(site.run_id, action, attempt))
    if generation == 0:
        return None
    try:
        answer = Answer.model_validate_json(content)
    except ValidationError:
        return Answer(action=action, run=site.run_id, attempt=attempt, error="its answer cannot be read")
    same = (answer.action, answer.run, answer.attempt) == (action, site.run_id, attempt)
    return answer if same else None
