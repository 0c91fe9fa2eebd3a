"""What the platform itself does for the workloads: certificates, secrets, delivery, telemetry."""

from components.kubernetes.dashboards.model import Panel, Promql, Row

ROWS = (
    Row(
        "Alerts and certificates",
        (
            Panel("Alerts that fire", (Promql('sum by (alertname, severity) (ALERTS{alertstate="firing"})'),)),
            Panel(
                "Time until certificates end",
                (
                    Promql(
                        "min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds) - time()",
                        "{{namespace}}/{{name}}",
                    ),
                ),
                "s",
            ),
        ),
    ),
    Row(
        "Secrets and delivery",
        (
            Panel(
                "Secrets that are not read or pushed",
                (
                    Promql('sum(externalsecret_status_condition{condition="Ready",status="False"})', "read"),
                    Promql('sum(pushsecret_status_condition{condition="Ready",status="False"})', "pushed"),
                ),
                limit=1,
            ),
            Panel("Applications by state", (Promql("sum by (sync_status, health_status) (argocd_app_info)"),)),
        ),
    ),
    Row(
        "Telemetry",
        (
            Panel("Series in Prometheus", (Promql("max(prometheus_tsdb_head_series)"),)),
            Panel(
                "Seconds that the workspace is behind",
                (
                    Promql(
                        "max(prometheus_remote_storage_queue_highest_timestamp_seconds)"
                        " - max(prometheus_remote_storage_queue_highest_sent_timestamp_seconds)"
                    ),
                ),
                "s",
                900,
            ),
            Panel(
                "Spans",
                (
                    Promql("sum(rate(otelcol_receiver_accepted_spans_total[5m]))", "received"),
                    Promql("sum by (exporter) (rate(otelcol_exporter_sent_spans_total[5m]))", "kept by {{exporter}}"),
                    Promql(
                        "sum by (exporter) (rate(otelcol_exporter_send_failed_spans_total[5m]))", "lost by {{exporter}}"
                    ),
                ),
            ),
            Panel(
                "Log lines",
                (
                    Promql("sum(rate(fluentbit_output_proc_records_total[5m]))", "sent"),
                    Promql("sum(rate(fluentbit_output_dropped_records_total[5m]))", "lost"),
                ),
            ),
        ),
    ),
)
