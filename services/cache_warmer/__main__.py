"""`python -m cache_warmer`: one run, with its settings from the environment; exits with 1 where it did not end well.

| variable | what it is |
|---|---|
| `SOURCE` | host and port of the primary's configuration endpoint |
| `SOURCE_CLUSTER`, `SOURCE_USER` | ElastiCache's replication group, and the user in it that may read |
| `AWS_ROLE`, `AWS_REGION` | the role that may log in as that user, and the primary's region |
| `AUDIENCE` | whom the Google token is for that is exchanged for the role |
| `TARGET` | host and port of the standby's discovery endpoint |
| `TARGET_AUTHORITIES` | certificates, in PEM, of those who sign the standby's |
| `FENCE` | URL of the object that is there once the primary is fenced |
| `KEYS_PER_SECOND`, `BYTES_PER_SECOND` | how fast a run goes at most |
| `LARGEST_BYTES`, `BATCH_BYTES` | the largest value that is copied, and what is held at once for a shard |

Where the standby serves there is nothing to do, and a run that finds so ends well.
"""

import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import certifi
import google.auth
from valkey.exceptions import ValkeyError

from .cluster import Access, Cluster, Node
from .fence import Fence, Fenced, FenceUnknown
from .identity import ElastiCacheLogin, MemorystoreLogin, assumed
from .logs import as_json
from .warming import Incompatible, Limits, Warming

SCOPE = "https://www.googleapis.com/auth/cloud-platform"

log = logging.getLogger("cache_warmer")


def node(address: str) -> Node:
    """A server by `host:port`."""
    host, _, port = address.rpartition(":")
    return Node(host, int(port))


def source(environment: Mapping[str, str]) -> Cluster:
    """The primary's cache, whose certificates are those of a public authority."""
    region = environment["AWS_REGION"]
    login = ElastiCacheLogin(
        assumed(environment["AWS_ROLE"], region, environment["AUDIENCE"]),
        cluster=environment["SOURCE_CLUSTER"],
        user=environment["SOURCE_USER"],
        region=region,
    )
    return Cluster(node(environment["SOURCE"]), Access(login, Path(certifi.where()).read_text(), check_hostname=True))


def target(environment: Mapping[str, str]) -> Cluster:
    """The standby's cache, whose certificates are signed by an authority of its own."""
    credentials, _ = google.auth.default(scopes=[SCOPE])
    access = Access(MemorystoreLogin(credentials), environment["TARGET_AUTHORITIES"], check_hostname=False)
    return Cluster(node(environment["TARGET"]), access)


def limits(environment: Mapping[str, str]) -> Limits:
    """What a run may take."""
    names = ("KEYS_PER_SECOND", "BYTES_PER_SECOND", "LARGEST_BYTES", "BATCH_BYTES")
    return Limits(*(int(environment[name]) for name in names))


def run(warm: Callable[[], Counter[str]]) -> int:
    """Warm the cache, say how it went, and return the exit code."""
    started = time.monotonic()
    try:
        counts = warm()
    except Fenced as reason:
        log.info(str(reason), extra={"outcome": "fenced"})
        return 0
    except (FenceUnknown, Incompatible) as reason:
        log.error(str(reason), extra={"outcome": "failed"})
        return 1
    except (ValkeyError, OSError):
        log.exception("one of the caches does not do what it is asked", extra={"outcome": "failed"})
        return 1
    _tell(counts, time.monotonic() - started)
    return 0


def _tell(counts: Counter[str], seconds: float) -> None:
    if counts["refused"] or counts["too_large"]:
        log.warning("some keys cannot be copied: the standby lacks them, or has older values", extra=dict(counts))
    log.info("the cache is warm", extra={"outcome": "warm", "seconds": round(seconds, 1), **counts})


def main() -> int:
    """One run."""
    logging.basicConfig(level=logging.INFO, handlers=[as_json()])
    primary, standby = source(os.environ), target(os.environ)
    try:
        return run(Warming(primary, standby, limits(os.environ), Fence(os.environ["FENCE"]).check).run)
    finally:
        primary.close()
        standby.close()


if __name__ == "__main__":
    sys.exit(main())
