"""Objects in Cloud Storage, each write of which names the generation that it replaces."""

import time
from collections.abc import Sequence

from google.api_core import exceptions
from google.cloud import storage

from failover.cloud.calls import Access, Missing, Unavailable, calling
from failover.record import Conflict

ATTEMPTS = 3
"""Writes are tried this often: without its record a run must not go on."""

PAUSE_SECONDS = 1.0
"""Between attempts: one object takes a write a second. https://docs.cloud.google.com/storage/quotas#objects"""


class Objects:
    """Objects by bucket and name; 0 is the generation of an object that does not exist."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._client = storage.Client(
            project="", credentials=access.credentials, client_options=access.options("storage")
        )
        self._pause = PAUSE_SECONDS if not access.stand_ins else 0.0

    def read(self, bucket: str, name: str) -> tuple[bytes, int]:
        """Content and generation; empty and 0 if there is none."""
        blob = self._client.bucket(bucket).blob(name)
        try:
            with calling(f"read gs://{bucket}/{name}"):
                content = blob.download_as_bytes(timeout=self._seconds, retry=None)
        except Missing:
            return b"", 0
        assert blob.generation is not None
        return content, blob.generation

    def write(self, bucket: str, name: str, content: bytes, generation: int, *, public: bool = False) -> int:
        """Replace that generation; the new one. Raises Conflict; `public` objects are kept in no cache.

        An answer that is lost leaves open whether the object was written. It is read then: the same content is ours.
        """
        for attempt in range(ATTEMPTS):
            try:
                return self._write(bucket, name, content, generation, public)
            except (Conflict, Unavailable) as error:
                if attempt == 0 and isinstance(error, Conflict):
                    raise
                found, now = self.read(bucket, name)
                if now and now != generation:
                    if found == content:
                        return now
                    raise Conflict(f"gs://{bucket}/{name} was changed by somebody else") from error
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(self._pause)
        raise AssertionError("every attempt returns or raises")

    def _write(self, bucket: str, name: str, content: bytes, generation: int, public: bool) -> int:
        blob = self._client.bucket(bucket).blob(name)
        if public:
            blob.cache_control = "no-store"
        try:
            with calling(f"write gs://{bucket}/{name}"):
                blob.upload_from_string(
                    content,
                    content_type="application/json",
                    if_generation_match=generation,
                    timeout=self._seconds,
                    retry=None,
                )
        except Exception as error:
            if isinstance(error.__cause__, exceptions.PreconditionFailed):
                raise Conflict(f"gs://{bucket}/{name} was changed by somebody else") from error
            raise
        assert blob.generation is not None
        return blob.generation

    def delete(self, bucket: str, name: str) -> None:
        """Remove an object, if it is there."""
        try:
            with calling(f"delete gs://{bucket}/{name}"):
                self._client.bucket(bucket).blob(name).delete(timeout=self._seconds, retry=None)
        except Missing:
            return

    def names(self, bucket: str, prefix: str) -> Sequence[str]:
        """Names of the objects whose names begin so, in order."""
        with calling(f"list gs://{bucket}/{prefix}"):
            found = self._client.list_blobs(bucket, prefix=prefix, timeout=self._seconds, retry=None)
            return sorted(blob.name for blob in found)


class Bucket:
    """One bucket, as the record keeps itself in."""

    def __init__(self, objects: Objects, bucket: str) -> None:
        self._objects, self._bucket = objects, bucket

    def read(self, name: str) -> tuple[bytes, int]:
        """Content and generation; empty and 0 if there is none."""
        return self._objects.read(self._bucket, name)

    def write(self, name: str, content: bytes, generation: int) -> int:
        """Replace that generation; the new one, or raises Conflict."""
        return self._objects.write(self._bucket, name, content, generation)
