"""The way back, in order."""

from failover.step import Step
from failover.steps.back.demote import Demote
from failover.steps.back.empty import Empty
from failover.steps.back.fence_back import FenceBack
from failover.steps.back.replicate import Replicate
from failover.steps.back.resync import Resync
from failover.steps.back.reverse import Reverse
from failover.steps.back.stores import Stores
from failover.steps.back.switch_back import SwitchBack
from failover.steps.back.verify_back import VerifyBack

BACK: tuple[Step, ...] = (
    Resync(),
    FenceBack(),
    Reverse(),
    Stores(),
    VerifyBack(),
    SwitchBack(),
    Demote(),
    Empty(),
    Replicate(),
)
