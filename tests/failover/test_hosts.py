"""Where the program goes: to Google and to the platform's own names, never to the primary's cloud."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.failover.driver import ROOT, Driver
from tests.failover.final import REHEARSAL, RUN, prepare
from tests.failover.proxy import Proxy
from tests.failover.sample import RECORDS_BUCKET, STANDBY
from tests.failover.stand_ins.server import StandIns
from tests.failover.stand_ins.world import World

GOOGLE = {
    f"{name}.googleapis.com"
    for name in (
        "bigtableadmin",
        "certificatemanager",
        "datamigration",
        "iam",
        "managedkafka",
        "monitoring",
        "run",
        "sqladmin",
        "storage",
        "storagetransfer",
    )
} | {"dns.google"}
OWN = {STANDBY.hosts[0], STANDBY.workloads.endpoint}
PRIMARY = re.compile(r"amazon|aws|cloudfront|route53", re.IGNORECASE)
PRIMARY_MODULES = re.compile(r"(boto|botocore|boto3|pulumi_aws|s3transfer)(\.|$)")

# A call of every method, without credentials; and one with them, whose token must be asked for first.
EVERY_CALL = """
import json, sys
from google.auth.credentials import AnonymousCredentials
from failover.cloud import Access, Cloud, Refused, Unavailable
from tests.failover.sample import STANDBY
from tests.failover.test_cloud import CALLS

access = Access.found() if sys.argv[1] == "found" else Access(AnonymousCredentials(), seconds=5)
cloud = Cloud(access)
for call, (service, do) in CALLS.items():
    try:
        do(cloud)
    except (Refused, Unavailable):
        continue
    raise AssertionError(call)
for ask in (lambda: cloud.outside.status(STANDBY.hosts[0], "/"), lambda: cloud.outside.exists("example", "active")):
    try:
        ask()
    except Unavailable:
        continue
    raise AssertionError("outside")
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """An environment in which Python refuses every host but this, and no variable tells of credentials or proxies."""
    hidden = re.compile("proxy|google|cloudsdk|aws|failover|gce_", re.IGNORECASE)
    (tmp_path / "asked").touch()
    return {
        **{name: value for name, value in os.environ.items() if not hidden.search(name)},
        "PYTHONPATH": f"{ROOT / 'tests/failover/guard'}:{ROOT}",
        "FAILOVER_GUARD_LOG": str(tmp_path / "asked"),
        "HOME": str(tmp_path),
    }


def hosts_of_every_call(environment: dict[str, str], credentials: str, tmp_path: Path) -> tuple[set[str], list[str]]:
    """Hosts that the calls wanted to reach, and the modules that were loaded."""
    with Proxy() as proxy:
        result = subprocess.run(
            [sys.executable, "-c", EVERY_CALL, credentials],
            cwd=ROOT,
            env={**environment, **proxy.environment},
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "asked").read_text() == "", "somebody went past the proxy"
    return proxy.hosts, json.loads(result.stdout.splitlines()[-1])


def test_every_call_goes_to_google_or_to_the_platforms_own_names(guarded: dict[str, str], tmp_path: Path) -> None:
    hosts, modules = hosts_of_every_call(guarded, "none", tmp_path)
    assert hosts == GOOGLE | OWN
    assert not [host for host in hosts if PRIMARY.search(host)]
    assert not [module for module in modules if PRIMARY_MODULES.match(module)]


def test_tokens_come_from_google(guarded: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(
        json.dumps({"type": "authorized_user", "client_id": "id", "client_secret": "none", "refresh_token": "none"})
    )
    hosts, _ = hosts_of_every_call({**guarded, "GOOGLE_APPLICATION_CREDENTIALS": str(file)}, "found", tmp_path)
    assert "oauth2.googleapis.com" in hosts
    assert hosts <= GOOGLE | OWN | {"oauth2.googleapis.com"}


def test_guard_refuses_and_tells(guarded: dict[str, str], tmp_path: Path) -> None:
    ask = "import requests; requests.get('https://s3.us-east-1.amazonaws.com', timeout=5)"
    result = subprocess.run([sys.executable, "-c", ask], env=guarded, capture_output=True, text=True, check=False)
    assert "allows no way to s3.us-east-1.amazonaws.com" in result.stderr
    assert (tmp_path / "asked").read_text() == "s3.us-east-1.amazonaws.com\n"


def assert_nothing_else_asked(world: World, servers: StandIns, tmp_path: Path) -> None:
    assert world.calls
    assert (tmp_path / "asked").read_text() == ""
    allowed = {*servers.addresses.values(), *STANDBY.hosts, STANDBY.standby_host, ""}
    assert world.hosts() <= allowed


@pytest.mark.parametrize(("kind", "steps"), [("run", RUN), ("rehearse", REHEARSAL)])
def test_whole_run_asks_for_nothing_but_what_stands_in(
    world: World, servers: StandIns, guarded: dict[str, str], tmp_path: Path, kind: str, steps: str
) -> None:
    prepare(world)
    driver = Driver.started(environment=guarded)
    driver.begin(steps, servers.environment, kind)
    assert driver.end() == 0
    driver.close()
    assert_nothing_else_asked(world, servers, tmp_path)


@pytest.mark.parametrize("command", ["plan", "status"])
def test_command_asks_for_nothing_but_what_stands_in(
    world: World, servers: StandIns, guarded: dict[str, str], tmp_path: Path, command: str
) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "failover", "--records", RECORDS_BUCKET, command, "--json"],
        cwd=ROOT,
        env={**guarded, **servers.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(result.stdout), result.stderr
    assert_nothing_else_asked(world, servers, tmp_path)


ALONE = """
from tests.failover.driver import Driver
from tests.failover.final import RUN, ended, prepare
from tests.failover.sample import sample_world
from tests.failover.stand_ins.server import StandIns

world = sample_world()
prepare(world)
with StandIns(world) as servers:
    driver = Driver.started()
    driver.begin(RUN, servers.environment)
    assert driver.end() == 0
    driver.close()
assert ended(world)
"""


@pytest.mark.real
def test_whole_run_ends_where_nothing_but_this_machine_can_be_reached(guarded: dict[str, str]) -> None:
    unshare, ip = shutil.which("unshare"), shutil.which("ip")
    alone = [str(unshare), "-rn", "sh", "-c", '"$0" link set lo up && exec "$@"', str(ip)]
    if not (unshare and ip) or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here")
    result = subprocess.run(
        [*alone, sys.executable, "-c", ALONE], cwd=ROOT, env=guarded, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
