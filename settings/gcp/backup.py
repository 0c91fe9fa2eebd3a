"""Settings of the backups of what runs in the standby's cluster."""

from typing import Annotated

from pydantic import ValidationInfo, field_validator

from settings.types import Label, Model, Refusal, between


class BackupSettings(Model):
    """Backup for GKE."""

    rpo_minutes: Annotated[
        int, *between(60, 1440, "Backup for GKE works from an hour up, and more than a day loses a day")
    ] = 1440
    """Greatest age of the newest backup, in minutes."""

    days: Annotated[int, *between(7, 365, "Backup for GKE keeps backups for at most a year")] = 35
    """Days for which backups are kept."""

    locked_days: Annotated[int, *between(0, 90, "Backup for GKE locks backups for at most 90 days")] = 14
    """Days in which nobody can delete a backup."""

    rehearsal_namespace: Label = "core"
    """The namespace that is restored on trial, beside itself, as `<name>-rehearsal`."""

    @field_validator("days")
    @classmethod
    def _not_too_many(cls, days: int, info: ValidationInfo) -> int:
        most = 360 * info.data.get("rpo_minutes", 1440) // 1440
        if days > most:
            raise Refusal(
                f"Backup for GKE keeps 360 backups of a plan, and at rpo_minutes those are {most} days",
                f"use at most {most}, or raise rpo_minutes",
            )
        return days

    @field_validator("locked_days")
    @classmethod
    def _lock_ends_first(cls, locked: int, info: ValidationInfo) -> int:
        days = info.data.get("days", locked)
        if locked > days:
            raise Refusal(f"a backup is deleted after {days} days, and none can be while locked", "lower it")
        return locked

    @field_validator("rehearsal_namespace")
    @classmethod
    def _rehearsal_can_be_named(cls, name: str) -> str:
        if len(name) > 53:
            raise Refusal("Kubernetes takes 63 characters, and -rehearsal is added", "name a shorter one")
        return name
