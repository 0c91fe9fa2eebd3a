"""What goes to the standby, and waits here."""

import pulumi

from components.aws.watch.rows import Alarm, Watched


def new_objects(bucket: str, queue_name: pulumi.Input[str], *, rpo_minutes: int) -> Watched:
    """News of a bucket's objects that wait to be copied, none for longer than the bucket's RPO.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    alarm = Alarm(
        "rpo", ("ApproximateAgeOfOldestMessage",), "Maximum", rpo_minutes * 60, "page",
        f"The standby lacks objects that are older than {rpo_minutes} minutes: see its transfer job.",
        periods=1, missing="notBreaching",
    )  # fmt: skip
    return Watched(bucket, "Replication", "AWS/SQS", {"QueueName": queue_name}, (alarm,))


def unstarted_copies(queue_name: pulumi.Input[str]) -> Watched:
    """Copies of images that were due and could not be started; the next comparison makes up for them."""
    alarm = Alarm(
        "unstarted", ("ApproximateNumberOfMessagesVisible",), "Maximum", 0, "ticket",
        "EventBridge could not start copies of images: see the error in the messages, mend it and purge the queue.",
        periods=1, missing="notBreaching",
    )  # fmt: skip
    return Watched("images", "Replication", "AWS/SQS", {"QueueName": queue_name}, (alarm,))
