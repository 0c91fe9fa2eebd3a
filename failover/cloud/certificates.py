"""The load balancer's certificates."""

from google.cloud import certificate_manager_v1

from failover.cloud.calls import Access, calling


class Certificates:
    """Certificates by their full names."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._client = access.rest("certificatemanager", certificate_manager_v1.CertificateManagerClient)

    def state(self, certificate: str) -> tuple[str, float]:
        """ACTIVE or what else a managed one is, and when it expires: seconds since 1970, 0 if it was never issued."""
        with calling(f"read {certificate}"):
            found = self._client.get_certificate(name=certificate, retry=None, timeout=self._seconds)
        return found.managed.state.name, found.expire_time.timestamp() if found.expire_time else 0
