"""The watch itself."""

import pulumi

from components.aws.watch.rows import Alarm, Watched


def undelivered(queue_name: pulumi.Input[str], *, region: str | None = None) -> list[Watched]:
    """A dead-letter queue of notifications.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    alarm = Alarm(
        "messages", ("ApproximateNumberOfMessagesVisible",), "Maximum", 0, "ticket",
        "A receiver took no notifications for an hour: read what it missed in the queue.", period=300, periods=1,
    )  # fmt: skip
    name = f"undelivered-{region}" if region else "undelivered"
    return [Watched(name, "Notifications", "AWS/SQS", {"QueueName": queue_name}, (alarm,), region=region)]
