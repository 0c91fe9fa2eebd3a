"""The SDK's analyzer, asked only what concerns a resource's type, with a stack decoded once.

The stock servicer decodes a resource anew for every policy of the pack, and a stack anew for every stack policy: 300
rules cost ten milliseconds a resource. Here each resource type has a stock servicer of its own with only its rules, so
that the answers are the stock ones. On any other version of the SDK than the one this was read against, the stock
servicer does all the work: slower, same answers.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pulumi_policy.policy as sdk
from pulumi.runtime import proto
from pulumi_policy.version import VERSION

from guardrails.policy import DECODED, ResourceRulePolicy
from guardrails.subject import StackIndex

READ_AGAINST = "1.21.0"

Stock = sdk._PolicyAnalyzerServicer


class DispatchingServicer(Stock):
    """The analyzer of a pack whose resource policies are `ResourceRulePolicy`."""

    def __init__(self, name: str, version: str, policies: list[sdk.Policy], *rest: Any) -> None:
        super().__init__(name, version, policies, *rest)
        by_type: dict[str, list[sdk.Policy]] = {}
        for policy in policies:
            if isinstance(policy, ResourceRulePolicy):
                for token in policy.rule.types:
                    by_type.setdefault(token, []).append(policy)
        self._by_type = {token: Stock(name, version, found, *rest) for token, found in by_type.items()}
        self._decoder = Stock(name, version, [_Decode()], *rest)

    def Configure(self, request, _context):  # noqa: D102
        for servicer in self._by_type.values():
            servicer.Configure(request, _context)
        return super().Configure(request, _context)

    def ConfigureStack(self, request, _context):  # noqa: D102
        for servicer in self._by_type.values():
            servicer.ConfigureStack(request, _context)
        return super().ConfigureStack(request, _context)

    def Analyze(self, request, _context):  # noqa: D102
        servicer = self._by_type.get(request.type)
        return servicer.Analyze(request, _context) if servicer else proto.AnalyzeResponse()

    def AnalyzeStack(self, request, _context):  # noqa: D102
        self._decoder.AnalyzeStack(request, _context)
        try:
            return super().AnalyzeStack(proto.AnalyzeStackRequest(), _context)
        finally:
            DECODED.set(None)


class _Decode(sdk.StackValidationPolicy):
    """Keeps the stack that the SDK decoded for it."""

    def __init__(self) -> None:
        super().__init__("decode", "Decodes the stack.", enforcement_level=sdk.EnforcementLevel.MANDATORY)

    def validate(self, args: sdk.StackValidationArgs, report_violation: sdk.ReportViolation) -> None:
        DECODED.set(StackIndex(args.resources))


@contextmanager
def dispatched() -> Generator[None]:
    """Makes the SDK's `PolicyPack` serve with `DispatchingServicer`, where the SDK is the one it was read against."""
    if VERSION == READ_AGAINST:
        vars(sdk)[Stock.__name__] = DispatchingServicer
    try:
        yield
    finally:
        vars(sdk)[Stock.__name__] = Stock
