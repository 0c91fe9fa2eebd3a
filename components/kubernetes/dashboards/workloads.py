"""The four golden signals of each workload, as the mesh sees its callers' requests."""

from components.kubernetes.dashboards.model import Panel, Promql, Row, Variable

VARIABLE = Variable("workload", 'label_values(istio_requests_total{reporter="destination"}, destination_workload)')

_OWN = 'reporter="destination",destination_workload=~"$workload"'
_BY = "sum by (destination_workload)"
_POD = 'namespace=~"$workload",container!=""'


def _quantile(quantile: str) -> Promql:
    buckets = f"rate(istio_request_duration_milliseconds_bucket{{{_OWN}}}[5m])"
    return Promql(
        f"histogram_quantile({quantile}, sum by (le, destination_workload) ({buckets}))",
        f"{{{{destination_workload}}}} p{quantile.removeprefix('0.')}",
    )


ROWS = (
    Row(
        "Traffic and errors",
        (
            Panel("Requests", (Promql(f"{_BY} (rate(istio_requests_total{{{_OWN}}}[5m]))"),), "reqps"),
            Panel(
                "Share of errors",
                (
                    Promql(
                        f'{_BY} (rate(istio_requests_total{{{_OWN},response_code=~"5.."}}[5m]))'
                        f" / {_BY} (rate(istio_requests_total{{{_OWN}}}[5m]))"
                    ),
                ),
                "percentunit",
                0.001,
            ),
        ),
    ),
    Row("Latency", (Panel("Answers within", (_quantile("0.50"), _quantile("0.95"), _quantile("0.99")), "ms"),)),
    Row(
        "Saturation",
        (
            Panel(
                "CPU of what pods ask for",
                (
                    Promql(
                        f"sum by (namespace) (rate(container_cpu_usage_seconds_total{{{_POD}}}[5m]))"
                        " / sum by (namespace) "
                        '(kube_pod_container_resource_requests{namespace=~"$workload",resource="cpu"})'
                    ),
                ),
                "percentunit",
            ),
            Panel(
                "Memory of the limit",
                (
                    Promql(
                        f"max by (namespace) (container_memory_working_set_bytes{{{_POD}}})"
                        " / max by (namespace) "
                        '(kube_pod_container_resource_limits{namespace=~"$workload",resource="memory"})'
                    ),
                ),
                "percentunit",
                0.9,
            ),
            Panel(
                "Pods of the most allowed",
                (
                    Promql(
                        'kube_horizontalpodautoscaler_status_current_replicas{namespace=~"$workload"}'
                        ' / kube_horizontalpodautoscaler_spec_max_replicas{namespace=~"$workload"}',
                        "{{namespace}}",
                    ),
                ),
                "percentunit",
                1,
            ),
        ),
    ),
)
