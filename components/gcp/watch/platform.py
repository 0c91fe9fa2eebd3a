"""The platform's contents of the cluster: the same faults as in the primary's, from the same rows."""

from components.gcp.watch.rows import Query, Watched
from components.kubernetes import alerts


def contents() -> list[Watched]:
    """Certificates, secrets, Vault, delivery and telemetry, by what Google's collectors read of them."""
    return [
        Watched(
            "contents",
            "The cluster's contents",
            "",
            {},
            queries=tuple(
                Query(
                    alert.name,
                    alert.expression,
                    alert.severity,
                    alert.why,
                    alert.remedy,
                    minutes=alert.minutes,
                    vital=alert.vital,
                )
                for alert in alerts.of("gcp")
            ),
        )
    ]
