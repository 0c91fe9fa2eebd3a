"""What users meet first, and tests of it from outside."""

import pulumi

from components.aws.watch.rows import GLOBAL_REGION, Alarm, Signal, Watched


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
            "latency", ("OriginLatency",), "p90", 2000, "ticket", "A tenth of answers takes more than 2 seconds.",
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
    """A signed Route 53 zone. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-hosted-zones-with-cloudwatch.html."""
    alarms = (
        Alarm(
            "dnssec", ("DNSSECInternalFailure",), "Maximum", 0, "page",
            "The zone is no longer signed: resolvers that check will not find the platform.", period=300, periods=1,
            missing="notBreaching",
        ),
        Alarm(
            "dnssec-key", ("DNSSECKeySigningKeysNeedingAction",), "Maximum", 0, "page",
            "Route 53 cannot use the key-signing key: its KMS key is disabled, deleted or closed to it.", period=300,
            periods=1, missing="notBreaching",
        ),
    )  # fmt: skip
    return [Watched("zone", "Edge", "AWS/Route53", {"HostedZoneId": zone_id}, alarms, region=GLOBAL_REGION)]


def health_check(name: str, health_check_id: pulumi.Input[str], *, vital: bool = True) -> list[Watched]:
    """A Route 53 health check. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html."""
    alarm = Alarm(
        "health", ("HealthCheckStatus",), "Minimum", 1, "page", "Checkers around the world get no good answer.",
        below=True, periods=3, vital=vital,
    )  # fmt: skip
    return [Watched(name, "Edge", "AWS/Route53", {"HealthCheckId": health_check_id}, (alarm,), region=GLOBAL_REGION)]


def canary(canary_name: pulumi.Input[str], *, interval_minutes: int) -> list[Watched]:
    """A Synthetics canary. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_metrics.html."""
    alarm = Alarm(
        "success", ("SuccessPercent",), "Average", 90, "page", "The front door does not answer as it should.",
        below=True, period=interval_minutes * 60, periods=2, missing="breaching", vital=True,
    )  # fmt: skip
    signals = (Signal("latency", "Duration", "Average"),)
    return [Watched("canary", "Edge", "CloudWatchSynthetics", {"CanaryName": canary_name}, (alarm,), signals)]
