"""Checks from outside: over TLS, of the standby's own names, from enough places."""

from collections.abc import Callable

from preview.graph import Graph
from settings.gcp.observability import LOCATIONS

CHECK = "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"


def test_names_that_always_lead_to_the_standby_are_asked_over_tls(dr: Graph) -> None:
    checks = dr.of_type(CHECK)
    assert checks
    for check in checks:
        labels = check.inputs["monitoredResource"]["labels"]
        asked = check.inputs["httpCheck"]
        assert labels["host"].endswith("gcp.example.com")
        assert labels["project_id"] == "example-standby"
        assert (asked["port"], asked["useSsl"], asked["validateSsl"]) == (443, True, True)
        assert asked["acceptedResponseStatusCodes"] == [{"statusValue": 200}]
        assert sum(LOCATIONS[region] for region in check.inputs["selectedRegions"]) >= 3


def test_an_answer_may_have_to_hold_a_text(dr: Graph, dr_with: Callable[..., Graph]) -> None:
    assert not any("contentMatchers" in check.inputs for check in dr.of_type(CHECK))
    chosen = dr_with({"observability": {"uptime": {"content": "ready", "period_seconds": 300}}})
    for check in chosen.of_type(CHECK):
        assert check.inputs["contentMatchers"] == [{"content": "ready", "matcher": "CONTAINS_STRING"}]
        assert check.inputs["period"] == "300s"


def test_their_failure_and_the_end_of_a_certificate_raise_alarms(dr: Graph) -> None:
    hosts = {check.inputs["monitoredResource"]["labels"]["host"] for check in dr.of_type(CHECK)}
    for host in hosts:
        limits = {
            policy.name.rsplit("-", 1)[1]: policy.inputs["conditions"][0]["conditionThreshold"]
            for policy in dr.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
            if f'resource.labels.host = "{host}"' in str(policy.inputs["conditions"])
        }
        assert limits["certificate"]["thresholdValue"] == 30
        assert limits["certificate"]["comparison"] == "COMPARISON_LT"
        assert limits["unreachable"]["aggregations"][0]["crossSeriesReducer"] == "REDUCE_COUNT_FALSE"
