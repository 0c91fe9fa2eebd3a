"""Settings of the standby's buckets."""

from typing import Annotated, Literal

from pydantic import ValidationInfo, field_validator

from settings.types import Model, Refusal, between


class StorageSettings(Model):
    """The Cloud Storage buckets."""

    noncurrent_days: Annotated[int, *between(7, 3650, "less than a week leaves no time to undo a mistake")] = 90
    """Days for which overwritten and deleted objects can be brought back."""

    soft_delete_days: Annotated[
        int, *between(7, 90, "Cloud Storage undoes deletions for 7 to 90 days, and 0 would turn that off")
    ] = 30
    """Days for which even a version that is gone, or a whole bucket, comes back."""

    log_days: Annotated[int, *between(90, 3653, "an intrusion is often found only after months")] = 400
    """Days for which logs are kept."""

    retention: Literal["unlocked", "locked"] = "unlocked"
    """Whether the backups' retention can be shortened by whom IAM lets, or by nobody and never again."""

    retention_days: Annotated[int, *between(7, 3650, "corruption is often noticed only after days")] = 35
    """Days for which no object in the backups' bucket can be deleted or overwritten."""

    backup_days: Annotated[int, *between(8, 3650, "an object can expire only when its retention has ended")] = 90
    """Days after which objects in the backups' bucket expire."""

    usage_logs: bool = True
    """Writes each bucket's requests to the logs' bucket; false where the organisation admits no group of Google's."""

    @field_validator("backup_days")
    @classmethod
    def _expiry_follows_retention(cls, days: int, info: ValidationInfo) -> int:
        kept = info.data.get("retention_days", 0)
        if days <= kept:
            raise Refusal(
                f"objects are retained for {kept} days, and Cloud Storage deletes none before", "raise backup_days"
            )
        return days
