"""How calls are made: by whose credentials, to which hosts, for how long; and what their failures mean."""

import json
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import google.auth
import grpc
import requests
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth import environment_vars, external_account_authorized_user
from google.auth import exceptions as auth_exceptions
from google.auth.credentials import AnonymousCredentials, Credentials
from google.oauth2 import credentials as oauth2
from google.protobuf import json_format

SECONDS = 20.0
"""The limit of one call."""

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)

STAND_INS = "FAILOVER_STAND_INS"
"""Environment variable of tests: a JSON object of hosts to call in place of Google's, by service."""

STAND_INS_SECONDS = "FAILOVER_CALL_SECONDS"
"""Another one: the limit of a call to them."""

PEOPLE = (oauth2.Credentials, external_account_authorized_user.Credentials)
"""Logins of people, who belong to no project."""

Client = TypeVar("Client")


class Unavailable(Exception):
    """The service does not answer, or not now: the same call may succeed later."""


class Refused(Exception):
    """The service answered, and will answer the same again."""


class Missing(Refused):
    """What was named does not exist."""


@dataclass(frozen=True)
class Access:
    """Whom the program acts as, and which hosts stand in for Google's."""

    credentials: Credentials
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    """`host:port` by service."""

    seconds: float = SECONDS
    """The limit of one call."""

    @classmethod
    def found(cls) -> "Access":
        """The caller's own credentials; raises Refused with the remedy if there are none."""
        stand_ins = json.loads(os.environ.get(STAND_INS, "{}"))
        if stand_ins:
            return cls(AnonymousCredentials(), stand_ins, float(os.environ.get(STAND_INS_SECONDS, SECONDS)))
        try:
            credentials, _ = google.auth.default(scopes=SCOPES)
        except auth_exceptions.DefaultCredentialsError as error:
            raise Refused(
                "no credentials of Google Cloud were found: run `gcloud auth application-default login`"
            ) from error
        return cls(credentials)

    def counted(self, project: str) -> "Access":
        """The same, its calls counted against the quota of a project, unless the environment names another one.

        Cloud SQL refuses a person whose login names no project that has its API on. Whoever is named needs
        `serviceusage.services.use` there. https://docs.cloud.google.com/docs/quotas/set-quota-project
        """
        if isinstance(self.credentials, PEOPLE) and environment_vars.GOOGLE_CLOUD_QUOTA_PROJECT not in os.environ:
            return replace(self, credentials=self.credentials.with_quota_project(project))
        return self

    def rest(self, service: str, client: Callable[..., Client]) -> Client:
        """A client that speaks HTTP with JSON, wherever the library can: any proxy passes it."""
        host = self.stand_ins.get(service)
        if host is None:
            return client(credentials=self.credentials, transport="rest")
        transports: Any = client
        made = transports.get_transport_class("rest")(
            host=host, credentials=self.credentials, url_scheme="http", api_audience=f"http://{host}"
        )
        return client(transport=made)

    def grpc(self, service: str, client: Callable[..., Client]) -> Client:
        """A client of a library that speaks gRPC alone."""
        host = self.stand_ins.get(service)
        if host is None:
            return client(credentials=self.credentials)
        transports: Any = client
        return client(transport=transports.get_transport_class("grpc")(channel=grpc.insecure_channel(host)))

    def options(self, service: str) -> ClientOptions:
        """For libraries that take the whole address of a stand-in."""
        host = self.stand_ins.get(service)
        return ClientOptions(api_endpoint=f"http://{host}" if host else None)

    @cached_property
    def session(self) -> requests.Session:
        """For services without a library that fits: HTTP with the caller's credentials."""
        from google.auth.transport.requests import AuthorizedSession

        return AuthorizedSession(self.credentials) if not self.stand_ins else requests.Session()

    def url(self, service: str, host: str, path: str) -> str:
        """The address of something at a service, or at what stands in for it."""
        stand_in = self.stand_ins.get(service)
        return f"http://{stand_in}{path}" if stand_in else f"https://{host}{path}"


@contextmanager
def calling(what: str) -> Generator[None]:
    """Turn a failure into Unavailable, Missing or Refused that says what was being done."""
    try:
        yield
    except exceptions.NotFound as error:
        raise Missing(f"{what}: {_message(error)}") from error
    except (
        exceptions.TooManyRequests,
        exceptions.ServerError,
        exceptions.RetryError,
        exceptions.Aborted,
        auth_exceptions.TransportError,
        requests.RequestException,
        json_format.ParseError,
    ) as error:
        raise Unavailable(f"{what}: {_message(error)}") from error
    except (exceptions.GoogleAPICallError, auth_exceptions.GoogleAuthError) as error:
        if isinstance(error, auth_exceptions.GoogleAuthError) and error.retryable:
            # Whoever gives tokens does not answer; what it answers is told as any other refusal.
            raise Unavailable(f"{what}: {_message(error)}") from error
        raise Refused(f"{what}: {_message(error)}") from error


def answer(response: requests.Response) -> Any:
    """The JSON of an answer; raises as the libraries do where it is an error."""
    if not response.ok:
        raise exceptions.from_http_response(response)
    return response.json() if response.content else None


def _message(error: Exception) -> str:
    if isinstance(error, exceptions.GoogleAPICallError):
        return f"{error.code or 'no answer'} {error.message}"
    return str(error) or type(error).__name__
