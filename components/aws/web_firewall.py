"""The firewall in front of CloudFront: AWS's managed rules, rate limits, and a log without credentials."""

from collections.abc import Mapping, Sequence
from itertools import count

import pulumi
from pulumi_aws import wafv2

from components.aws.component import GLOBAL_REGION, AwsComponent, Scope
from components.aws.logs import admit_writer, log_group
from settings.edge import MANAGED_RULE_GROUPS, FirewallSettings
from settings.front_door import RateLimitSettings

CREDENTIAL_HEADERS = ("authorization", "cookie")


class WebFirewall(AwsComponent):
    """A web ACL for CloudFront, of us-east-1 as CloudFront demands, that admits what no rule blocks.

    Rate limits judge first, then AWS's groups, cheap ones before dear ones; together they stay below the 1500 capacity
    units that are included. Log and samples hide the headers that carry credentials. The load balancer needs no ACL of
    its own: WAF cannot see into a TCP listener.
    """

    arn: pulumi.Output[str]
    metric_name: str
    """What CloudWatch knows the web ACL by."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: FirewallSettings,
        *,
        rate_limits: Mapping[str, RateLimitSettings],
        name_prefix: str,
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the firewall; the log key is of us-east-1."""
        super().__init__("WebFirewall", name, scope, "internal", opts)
        priority = count(0, 10)
        acl = wafv2.WebAcl(
            f"{name}-acl",
            description="The platform's front door",
            scope="CLOUDFRONT",
            region=GLOBAL_REGION,
            default_action={"allow": {}},
            rules=[
                *(_rate_limit(key, limit, next(priority)) for key, limit in rate_limits.items()),
                *(_managed(key, settings, next(priority)) for key in _groups(settings)),
            ],
            data_protection_config={
                "data_protections": [
                    {
                        "action": "SUBSTITUTION",
                        "field": {"field_type": "SINGLE_HEADER", "field_keys": list(CREDENTIAL_HEADERS)},
                    }
                ]
            },
            visibility_config=_visible(name),
            opts=self.child(),
        )
        self.arn, self.metric_name = acl.arn, name
        # WAF takes no log group by another prefix.
        group_name = f"aws-waf-logs-{name_prefix}"
        log = log_group(
            self,
            f"{name}-decisions",
            group_name=group_name,
            retention_days=settings.log_retention_days,
            key_arn=log_key_arn,
            region=GLOBAL_REGION,
        )
        writer = admit_writer(
            self, f"{name}-decisions", "delivery.logs.amazonaws.com", group_name, region=GLOBAL_REGION
        )
        wafv2.WebAclLoggingConfiguration(
            f"{name}-decisions",
            resource_arn=acl.arn,
            log_destination_configs=[log.arn],
            redacted_fields=[{"single_header": {"name": header}} for header in CREDENTIAL_HEADERS],
            region=GLOBAL_REGION,
            # Without the right to write, WAF would add a policy of its own to the account.
            opts=self.child(depends_on=[writer]),
        )
        self.register_outputs({"arn": self.arn})


def _groups(settings: FirewallSettings) -> Sequence[str]:
    return [key for key in MANAGED_RULE_GROUPS if key != "bot_control" or settings.bot_control != "none"]


def _managed(key: str, settings: FirewallSettings, priority: int) -> wafv2.WebAclRuleArgsDict:
    """https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html."""
    statement: wafv2.WebAclRuleStatementManagedRuleGroupStatementArgsDict = {
        "vendor_name": "AWS",
        "name": MANAGED_RULE_GROUPS[key],
        "rule_action_overrides": [
            {"name": rule, "action_to_use": {"count": {}}} for rule in settings.counted_rules.get(key, ())
        ],
    }
    if key == "bot_control":
        statement["managed_rule_group_configs"] = [
            {"aws_managed_rules_bot_control_rule_set": {"inspection_level": settings.bot_control.upper()}}
        ]
    return {
        "name": MANAGED_RULE_GROUPS[key],
        "priority": priority,
        "override_action": {"none": {}},
        "statement": {"managed_rule_group_statement": statement},
        "visibility_config": _visible(MANAGED_RULE_GROUPS[key]),
    }


def _rate_limit(key: str, limit: RateLimitSettings, priority: int) -> wafv2.WebAclRuleArgsDict:
    statement: wafv2.WebAclRuleStatementRateBasedStatementArgsDict = {
        "aggregate_key_type": "IP",
        "limit": limit.requests,
        "evaluation_window_sec": limit.window_seconds,
    }
    if limit.path_prefix:
        statement["scope_down_statement"] = {
            "byte_match_statement": {
                "field_to_match": {"uri_path": {}},
                "positional_constraint": "STARTS_WITH",
                "search_string": limit.path_prefix,
                # An encoded or roundabout path must not get past the limit.
                "text_transformations": [
                    {"priority": 0, "type": "URL_DECODE"},
                    {"priority": 1, "type": "NORMALIZE_PATH"},
                ],
            }
        }
    return {
        "name": f"rate-{key}",
        "priority": priority,
        "action": {"block": {}},
        "statement": {"rate_based_statement": statement},
        "visibility_config": _visible(f"rate-{key}"),
    }


def _visible(metric: str) -> wafv2.WebAclRuleVisibilityConfigArgsDict:
    return {"metric_name": metric, "cloudwatch_metrics_enabled": True, "sampled_requests_enabled": True}
