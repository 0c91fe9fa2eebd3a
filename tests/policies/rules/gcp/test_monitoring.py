from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

POLICY = Subject(
    "gcp:monitoring/alertPolicy:AlertPolicy",
    {
        "severity": "CRITICAL",
        "notificationChannels": ["sample-channel"],
        "documentation": {"content": "What is wrong."},
    },
    stack="dr",
)
SILENT = POLICY.set("notificationChannels", [])
CHANNEL = Subject(
    "gcp:monitoring/notificationChannel:NotificationChannel",
    {"type": "pagerduty", "sensitiveLabels": {"serviceKey": "sample-key"}},
    name="channel",
    stack="dr",
)
CHECK = Subject(
    "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig",
    {"httpCheck": {"useSsl": True, "validateSsl": True}},
    stack="dr",
)

CASES = {
    "gcp-alert-tells-somebody": Cases(
        passes=[
            [POLICY, CHANNEL],
            [SILENT],
            [SILENT.set("severity", "WARNING"), CHANNEL],
            [SILENT.set("enabled", False), CHANNEL],
        ],
        fails=[
            ([SILENT, CHANNEL], "notificationChannels"),
            ([POLICY.unset("notificationChannels"), CHANNEL], "notificationChannels"),
        ],
        unknown=[[POLICY.set("severity", UNKNOWN), CHANNEL]],
    ),
    "gcp-alert-documented": Cases(
        passes=[POLICY],
        fails=[(POLICY.unset("documentation"), "documentation.content")],
        unknown=[POLICY.set("documentation.content", UNKNOWN)],
    ),
    "gcp-notification-channel-secret": Cases(
        passes=[
            CHANNEL,
            CHANNEL.set("sensitiveLabels", {"serviceKeyWo": "sample-key"}),
            CHANNEL.unset("sensitiveLabels").set("type", "webhook_tokenauth"),
        ],
        fails=[
            (
                CHANNEL.unset("sensitiveLabels").set("labels", {"service_key": "sample-key"}),
                "sensitiveLabels.serviceKey",
            )
        ],
        unknown=[CHANNEL.set("type", UNKNOWN)],
    ),
    "gcp-uptime-check-tls": Cases(
        passes=[CHECK, CHECK.unset("httpCheck").set("tcpCheck", {"port": 443})],
        fails=[
            (CHECK.set("httpCheck.useSsl", False), "httpCheck.useSsl"),
            (CHECK.unset("httpCheck.validateSsl"), "httpCheck.validateSsl"),
        ],
        unknown=[CHECK.set("httpCheck.validateSsl", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
