"""What users meet first, and tests of it from outside."""

import pulumi

from components.gcp.watch.rows import Alarm, Signal, Watched

HTTPS = "loadbalancing.googleapis.com/https"

EXPIRY_DAYS = 30
"""Days before a certificate's end in which somebody looks: managed ones are renewed about a month before."""


def load_balancer(url_map_name: pulumi.Input[str]) -> list[Watched]:
    """A global external Application Load Balancer.

    https://docs.cloud.google.com/load-balancing/docs/https/https-logging-monitoring
    """
    alarms = (
        Alarm(
            "server-errors", f"{HTTPS}/request_count", "ALIGN_RATE", 0.05, "page",
            "Users get errors for more than 5 % of requests.",
            "The load balancer's log says in statusDetails whether it or the cluster fails.",
            labels={"response_code_class": "500"}, total={}, reducer="REDUCE_SUM", vital=True, traffic=True,
        ),
        Alarm(
            "client-errors", f"{HTTPS}/request_count", "ALIGN_RATE", 0.25, "ticket",
            "A quarter of requests is refused: a broken client, or somebody who probes.",
            "The load balancer's log names addresses and paths.",
            labels={"response_code_class": "400"}, total={}, reducer="REDUCE_SUM", minutes=30, traffic=True,
        ),
        Alarm(
            "slow", f"{HTTPS}/total_latencies", "ALIGN_PERCENTILE_95", 2000, "ticket",
            "One in twenty answers takes more than 2 seconds.",
            "Compare with the backends' latency: the rest is the network, or TLS.", minutes=15, traffic=True,
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", f"{HTTPS}/request_count", "ALIGN_RATE"),
        Signal("errors", f"{HTTPS}/request_count", "ALIGN_RATE", {"response_code_class": "500"}),
        Signal("latency", f"{HTTPS}/total_latencies", "ALIGN_PERCENTILE_95"),
    )
    return [Watched("front-door", "Edge", "https_lb_rule", {"url_map_name": url_map_name}, alarms, signals)]


def web_firewall(name: str, policy_name: pulumi.Input[str]) -> list[Watched]:
    """A Cloud Armor policy. https://docs.cloud.google.com/armor/docs/monitoring."""
    alarm = Alarm(
        "blocked", "networksecurity.googleapis.com/https/request_count", "ALIGN_RATE", 0.5, "ticket",
        "Half of all requests is blocked: an attack, or a rule that meets users.",
        "The load balancer's log names the rule in enforcedSecurityPolicy; a wrong one can be made to count only.",
        labels={"blocked": "true"}, total={}, reducer="REDUCE_SUM", minutes=15, traffic=True,
    )  # fmt: skip
    signals = (
        Signal("errors", "networksecurity.googleapis.com/https/request_count", "ALIGN_RATE", {"blocked": "true"}),
    )
    return [Watched(name, "Edge", "network_security_policy", {"policy_name": policy_name}, (alarm,), signals)]


def uptime(name: str, host: pulumi.Input[str], *, period_seconds: int) -> list[Watched]:
    """Checks of a host from outside: its answers, and the days that its certificate is still good for.

    https://docs.cloud.google.com/monitoring/alerts/uptime-checks
    """
    alarms = (
        Alarm(
            "unreachable", "monitoring.googleapis.com/uptime_check/check_passed", "ALIGN_NEXT_OLDER", 1, "page",
            "Two places in the world get no good answer from the standby's front door.",
            "Ask for the path yourself; then see the load balancer's backends, the cluster's gateway, the certificate.",
            period=max(2 * period_seconds, 120), reducer="REDUCE_COUNT_FALSE",
            by=("resource.label.project_id", "resource.label.host"), missing="active", vital=True,
        ),
        Alarm(
            "certificate", "monitoring.googleapis.com/uptime_check/time_until_ssl_cert_expires", "ALIGN_NEXT_OLDER",
            EXPIRY_DAYS, "ticket", f"The certificate ends within {EXPIRY_DAYS} days and was not renewed.",
            "See the certificate's state: its DNS authorisation's record must stand in the authoritative zone.",
            below=True, period=1200, minutes=60, reducer="REDUCE_MIN",
        ),
    )  # fmt: skip
    signals = (Signal("latency", "monitoring.googleapis.com/uptime_check/request_latency", "ALIGN_MEAN"),)
    return [Watched(f"uptime-{name}", "Edge", "uptime_url", {"host": host}, alarms, signals)]


def certificates() -> list[Watched]:
    """All certificates of the project, those of names that DNS does not yet send here included.

    https://docs.cloud.google.com/monitoring/api/metrics_gcp_c
    """
    alarm = Alarm(
        "expiry", "certificatemanager.googleapis.com/project/v2/certificate_expiration", "ALIGN_PERCENTILE_05",
        EXPIRY_DAYS * 24 * 3600, "page",
        f"A certificate that a failover needs ends within {EXPIRY_DAYS} days and was not renewed.",
        "See the certificates' states: their DNS authorisations' records must stand in the authoritative zone.",
        below=True, period=3600, minutes=60, reducer="REDUCE_MIN", vital=True,
    )  # fmt: skip
    return [Watched("certificates", "Edge", "certificatemanager.googleapis.com/Project", {}, (alarm,))]
