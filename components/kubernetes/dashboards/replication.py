"""What the primary sends to the standby, seen from the primary; the standby's own view is Cloud Monitoring's."""

from components.kubernetes.dashboards.model import CloudWatch, Panel, Promql, Row


def rows(region: str) -> tuple[Row, ...]:
    """Each way by which data leaves."""
    database = ("AWS/RDS", ("DBClusterIdentifier", "Role"))
    stream = ("AWS/Kinesis", ("StreamName",))
    queue = ("AWS/SQS", ("QueueName",))
    return (
        Row(
            "Relational database",
            (
                Panel(
                    "Journal kept for the slowest reader",
                    (CloudWatch(*database, "OldestReplicationSlotLag", "Maximum", region),),
                    "bytes",
                ),
                Panel(
                    "Lag of readers in the region",
                    (CloudWatch(*database, "AuroraReplicaLagMaximum", "Maximum", region),),
                    "ms",
                    2000,
                ),
            ),
        ),
        Row(
            "Tables",
            (
                Panel("Records into the streams", (CloudWatch(*stream, "IncomingRecords", "Sum", region),)),
                Panel(
                    "Age of what the standby reads",
                    (CloudWatch(*stream, "GetRecords.IteratorAgeMilliseconds", "Maximum", region),),
                    "ms",
                ),
                Panel(
                    "Refused for want of capacity",
                    (CloudWatch(*stream, "WriteProvisionedThroughputExceeded", "Sum", region),),
                    limit=1,
                ),
            ),
        ),
        Row(
            "Objects and secrets",
            (
                Panel(
                    "Age of the oldest notice",
                    (CloudWatch(*queue, "ApproximateAgeOfOldestMessage", "Maximum", region),),
                    "s",
                ),
                Panel(
                    "Secrets not pushed",
                    (Promql('sum(pushsecret_status_condition{condition="Ready",status="False"})', "not pushed"),),
                    limit=1,
                ),
            ),
        ),
        Row(
            "Private link",
            (
                Panel(
                    "Tunnels up",
                    (CloudWatch("AWS/VPN", ("TunnelIpAddress", "VpnId"), "TunnelState", "Minimum", region),),
                ),
                Panel("Bytes out", (CloudWatch("AWS/VPN", ("VpnId",), "TunnelDataOut", "Sum", region),), "bytes"),
            ),
        ),
    )
