"""The policy pack: every rule, served the way the engine asks for it."""

from pulumi_policy import EnforcementLevel, PolicyPack

from guardrails import suppressions
from guardrails.dispatch import dispatched
from guardrails.model import Rule
from guardrails.policy import policies
from guardrails.registry import RULES

NAME = "multicloud-guardrails"


def rules(accepted: suppressions.Suppressions) -> tuple[Rule, ...]:
    """Every rule of the pack, in the order in which the engine sees them."""
    return (*RULES, suppressions.rule(accepted))


def serve() -> None:
    """Serve the pack to the engine; never returns. Only the pack's `__main__.py` may call it."""
    accepted = suppressions.load({rule.id for rule in RULES})
    with dispatched():
        PolicyPack(NAME, policies(rules(accepted), accepted), EnforcementLevel.MANDATORY)
