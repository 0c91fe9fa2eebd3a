"""The steps, one a file, and the orders in which they make a failover, the way back and a rehearsal."""

from failover.step import Step
from failover.steps.activate import Activate, Settle
from failover.steps.back.order import BACK as BACK
from failover.steps.fence import Fence
from failover.steps.grow import Grow
from failover.steps.isolate import Isolate
from failover.steps.outside import Outside
from failover.steps.promote import Promote
from failover.steps.rehearsal.order import rehearsal
from failover.steps.sequences import Sequences
from failover.steps.switch import Switch
from failover.steps.verify import Verify

RUN: tuple[Step, ...] = (
    Grow(),
    Fence(),
    Isolate(),
    Promote(),
    Sequences(),
    Activate(),
    Verify(),
    Switch(),
    Outside(),
    Settle(),
)
"""The failover: DNS moves only after all that users would meet was proved."""

REHEARSAL: tuple[Step, ...] = rehearsal(RUN)
"""A failover on copies; it measures itself against the failover."""
