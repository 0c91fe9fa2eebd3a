"""The steps, one a file, and the orders in which they make a failover and the way back."""

from failover.step import Step
from failover.steps.activate import Activate
from failover.steps.fence import Fence
from failover.steps.isolate import Isolate
from failover.steps.outside import Outside
from failover.steps.promote import Promote
from failover.steps.sequences import Sequences
from failover.steps.switch import Switch
from failover.steps.verify import Verify

RUN: tuple[type[Step], ...] = (Fence, Isolate, Promote, Sequences, Activate, Verify, Switch, Outside)
"""The failover: DNS moves only after all that users would meet was proved."""
