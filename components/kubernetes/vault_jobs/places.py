"""Where things outside the cluster are kept: in its own cloud, by the identity of the pod."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from . import amazon, google


def keep_secret(place: Mapping[str, str], value: str) -> None:
    """Make a value the newest one of a secret of the cloud's own store."""
    if place["cloud"] == "aws":
        amazon.put_secret(place["region"], place["secret"], value)
    else:
        google.add_version(google.pod_token(), place["secret"], value)


def keep_file(place: Mapping[str, str], name: str, file: Path) -> None:
    """Add a file to a bucket of the cloud's own."""
    if place["cloud"] == "aws":
        amazon.put_object(place["region"], place["bucket"], name, file)
    else:
        google.put_object(google.pod_token(), place["bucket"], name, file.read_bytes())
