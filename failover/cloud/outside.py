"""What anybody sees of the platform: names as public resolvers tell them, answers as users get them."""

import requests

from failover.cloud.calls import Access, answer, calling

RESOLVER = "dns.google"
"""Google's public resolver, by HTTPS. https://developers.google.com/speed/public-dns/docs/doh/json"""

STORAGE = "storage.googleapis.com"


class Outside:
    """Requests without credentials and past every cache."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._access = access
        self._session = requests.Session()
        self._session.headers["cache-control"] = "no-cache"

    def addresses(self, name: str, kind: str) -> list[str]:
        """The A or AAAA records of a name, as the public resolver tells them now."""
        url = self._access.url("resolver", RESOLVER, "/resolve")
        number = {"A": 1, "AAAA": 28}[kind]
        with calling(f"resolve {name}"):
            found = answer(self._session.get(url, params={"name": name, "type": kind}, timeout=self._seconds))
        return sorted(record["data"] for record in found.get("Answer", []) if record["type"] == number)

    def status(self, name: str, path: str) -> int:
        """The status that a public name answers with by HTTPS, its certificate checked."""
        stand_in = self._access.stand_ins.get(name) or self._access.stand_ins.get("front-door")
        url = f"http://{stand_in}{path}" if stand_in else f"https://{name}{path}"
        with calling(f"ask https://{name}{path}"):
            headers = {"host": name}
            return self._session.get(url, headers=headers, timeout=self._seconds, allow_redirects=False).status_code

    def exists(self, bucket: str, name: str) -> bool:
        """Whether a public object is there, as health checkers and writers see it."""
        url = self._access.url("storage", STORAGE, f"/{bucket}/{name}")
        with calling(f"ask for {url}"):
            status = self._session.get(url, timeout=self._seconds).status_code
            if status >= 500 or status == requests.codes.too_many_requests:
                raise requests.ConnectionError(f"{url} answers {status}")
        return status == requests.codes.ok
