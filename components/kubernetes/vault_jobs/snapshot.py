"""Saves Vault's whole state in its own cloud's bucket.

    python3 -m vault_jobs.snapshot snapshot.json

What is saved is encrypted by Vault, which its own cloud's key alone opens, and by the bucket's key.
"""

from __future__ import annotations

import gzip
import json
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from .client import TOKEN_FILE, Vault
from .places import keep_file

MEMBERS = {"SHA256SUMS", "meta.json", "state.bin"}
"""What every snapshot holds; one that ended early holds less, or is no archive."""


def main() -> None:
    """Do it."""
    config = json.loads(Path(sys.argv[1]).read_text())
    vault = Vault(config["address"], config.get("authority"))
    name = f"{config['folder']}/{time.strftime('%Y-%m-%dT%H-%M-%SZ', time.gmtime())}.snap"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "snapshot")
        with vault.session("snapshot", config.get("token_file", TOKEN_FILE)):
            vault.save("sys/storage/raft/snapshot", file)
        check(file)
        keep_file(config["store"], name, file)
        print(f"saved {file.stat().st_size} bytes as {name}")


def check(file: Path) -> None:
    """Refuse a snapshot that is not whole."""
    try:
        with tarfile.open(file) as archive:
            missing = MEMBERS - set(archive.getnames())
    except (tarfile.TarError, gzip.BadGzipFile, EOFError) as error:
        raise SystemExit(f"the snapshot cannot be read, and is not kept: {error}") from error
    if missing:
        raise SystemExit(f"the snapshot lacks {', '.join(sorted(missing))}, and is not kept")


if __name__ == "__main__":
    main()
