"""The firewall at the load balancer: OWASP's rules, rate limits, and a watch for floods."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import compute

from components.gcp.component import GcpComponent, Scope
from settings.front_door import RateLimitSettings
from settings.gcp.edge import RULE_SETS, FirewallSettings

LAST = 2147483647
"""The priority of the rule that every policy must end with."""

COUNTED, ATTACKS, PATH_LIMITS, LIMITS = 1000, 2000, 3000, 4000
"""The priorities from which each kind of rule counts.

A policy is changed rule by rule, and each is known by its priority: a rule that comes or goes must leave those of other
kinds where they are, or for minutes an attack would be refused by none of them.
"""

FORBIDDEN, TOO_MANY = "deny(403)", "deny(429)"

# Ranges that one rule takes. https://docs.cloud.google.com/armor/quotas
RANGES_PER_RULE = 10


class WebFirewall(GcpComponent):
    """A Cloud Armor policy for what the cluster answers, which admits what no rule refuses.

    The first rule that matches decides, and a request within its rate limit counts as decided: it is let in. So OWASP's
    rules come before the limits, and limits of a path before the one of all; of several limits one alone counts, where
    the primary's firewall counts them all. Decisions stand in the load balancer's log, which has no request's body and
    none of its headers that carry credentials: hence the normal log level, since the verbose one quotes what matched.
    Adaptive protection learns what traffic is usual and raises alerts.
    """

    policy_id: pulumi.Output[str]
    policy_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: FirewallSettings,
        *,
        rate_limits: Mapping[str, RateLimitSettings],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("WebFirewall", name, scope, "internal", opts)
        policy = compute.SecurityPolicy(
            f"{name}-policy",
            type="CLOUD_ARMOR",
            description="The platform's front door",
            rules=[
                *(_counted(key, ids) for key, ids in settings.counted_rules.items() if ids),
                *(_attack(key, settings) for key in RULE_SETS),
                *(
                    _rate_limit(key, limit, (PATH_LIMITS if limit.path_prefix else LIMITS) + place)
                    for place, (key, limit) in enumerate(_in_order(rate_limits))
                ),
                everybody("allow", "Whoever broke no rule"),
            ],
            advanced_options_config={
                "json_parsing": "STANDARD",
                "log_level": "NORMAL",
                "request_body_inspection_size": f"{settings.inspected_body_kib}KB",
            },
            adaptive_protection_config={
                "layer7_ddos_defense_config": {"enable": settings.adaptive_protection, "rule_visibility": "STANDARD"}
            },
            opts=self.child(),
        )
        self.policy_id, self.policy_name = policy.id, policy.name
        self.register_outputs({"policyId": self.policy_id, "policyName": self.policy_name})


def everybody(action: str, description: str) -> compute.SecurityPolicyRuleArgsDict:
    """What happens to those on whom no rule decided."""
    return _from(["*"], action, LAST, description)


def admitted(ranges: list[str]) -> list[compute.SecurityPolicyRuleArgsDict]:
    """Rules that let in whoever comes from some ranges, and nobody else."""
    chunks = [ranges[start : start + RANGES_PER_RULE] for start in range(0, len(ranges), RANGES_PER_RULE)]
    return [
        *(_from(chunk, "allow", 1000 + number, "Partners") for number, chunk in enumerate(chunks)),
        everybody(FORBIDDEN, "Everybody else"),
    ]


def _from(ranges: list[str], action: str, priority: int, description: str) -> compute.SecurityPolicyRuleArgsDict:
    return {
        "action": action,
        "priority": priority,
        "description": description,
        "match": {"versioned_expr": "SRC_IPS_V1", "config": {"src_ip_ranges": ranges}},
    }


def _attack(key: str, settings: FirewallSettings) -> compute.SecurityPolicyRuleArgsDict:
    """https://docs.cloud.google.com/armor/docs/rule-tuning."""
    counted = settings.counted_rules.get(key, ())
    without = f", 'opt_out_rule_ids': {_listed(counted)}" if counted else ""
    return {
        "action": FORBIDDEN,
        "priority": ATTACKS + _place(key),
        "description": RULE_SETS[key],
        "match": {"expr": {"expression": _evaluated(key, f"'sensitivity': {settings.sensitivity}{without}")}},
    }


def _counted(key: str, ids: tuple[str, ...]) -> compute.SecurityPolicyRuleArgsDict:
    """The same signatures in a rule that decides nothing: the log says what it would have done."""
    only = f"'sensitivity': 0, 'opt_in_rule_ids': {_listed(ids)}"
    return {
        "action": FORBIDDEN,
        "priority": COUNTED + _place(key),
        "description": f"{RULE_SETS[key]}, counted",
        "preview": True,
        "match": {"expr": {"expression": _evaluated(key, only)}},
    }


def _place(key: str) -> int:
    return 10 * list(RULE_SETS).index(key)


def _evaluated(key: str, options: str) -> str:
    return f"evaluatePreconfiguredWaf('{RULE_SETS[key]}', {{{options}}})"


def _listed(ids: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{each}'" for each in ids) + "]"


def _in_order(limits: Mapping[str, RateLimitSettings]) -> list[tuple[str, RateLimitSettings]]:
    """The narrowest path first."""
    return sorted(limits.items(), key=lambda limit: len(limit[1].path_prefix or ""), reverse=True)


def _rate_limit(key: str, limit: RateLimitSettings, priority: int) -> compute.SecurityPolicyRuleArgsDict:
    everyone: compute.SecurityPolicyRuleMatchArgsDict = {
        "versioned_expr": "SRC_IPS_V1",
        "config": {"src_ip_ranges": ["*"]},
    }
    # An encoded path must not get past the limit.
    path: compute.SecurityPolicyRuleMatchArgsDict = {
        "expr": {"expression": f"request.path.urlDecode().startsWith('{limit.path_prefix}')"}
    }
    return {
        "action": "throttle",
        "priority": priority,
        "description": f"rate-{key}"[:64],
        "match": path if limit.path_prefix else everyone,
        "rate_limit_options": {
            "conform_action": "allow",
            "exceed_action": TOO_MANY,
            "enforce_on_key": "IP",
            "rate_limit_threshold": {"count": limit.requests, "interval_sec": limit.window_seconds},
        },
    }
