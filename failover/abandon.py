"""Gives a failover up before anything was promoted: replication goes on, and the primary writes again."""

from collections.abc import Callable, Iterator
from contextlib import suppress

from failover.cloud import Cloud, Refused
from failover.names import FENCE, LinkNames, StandbyNames
from failover.record import Record
from failover.steps.isolate import FAILED, reopened, there

POINT_OF_NO_RETURN = "promote"
"""Once this step has begun, rows of the standby may be their own: the way on is the failover, then the way back."""


class TooLate(Exception):
    """There is no failover to give up, or it cannot be given up any more."""


def abandon(record: Record, standby: StandbyNames, link: LinkNames, cloud: Cloud) -> list[str]:
    """Undo what `fence` and `isolate` did, and end the run; what was done. May be run again after a kill.

    Paths are opened before the fence goes: whatever the primary writes from then on is carried. The database keeps the
    size that it was given; the next `pulumi up` of `dr` takes it back. Raises TooLate, Held, or what a call raises.
    """
    found = record.look()
    if found is None or found.kind != "run" or found.ended is not None:
        raise TooLate("no failover is under way: there is nothing to give up")
    if found.steps[POINT_OF_NO_RETURN].status != "waiting":
        raise TooLate(
            f"`{POINT_OF_NO_RETURN}` has begun: rows of the standby may be its own. Finish it by `python -m "
            "failover run`, then go back by `python -m failover back`"
        )
    done = []
    with record.hold("run", tuple(found.steps)):
        for what, undo in _undone(standby, link, cloud):
            record.log("abandon", what)
            undo()
            done.append(what)
        record.end()
    return done


def _undone(standby: StandbyNames, link: LinkNames, cloud: Cloud) -> Iterator[tuple[str, Callable[[], None]]]:
    """What is to be undone, and how, in order."""
    yield from reopened(standby, link, cloud)
    for connector in link.connectors:
        state = there(lambda connector=connector: cloud.connectors.state(connector))
        if state == "PAUSED":
            yield f"resume {connector}", lambda connector=connector: cloud.connectors.resume(connector)
        elif state == FAILED:
            yield f"resume {connector}, which failed", lambda connector=connector: _let_go(cloud, connector)
    if cloud.objects.read(standby.switch_bucket, FENCE)[1]:
        yield f"delete gs://{standby.switch_bucket}/{FENCE}", lambda: cloud.objects.delete(standby.switch_bucket, FENCE)


def _let_go(cloud: Cloud, connector: str) -> None:
    """Have it go on when it is started again; the primary's writers do not wait for one that cannot."""
    with suppress(Refused):
        cloud.connectors.resume(connector)
