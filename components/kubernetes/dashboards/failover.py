"""What decides, and shows, whether users are served here: Route 53's checks, the front door, the mesh's gateway."""

from components.kubernetes.dashboards.model import CloudWatch, Panel, Promql, Row

EVERYWHERE = "us-east-1"
"""Where CloudWatch has the metrics of Route 53 and CloudFront."""


def rows(region: str) -> tuple[Row, ...]:
    """From the names to the gateway."""
    balancer = ("AWS/NetworkELB", ("LoadBalancer", "TargetGroup"))
    doors = ("AWS/CloudFront", ("DistributionId", "Region"))
    gateway = 'reporter="source",source_workload_namespace="istio-ingress"'
    return (
        Row(
            "Names",
            (
                Panel(
                    "Health checks that answer",
                    (CloudWatch("AWS/Route53", ("HealthCheckId",), "HealthCheckStatus", "Minimum", EVERYWHERE, 60),),
                ),
                Panel("Requests at the front door", (CloudWatch(*doors, "Requests", "Sum", EVERYWHERE),)),
                Panel(
                    "Errors at the front door",
                    (CloudWatch(*doors, "5xxErrorRate", "Average", EVERYWHERE),),
                    "percent",
                    1,
                ),
            ),
        ),
        Row(
            "Load balancer and gateway",
            (
                Panel("Healthy targets", (CloudWatch(*balancer, "HealthyHostCount", "Minimum", region, 60),)),
                Panel(
                    "Targets that fail", (CloudWatch(*balancer, "UnHealthyHostCount", "Maximum", region, 60),), limit=1
                ),
                Panel(
                    "Requests that enter the mesh",
                    (
                        Promql(
                            f"sum by (destination_workload) (rate(istio_requests_total{{{gateway}}}[5m]))",
                            "{{destination_workload}}",
                        ),
                    ),
                    "reqps",
                ),
            ),
        ),
        Row(
            "Ready to go back",
            (
                Panel(
                    "Pods that are not ready",
                    (Promql('sum by (namespace) (kube_pod_status_ready{condition="false"})', "{{namespace}}"),),
                ),
                Panel(
                    "Nodes that are not ready",
                    (
                        Promql(
                            'sum(kube_node_status_condition{condition="Ready",status="true"} == 0) or vector(0)',
                            "nodes",
                        ),
                    ),
                    limit=1,
                ),
            ),
        ),
    )
