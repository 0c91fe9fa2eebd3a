"""Who the job is: on either side by tokens of minutes, made from its own service account, so that no key exists."""

import threading
from collections.abc import Callable
from urllib.parse import urlencode

import botocore.session
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import (
    AssumeRoleWithWebIdentityCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
)
from google.auth.credentials import Credentials as GoogleCredentials
from google.auth.transport.requests import Request
from google.oauth2 import id_token
from valkey.credentials import CredentialProvider

# The longest that ElastiCache takes. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
TOKEN_SECONDS = 900

SESSION = "cache-warmer"


def assumed(role_arn: str, region: str, audience: str) -> Credentials:
    """Credentials of an AWS role that trusts this job's Google account; they renew themselves."""
    session = botocore.session.get_session()

    def client(service: str, **options: object) -> object:
        return session.create_client(service, region_name=region, **options)

    fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
        client_creator=client,
        web_identity_token_loader=lambda: id_token.fetch_id_token(Request(), audience),
        role_arn=role_arn,
        extra_args={"RoleSessionName": SESSION},
    )
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role-with-web-identity")


class ElastiCacheLogin(CredentialProvider):
    """A user of ElastiCache's that logs in by IAM: the password is a signed request that is never sent."""

    def __init__(self, credentials: Credentials, *, cluster: str, user: str, region: str) -> None:
        """Log in as `user` at `cluster`, the replication group's name."""
        self._credentials, self._region, self._user = credentials, region, user
        self._url = f"https://{cluster}/?" + urlencode({"Action": "connect", "User": user})

    def get_credentials(self) -> tuple[str, str]:
        """The user and a token for one connection."""
        request = AWSRequest(method="GET", url=self._url)
        frozen = self._credentials.get_frozen_credentials()
        SigV4QueryAuth(frozen, "elasticache", self._region, expires=TOKEN_SECONDS).add_auth(request)
        return self._user, str(request.url).removeprefix("https://")


class MemorystoreLogin(CredentialProvider):
    """This job's account at Memorystore: the password is an access token, renewed before its hour is over."""

    def __init__(self, credentials: GoogleCredentials, request: Callable[[], object] = Request) -> None:
        self._credentials, self._request = credentials, request
        self._lock = threading.Lock()

    def get_credentials(self) -> tuple[str, str]:
        """The one user that Memorystore has, and a token that is valid."""
        with self._lock:
            if not self._credentials.valid:
                self._credentials.refresh(self._request())
            return "default", str(self._credentials.token)
