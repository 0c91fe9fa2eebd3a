"""What the policy pack adds to a preview, in milliseconds a resource with the pack padded to 300 rules.

The folder `policies` must be on `sys.path`, as it is for the tests and for the engine.
"""

import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from guardrails import pack
from guardrails.dispatch import DispatchingServicer, Stock
from guardrails.model import ResourceRule, Rule, StackRule
from guardrails.policy import policies
from guardrails.registry import RULES
from guardrails.suppressions import Suppressions
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel

RULE_COUNT = 300
STACK_RULE_COUNT = 20
LIMIT_MS = 1.5

ROOT = Path(__file__).parents[1]
PADDED_PACK = """
import sys

sys.path[:0] = {paths}

from bench.policies import RULE_COUNT, padded
from guardrails.dispatch import dispatched
from guardrails.policy import policies
from guardrails.suppressions import Suppressions
from pulumi_policy import EnforcementLevel, PolicyPack

with dispatched():
    PolicyPack("padded", policies(padded(RULE_COUNT), Suppressions()), EnforcementLevel.MANDATORY)
"""


@dataclass(frozen=True)
class Figures:
    """Milliseconds a resource; `added` is what a preview pays."""

    rules: int
    resources: int
    each: float
    whole: float
    stock: float

    @property
    def added(self) -> float:
        """Resource rules and stack rules together."""
        return self.each + self.whole

    def __str__(self) -> str:
        return (
            f"policies: {self.added:.2f} ms a resource (limit {LIMIT_MS}) with {self.rules} rules, {self.resources} "
            f"resources: {self.each:.2f} in resource rules (the SDK's own servicer: {self.stock:.2f}), "
            f"{self.whole:.2f} in stack rules"
        )


def measure(stack: Sequence[proto.AnalyzerResource], *, rules: int = RULE_COUNT, repeat: int = 5) -> Figures:
    """Judge the resources of a stack one by one and as a whole; the best of some runs, after one that warms up."""
    requests = [
        proto.AnalyzeRequest(
            type=each.type, properties=each.properties, urn=each.urn, name=each.name, options=each.options
        )
        for each in stack
    ]
    whole = proto.AnalyzeStackRequest(resources=stack)
    made = policies(padded(rules), Suppressions())
    dispatched, stock = (
        kind(pack.NAME, "0.0.1", made, EnforcementLevel.MANDATORY) for kind in (DispatchingServicer, Stock)
    )

    def per_resource(run: Callable[[], object], times: int) -> float:
        run()
        return min(_seconds(run) for _ in range(times)) * 1000 / len(stack)

    return Figures(
        rules=len(made),
        resources=len(stack),
        each=per_resource(lambda: [dispatched.Analyze(request, None) for request in requests], repeat),
        whole=per_resource(lambda: dispatched.AnalyzeStack(whole, None), repeat),
        stock=per_resource(lambda: [stock.Analyze(request, None) for request in requests], 1),
    )


@contextmanager
def padded_pack() -> Generator[Path]:
    """A folder that the engine can load as a pack: this one's rules, padded to 300."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 0.1.0\n")
        (path / "__main__.py").write_text(PADDED_PACK.format(paths=[str(ROOT), str(ROOT / "policies")]))
        yield path


def padded(count: int) -> tuple[Rule, ...]:
    """The pack's rules and copies of them under other names, up to a number, in which each rule has an equal share."""
    resource_rules = [rule for rule in RULES if isinstance(rule, ResourceRule)]
    stack_rules = [rule for rule in RULES if isinstance(rule, StackRule)]
    return (*_copies(resource_rules, count - STACK_RULE_COUNT), *_copies(stack_rules, STACK_RULE_COUNT))


def _copies(rules: Sequence[Rule], count: int) -> list[Rule]:
    return [
        replace(rule, id=f"{rule.id}-copy-{number // len(rules)}")
        for number in range(count)
        for rule in [rules[number % len(rules)]]
    ]


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
