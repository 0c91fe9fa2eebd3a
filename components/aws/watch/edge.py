"""What users meet first, and tests of it from outside."""

from collections.abc import Mapping

import pulumi

from components.aws.component import GLOBAL_REGION
from components.aws.watch.rows import Alarm, Signal, Watched


def distribution(distribution_id: pulumi.Input[str]) -> list[Watched]:
    """A CloudFront distribution; its origin latency is one of the additional metrics, which must be turned on.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
    """
    alarms = (
        Alarm(
            "server-errors", ("5xxErrorRate",), "Average", 5, "page",
            "Users get errors for more than 5 % of requests.", vital=True, missing="notBreaching",
        ),
        Alarm(
            "client-errors", ("4xxErrorRate",), "Average", 25, "ticket",
            "A quarter of requests is refused: a broken client, or somebody who probes.", period=300, periods=6,
            missing="notBreaching",
        ),
        Alarm(
            "slow", ("OriginLatency",), "p90", 2000, "ticket", "A tenth of answers takes more than 2 seconds.",
            period=300, periods=3, missing="notBreaching",
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", "Requests", "Sum"),
        Signal("errors", "5xxErrorRate", "Average"),
        Signal("latency", "OriginLatency", "p90"),
    )
    dimensions = {"DistributionId": distribution_id, "Region": "Global"}
    return [Watched("distribution", "Edge", "AWS/CloudFront", dimensions, alarms, signals, GLOBAL_REGION)]


def load_balancer(
    name: str, load_balancer_suffix: pulumi.Input[str], target_group_suffix: pulumi.Input[str]
) -> list[Watched]:
    """A Network Load Balancer and a target group, by the `arn_suffix` of each.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
    """
    balancer = (
        Alarm(
            "ports", ("PortAllocationErrorCount",), "Sum", 0, "page",
            "No free port towards the targets: connections fail. Add targets.", missing="notBreaching",
        ),
    )  # fmt: skip
    targets = (
        Alarm(
            "no-target", ("HealthyHostCount",), "Maximum", 1, "page", "Nothing answers behind the load balancer.",
            below=True, missing="breaching", vital=True,
        ),
        Alarm("sick-target", ("UnHealthyHostCount",), "Maximum", 0, "ticket", "A target is unfit.", periods=15),
    )  # fmt: skip
    signals = (
        Signal("traffic", "NewFlowCount", "Sum"),
        Signal("errors", "TCP_Target_Reset_Count", "Sum"),
        Signal("saturation", "ActiveFlowCount", "Average"),
    )
    dimensions = {"LoadBalancer": load_balancer_suffix}
    return [
        Watched(name, "Edge", "AWS/NetworkELB", dimensions, balancer, signals),
        Watched(
            f"{name}-targets", "Edge", "AWS/NetworkELB", {**dimensions, "TargetGroup": target_group_suffix}, targets
        ),
    ]


def web_acl(metric_name: pulumi.Input[str]) -> list[Watched]:
    """A web ACL of CloudFront, by the metric name of its visibility configuration.

    https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
    """
    signals = (Signal("errors", "BlockedRequests", "Sum"),)
    dimensions = {"WebACL": metric_name, "Rule": "ALL"}
    return [Watched("web-acl", "Edge", "AWS/WAFV2", dimensions, (), signals, GLOBAL_REGION)]


def zone(zone_id: pulumi.Input[str]) -> list[Watched]:
    """A signed Route 53 zone, which reports a few times a day at most: between reports alarms keep their state.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-hosted-zones-with-cloudwatch.html
    """
    alarms = tuple(
        Alarm(name, (metric,), "Maximum", 0, "page", why, period=3600, periods=1, missing="ignore")
        for name, metric, why in (
            ("dnssec", "DNSSECInternalFailure", "The zone is no longer signed: resolvers that check will not find us."),
            (
                "dnssec-key",
                "DNSSECKeySigningKeysNeedingAction",
                "Route 53 cannot use the key-signing key: its KMS key is disabled, deleted or closed to it.",
            ),
        )
    )
    return [Watched("zone", "Edge", "AWS/Route53", {"HostedZoneId": zone_id}, alarms, region=GLOBAL_REGION)]


def health_checks(check_ids: Mapping[str, pulumi.Input[str]]) -> list[Watched]:
    """Route 53's checks of the front door and of the switch: people are told, DNS moves by the switch alone.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
    """
    alarms = {
        "primary": Alarm(
            "health", ("HealthCheckStatus",), "Minimum", 1, "page",
            "Checkers around the world get no good answer: decide whether to fail over, nothing does so by itself.",
            below=True, periods=3, missing="breaching", vital=True,
        ),
        "switch": Alarm(
            "health", ("HealthCheckStatus",), "Minimum", 1, "page",
            "The switch object exists: DNS sends users to the standby.", below=True, periods=1,
        ),
    }  # fmt: skip
    return [
        Watched(name, "Edge", "AWS/Route53", {"HealthCheckId": check_id}, (alarms[name],), region=GLOBAL_REGION)
        for name, check_id in check_ids.items()
    ]


def standby_check(check_id: pulumi.Input[str]) -> list[Watched]:
    """Route 53's check of the standby: it goes on where the standby's own alarms are dark with their cloud."""
    alarm = Alarm(
        "health", ("HealthCheckStatus",), "Minimum", 1, "page",
        "Checkers around the world get no good answer from the standby: a failover would lead nowhere.",
        below=True, periods=3, missing="breaching",
    )  # fmt: skip
    dimensions = {"HealthCheckId": check_id}
    return [Watched("standby", "Edge", "AWS/Route53", dimensions, (alarm,), region=GLOBAL_REGION)]


def canary(canary_name: pulumi.Input[str], *, interval_minutes: int) -> list[Watched]:
    """A Synthetics canary. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_metrics.html."""
    alarm = Alarm(
        "success", ("SuccessPercent",), "Average", 90, "page", "The front door does not answer as it should.",
        below=True, period=interval_minutes * 60, periods=2, missing="breaching", vital=True,
    )  # fmt: skip
    signals = (Signal("latency", "Duration", "Average"),)
    return [Watched("canary", "Edge", "CloudWatchSynthetics", {"CanaryName": canary_name}, (alarm,), signals)]
