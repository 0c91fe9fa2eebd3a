"""Transfer jobs, which copy objects."""

from google.cloud import storage_transfer_v1
from google.longrunning import operations_pb2

from failover.cloud.calls import Access, Missing, calling


class Transfers:
    """Transfer jobs by their names, `transferJobs/…`, in one project."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._client = access.rest("storagetransfer", storage_transfer_v1.StorageTransferServiceClient)

    def enabled(self, project: str, job: str) -> bool:
        """Whether it copies."""
        return self._get(project, job).status == storage_transfer_v1.TransferJob.Status.ENABLED

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

    def running(self, project: str, job: str) -> str:
        """The operation by which it copies now, of which it has one at a time; empty if there is none."""
        operation = self._get(project, job).latest_operation_name
        if not operation:
            return ""
        try:
            with calling(f"read {operation}"):
                request = operations_pb2.GetOperationRequest(name=operation)
                found = self._client.get_operation(request, retry=None, timeout=self._seconds)
        except Missing:
            return ""
        return "" if found.done else operation

    def cancel(self, operation: str) -> None:
        """Have an operation end where it is."""
        with calling(f"cancel {operation}"):
            request = operations_pb2.CancelOperationRequest(name=operation)
            self._client.cancel_operation(request, retry=None, timeout=self._seconds)

    def _get(self, project: str, job: str) -> storage_transfer_v1.TransferJob:
        with calling(f"read {job}"):
            request = storage_transfer_v1.GetTransferJobRequest(job_name=job, project_id=project)
            return self._client.get_transfer_job(request, retry=None, timeout=self._seconds)
