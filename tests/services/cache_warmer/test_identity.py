"""Passwords are tokens of minutes, for one user at one cache."""

from urllib.parse import parse_qs, urlsplit

from botocore.credentials import Credentials
from google.auth.credentials import Credentials as GoogleCredentials

from services.cache_warmer.identity import ElastiCacheLogin, MemorystoreLogin


class Google(GoogleCredentials):
    """Credentials that must be fetched first."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched = 0

    def refresh(self, request: object) -> None:
        self.fetched += 1
        self.token = f"token-{self.fetched}"


def login() -> ElastiCacheLogin:
    credentials = Credentials("AKIAIOSFODNN7EXAMPLE", "sample", "session")
    return ElastiCacheLogin(credentials, cluster="sample-cache", user="sample-warmer", region="us-west-2")


def test_elasticaches_token_is_a_signed_request_to_connect() -> None:
    user, token = login().get_credentials()
    assert user == "sample-warmer"
    assert token.startswith("sample-cache/?")
    query = {name: value for name, [value] in parse_qs(urlsplit(f"https://{token}").query).items()}
    assert query.pop("X-Amz-Date")
    assert len(query.pop("X-Amz-Signature")) == 64
    scope = query.pop("X-Amz-Credential").split("/")
    assert (scope[0], scope[2:]) == ("AKIAIOSFODNN7EXAMPLE", ["us-west-2", "elasticache", "aws4_request"])
    assert query == {
        "Action": "connect",
        "User": "sample-warmer",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Expires": "900",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Security-Token": "session",
    }


def test_the_secret_is_never_part_of_the_token() -> None:
    _, token = login().get_credentials()
    assert "=sample&" not in token
    assert not token.endswith("=sample")


def test_memorystores_token_is_fetched_again_once_it_is_not_valid() -> None:
    google = Google()
    standby = MemorystoreLogin(google, request=object)
    assert standby.get_credentials() == ("default", "token-1")
    assert standby.get_credentials() == ("default", "token-1")
    google.token = None
    assert standby.get_credentials() == ("default", "token-2")
