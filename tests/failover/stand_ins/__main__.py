"""The stand-ins in a process of their own, for a program that somebody tries by hand.

    python -m tests.failover.stand_ins

Prints the environment that leads a program here, serves until its input ends, then prints the calls.
"""

import json
import sys
from dataclasses import asdict

from tests.failover.sample import sample_world
from tests.failover.stand_ins.server import StandIns

with StandIns(sample_world()) as stand_ins:
    sys.stdout.write(json.dumps(stand_ins.environment) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    sys.stdout.write(json.dumps([asdict(call) for call in stand_ins.world.calls]) + "\n")
