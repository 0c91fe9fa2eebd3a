"""What loading settings promises beside refusing single values."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from ipaddress import IPv4Network
from types import MappingProxyType
from typing import ClassVar

import pulumi
import pytest
import yaml

from settings import loader
from settings.loader import load, load_secrets
from settings.placeholders import placeholders
from settings.problems import SettingsError
from settings.sizes import SMALL
from settings.stacks import STACKS, Dr, Interconnect, Prod
from settings.vendor import IMAGES
from tests.settings.conftest import ROOT


def problems_of(refused) -> dict[str, str]:
    return {problem.key: problem.file for problem in refused.value.problems}


@pytest.mark.parametrize(("stack", "model"), [("prod", Prod), ("dr", Dr), ("interconnect", Interconnect)])
def test_shipped_settings_load(project, monkeypatch, stack, model):
    assert type(project(stack).load(monkeypatch)) is model


def test_values_have_their_types(project, monkeypatch):
    prod = project("prod")
    prod.set("protection", "false")
    loaded = prod.load(monkeypatch)
    assert loaded.protection is False
    assert loaded.addresses.supernet == IPv4Network("10.64.0.0/12")
    assert loaded.network.zones == ("us-west-2a", "us-west-2b", "us-west-2c")
    assert loaded.tables["sessions"].ttl_attribute == "expires_at"
    assert loaded.plan.aws.vpc.subnet_of(loaded.plan.aws.block)


def test_a_small_environment_has_smaller_defaults(project, monkeypatch):
    prod = project("prod")
    large = prod.load(monkeypatch)
    prod.set("size", "small")
    prod.set("database.instances", 2)
    small = prod.load(monkeypatch)
    assert small.database.instance_class != large.database.instance_class
    assert small.database.instances == 2, "a value that is set goes before a default"
    for key in SMALL["prod"]:
        small_key, large_key = getattr(small, key), getattr(large, key)
        assert small_key != large_key
        assert {
            name for name in type(small_key).model_fields if getattr(small_key, name) != getattr(large_key, name)
        } <= (SMALL["prod"][key].keys())


def test_tree_is_frozen(project, monkeypatch):
    loaded = project("prod").load(monkeypatch)
    with pytest.raises(ValueError, match="frozen"):
        loaded.domain = "elsewhere.example.com"
    with pytest.raises(ValueError, match="frozen"):
        loaded.cluster.version = "1.36"


def test_all_problems_are_told_at_once(project, monkeypatch):
    prod = project("prod")
    prod.set("addresses.supernet", "10.64.0.0/24")
    prod.set("addresses.asns", {"aws": 64512, "gcp": 64512})
    prod.set("network.zones", ["eu-west-1a", "eu-west-1b", "eu-west-1c"])
    prod.set("keys", {"rotation_days": 1})
    prod.set("aws:region", "eu-west-1")
    prod.set("clusters", {})
    with pytest.raises(SettingsError, match="6 settings of stack prod refused, so nothing is planned") as refused:
        prod.load(monkeypatch)
    assert problems_of(refused) == {
        "multicloud:addresses.supernet": "Pulumi.yaml",
        "multicloud:addresses.asns": "Pulumi.yaml",
        "multicloud:network.zones[0]": "Pulumi.prod.yaml",
        "multicloud:keys.rotation_days": "Pulumi.prod.yaml",
        "aws:region": "Pulumi.prod.yaml",
        "multicloud:clusters": "Pulumi.prod.yaml",
    }
    assert list(refused.value.problems) == sorted(refused.value.problems)


def test_a_problem_reads_as_one_block(project, monkeypatch):
    dr = project("dr")
    dr.set("mode", "passive")
    with pytest.raises(SettingsError) as refused:
        dr.load(monkeypatch)
    assert str(refused.value) == (
        "1 setting of stack dr refused, so nothing is planned:\n\n"
        "Pulumi.dr.yaml: multicloud:mode\n"
        '  value:       "passive"\n'
        "  consequence: nothing else is offered\n"
        "  remedy:      write 'standby' or 'active'\n"
    )


def test_long_values_are_shortened(project, monkeypatch):
    dr = project("dr")
    dr.set("mode", "m" * 1000)
    with pytest.raises(SettingsError) as refused:
        dr.load(monkeypatch)
    assert len(str(refused.value)) < 500


def test_the_cli_prints_the_error_without_a_traceback():
    assert issubclass(SettingsError, pulumi.RunError)


def test_an_unknown_stack_is_refused():
    with pytest.raises(SettingsError, match=r"(?s)Pulumi.staging.yaml.*select one of prod, dr, interconnect"):
        load("staging")


def test_names_with_dots_are_shown_as_the_cli_writes_them(project, monkeypatch):
    prod = project("prod")
    prod.shared["topics"] = {"a.b": {}}
    with pytest.raises(SettingsError) as refused:
        prod.load(monkeypatch)
    assert problems_of(refused) == {'multicloud:topics["a.b"]': "Pulumi.yaml"}


def test_the_message_does_not_depend_on_order_or_hash_seed(project, monkeypatch):
    prod = project("prod")
    for key in ("gcp:region", "aws:region", "azure:location", "clustre", "netwrok"):
        prod.set(key, "x")
    with pytest.raises(SettingsError) as refused:
        prod.load(monkeypatch)
    program = (
        "import sys, pulumi; from pulumi.runtime.settings import Settings, configure\n"
        "from settings.loader import load; from settings.problems import SettingsError\n"
        "configure(Settings(project='multicloud', stack='prod', root_directory=sys.argv[1], dry_run=True))\n"
        "try: load('prod')\n"
        "except SettingsError as error: sys.stdout.write(str(error))\n"
    )
    for seed in ("0", "1"):
        config = dict(reversed(json.loads(os.environ["PULUMI_CONFIG"]).items()))
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PULUMI_CONFIG": json.dumps(config)}
        command = [sys.executable, "-c", program, str(prod.folder)]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        assert told == str(refused.value)


class TestAKeyStandsInOnePlace:
    def test_a_stack_that_sets_a_shared_key_is_refused(self, project, monkeypatch):
        prod = project("prod")
        prod.own["domain"] = "other.example.com"
        with pytest.raises(SettingsError, match="the stacks would disagree") as refused:
            prod.load(monkeypatch)
        assert problems_of(refused) == {"multicloud:domain": "Pulumi.prod.yaml"}

    def test_even_with_the_same_value(self, project, monkeypatch):
        prod = project("prod")
        prod.own["regions"] = prod.shared["regions"]
        with pytest.raises(SettingsError) as refused:
            prod.load(monkeypatch)
        assert problems_of(refused) == {"multicloud:regions": "Pulumi.prod.yaml"}

    def test_a_shared_key_from_neither_file_is_refused(self, project, monkeypatch):
        prod = project("prod")
        prod.extra["multicloud:ownership"] = json.dumps({**prod.shared["ownership"], "owner": "others"})
        with pytest.raises(SettingsError, match="the stacks would disagree") as refused:
            prod.load(monkeypatch)
        assert problems_of(refused) == {
            "multicloud:ownership": "(an environment, or the file given with --config-file)"
        }


WORKLOADS = ("api-gateway", "auth", "auxiliary", "core")


class TestPlaceholders:
    def test_are_allowed_in_a_preview(self, project, monkeypatch):
        project("prod").load(monkeypatch, dry_run=True)

    def test_are_allowed_in_a_simulated_update(self, project, monkeypatch):
        monkeypatch.setenv("MULTICLOUD_SIMULATION", "1")
        project("prod").load(monkeypatch, dry_run=False)

    def test_are_refused_in_an_update(self, project, monkeypatch):
        prod = project("prod")
        prod.set("cluster", {"administrators": ["arn:aws:iam::444455556666:role/administrator"]})
        with pytest.raises(SettingsError, match="it is a sample") as refused:
            prod.load(monkeypatch, dry_run=False)
        assert problems_of(refused) == {
            "multicloud:domain": "Pulumi.yaml",
            "multicloud:accounts.aws": "Pulumi.yaml",
            "multicloud:accounts.gcp_project": "Pulumi.yaml",
            "multicloud:accounts.gcp_project_number": "Pulumi.yaml",
            "multicloud:cluster.administrators[0]": "Pulumi.prod.yaml",
            "multicloud:failover.image_digest": "Pulumi.yaml",
            "multicloud:failover.records_bucket": "Pulumi.yaml",
            "multicloud:front_door.switch_bucket": "Pulumi.yaml",
            "multicloud:platform.alerting.runbooks": "Pulumi.yaml",
            "multicloud:platform.delivery.chart_digest": "Pulumi.yaml",
            **{f"multicloud:platform.images.{image}": "Pulumi.yaml" for image in IMAGES},
            **{
                f"multicloud:workloads.{name}.digest": "Pulumi.yaml"
                for name in ("api-gateway", "auth", "auxiliary", "core")
            },
        }

    def test_of_the_clusters_contents_hold_up_no_first_update(self, project, monkeypatch):
        prod = project("prod")
        prod.set("platform", {"installed": False})
        with pytest.raises(SettingsError, match="it is a sample") as refused:
            prod.load(monkeypatch, dry_run=False)
        assert not [
            key
            for key in problems_of(refused)
            if key.startswith(("multicloud:failover.image", "multicloud:platform", "multicloud:workloads"))
        ]

    def test_of_the_link_are_refused_too(self, project, monkeypatch):
        with pytest.raises(SettingsError, match="it is a sample") as refused:
            project("interconnect").load(monkeypatch, dry_run=False)
        assert {key for key, file in problems_of(refused).items() if file == "Pulumi.interconnect.yaml"} == {
            "multicloud:cache_warming.image_digest",
            "multicloud:object_replication.transfer_subject",
            "multicloud:row_replication.source_ca",
            "multicloud:writer.image_digest",
        }

    def test_are_not_shown_from_encrypted_settings(self, project, monkeypatch):
        prod = project("prod")
        prod.set("cluster", {"administrators": ["arn:aws:iam::444455556666:role/administrator"]})
        prod.encrypted = ["multicloud:cluster"]
        with pytest.raises(SettingsError) as refused:
            prod.load(monkeypatch, dry_run=False)
        assert "multicloud:cluster" in problems_of(refused)
        assert "444455556666" not in str(refused.value)

    @pytest.mark.parametrize("value", ["", "0", "true"])
    def test_only_1_means_a_simulation(self, project, monkeypatch, value):
        monkeypatch.setenv("MULTICLOUD_SIMULATION", value)
        with pytest.raises(SettingsError, match="it is a sample"):
            project("prod").load(monkeypatch, dry_run=False)

    def test_real_values_pass_an_update(self, project, monkeypatch):
        prod = project("prod")
        prod.set("domain", "platform.dev")
        prod.set(
            "accounts", {"aws": "210987654321", "gcp_project": "standby-7f3a", "gcp_project_number": "210987654321"}
        )
        prod.set("cluster", {"administrators": ["arn:aws:iam::210987654321:role/platform"]})
        prod.set("front_door.switch_bucket", "switch-7f3a")
        digest = f"sha256:{'1' * 64}"
        runbooks = "https://git.platform.test/operations.md"
        images, delivery = dict.fromkeys(IMAGES, digest), {"chart_digest": digest}
        prod.set("platform", {"alerting": {"runbooks": runbooks}, "delivery": delivery, "images": images})
        prod.set("workloads", {"core": {"image": "podinfo", "digest": digest}})
        prod.set("failover", {"records_bucket": "records-7f3a", "image_digest": digest})
        prod.load(monkeypatch, dry_run=False)

    @pytest.mark.parametrize("provider", [None, "awskms://alias/state", "passphrase"])
    def test_a_deployed_stack_keeps_its_secrets_under_a_key_in_google_cloud(self, project, monkeypatch, provider):
        prod = project("prod")
        prod.secrets_provider = provider
        with pytest.raises(SettingsError, match="change-secrets-provider") as refused:
            prod.load(monkeypatch, dry_run=False)
        assert problems_of(refused)["secretsprovider"] == "Pulumi.prod.yaml"

    def test_a_plan_takes_any_secrets_provider(self, project, monkeypatch):
        prod = project("prod")
        prod.secrets_provider = None
        prod.load(monkeypatch)

    @pytest.mark.parametrize("stack", STACKS)
    def test_the_files_of_a_deployed_stack_name_such_a_key(self, stack):
        files = [yaml.safe_load((ROOT / name).read_text()) for name in ("Pulumi.yaml", f"Pulumi.{stack}.yaml")]
        sample = any(list(placeholders(file["config"])) for file in files)
        assert sample or files[1].get("secretsprovider", "").startswith("gcpkms://")

    @pytest.mark.parametrize(
        "text",
        [
            "a.example.com",
            "example.org",
            "host.test",
            "x@example.net",
            "arn:aws:iam::111122223333:role/x",
            "https://host.dev/example-x/y",
        ],
    )
    def test_know_samples_inside_other_text(self, text):
        assert [path for path, _ in loader.placeholders({"a": [{"b": text}]})] == [("a", 0, "b")]

    @pytest.mark.parametrize("text", ["example.company", "examples.dev", "1111222233334", "contest", "my-projects"])
    def test_leave_other_text_alone(self, text):
        assert not list(loader.placeholders(text))


class WithSecret(Dr):
    """A stack with a secret."""

    secrets: ClassVar[Mapping[str, str]] = {"webhook_token": "Token of the alerts' receiver."}


class TestSecrets:
    KEY = "multicloud:webhook_token"

    @pytest.fixture
    def dr(self, project, monkeypatch):
        monkeypatch.setattr(loader, "STACKS", MappingProxyType({**STACKS, "dr": WithSecret}))
        return project("dr")

    def test_are_read_into_secret_outputs_beside_the_tree(self, dr, monkeypatch):
        dr.extra[self.KEY] = "s3cret"
        dr.encrypted = [self.KEY]
        assert "s3cret" not in repr(dr.load(monkeypatch))

        async def resolved() -> tuple[str | None, bool]:
            token = load_secrets("dr")["webhook_token"]
            return await token.future(), await token.is_secret()

        assert asyncio.run(resolved()) == ("s3cret", True)

    def test_in_plain_text_are_refused_and_not_shown(self, dr, monkeypatch):
        dr.extra[self.KEY] = "s3cret"
        with pytest.raises(SettingsError, match="pulumi config set --secret webhook_token --stack dr") as refused:
            dr.load(monkeypatch)
        assert problems_of(refused) == {self.KEY: "Pulumi.dr.yaml"}
        assert "s3cret" not in str(refused.value)

    def test_are_asked_for_by_every_deployment_and_by_no_simulation(self, dr, monkeypatch):
        with pytest.raises(SettingsError, match="pulumi config set --secret webhook_token --stack dr") as refused:
            dr.load(monkeypatch)
        assert problems_of(refused) == {self.KEY: "Pulumi.dr.yaml"}
        monkeypatch.setenv("MULTICLOUD_SIMULATION", "1")
        dr.load(monkeypatch)

        async def secret() -> bool:
            return await load_secrets("dr")["webhook_token"].is_secret()

        assert asyncio.run(secret())

    def test_that_only_some_settings_need_are_asked_for_by_those(self, project, monkeypatch):
        prod = project("prod")
        prod.load(monkeypatch)
        prod.set("receivers", {"pagerduty": {}})
        with pytest.raises(SettingsError, match="pulumi config set --secret pagerduty_url --stack prod") as refused:
            prod.load(monkeypatch)
        assert problems_of(refused) == {"multicloud:pagerduty_url": "Pulumi.prod.yaml"}
        prod.extra["multicloud:pagerduty_url"] = "https://example.com/key"
        prod.encrypted = ["multicloud:pagerduty_url"]
        prod.load(monkeypatch)

    def test_that_only_some_settings_need_are_refused_in_plain_text(self, project, monkeypatch):
        prod = project("prod")
        prod.extra["multicloud:opsgenie_url"] = "https://example.com/key"
        with pytest.raises(SettingsError, match="secret in plain text") as refused:
            prod.load(monkeypatch)
        assert "example.com/key" not in str(refused.value)

    def test_that_are_missing_are_refused(self, dr, monkeypatch):
        with pytest.raises(SettingsError, match="pulumi config set --secret webhook_token --stack dr") as refused:
            dr.load(monkeypatch)
        assert problems_of(refused) == {self.KEY: "Pulumi.dr.yaml"}
