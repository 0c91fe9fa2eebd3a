"""Transfer jobs, which copy objects."""

from google.cloud import storage_transfer_v1

from failover.cloud.calls import Access, calling


class Transfers:
    """Transfer jobs by their names, `transferJobs/…`, in one project."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._client = access.rest("storagetransfer", storage_transfer_v1.StorageTransferServiceClient)

    def enabled(self, project: str, job: str) -> bool:
        """Whether it copies."""
        with calling(f"read {job}"):
            request = storage_transfer_v1.GetTransferJobRequest(job_name=job, project_id=project)
            found = self._client.get_transfer_job(request, retry=None, timeout=self._seconds)
        return found.status == storage_transfer_v1.TransferJob.Status.ENABLED

    def enable(self, project: str, job: str, *, enabled: bool) -> None:
        """Let it copy, or not."""
        status = storage_transfer_v1.TransferJob.Status
        request = storage_transfer_v1.UpdateTransferJobRequest(
            job_name=job,
            project_id=project,
            transfer_job=storage_transfer_v1.TransferJob(status=status.ENABLED if enabled else status.DISABLED),
            update_transfer_job_field_mask={"paths": ["status"]},
        )
        with calling(f"{'enable' if enabled else 'disable'} {job}"):
            self._client.update_transfer_job(request, retry=None, timeout=self._seconds)
