"""The job of Database Migration Service that copies rows from the primary."""

from google.cloud import clouddms_v1

from failover.cloud.calls import Access, calling


class Migration:
    """Migration jobs by their full names."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._client = access.grpc("datamigration", clouddms_v1.DataMigrationServiceClient)

    def state(self, job: str) -> tuple[str, str]:
        """Its state, such as RUNNING or COMPLETED, and its phase, such as CDC."""
        with calling(f"read {job}"):
            found = self._client.get_migration_job(name=job, retry=None, timeout=self._seconds)
        return found.state.name, found.phase.name

    def promote(self, job: str) -> None:
        """Ask for the promotion, which ends the copying for good; `state` says when it is COMPLETED."""
        with calling(f"promote {job}"):
            self._client.promote_migration_job(
                clouddms_v1.PromoteMigrationJobRequest(name=job), retry=None, timeout=self._seconds
            )
