"""Service accounts, by which others act in the standby: disabled, nobody gets a token for them any more."""

from google.cloud import iam_admin_v1

from failover.cloud.calls import Access, calling


class Accounts:
    """Service accounts by their e-mail addresses."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._client = access.grpc("iam", iam_admin_v1.IAMClient)

    def disabled(self, email: str) -> bool:
        """Whether it is disabled."""
        with calling(f"read {email}"):
            request = iam_admin_v1.GetServiceAccountRequest(name=_name(email))
            return self._client.get_service_account(request, retry=None, timeout=self._seconds).disabled

    def disable(self, email: str) -> None:
        """Disable it; tokens that were given out before live for an hour at most."""
        with calling(f"disable {email}"):
            request = iam_admin_v1.DisableServiceAccountRequest(name=_name(email))
            self._client.disable_service_account(request, retry=None, timeout=self._seconds)

    def enable(self, email: str) -> None:
        """Enable it again."""
        with calling(f"enable {email}"):
            request = iam_admin_v1.EnableServiceAccountRequest(name=_name(email))
            self._client.enable_service_account(request, retry=None, timeout=self._seconds)


def _name(email: str) -> str:
    return f"projects/-/serviceAccounts/{email}"
