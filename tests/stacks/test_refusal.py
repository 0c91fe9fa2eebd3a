"""A stack with a wrong setting plans nothing at all."""

import json
from collections.abc import Callable
from pathlib import Path


def test_a_wrong_setting_stops_the_stack_before_its_first_resource(project_copy: Path, preview: Callable) -> None:
    file = project_copy / "Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("us-west-2a, us-west-2b, us-west-2c", "us-west-2a, us-west-2b"))

    result = preview("prod", "--json", "--project", str(project_copy))

    assert result.returncode == 1
    document = json.loads(result.stdout)
    assert [step["newState"]["type"] for step in document["steps"]] == ["pulumi:pulumi:Stack"]
    [message] = [found["message"] for found in document["diagnostics"] if found["severity"] == "error"]
    for part in ("Pulumi.prod.yaml", "multicloud:network.zones", "us-west-2b", "three zones", "name three or four"):
        assert part in message


def test_a_refused_stack_stops_only_what_reads_it(project_copy: Path, preview: Callable) -> None:
    file = project_copy / "Pulumi.prod.yaml"
    file.write_text(file.read_text() + "  multicloud:nonsense: 1\n")

    result = preview("--json", "--project", str(project_copy))

    assert result.returncode == 1
    failed = {
        document["stack"]
        for document in map(json.loads, result.stdout.splitlines())
        if any(found["severity"] == "error" for found in document.get("diagnostics", []))
    }
    assert failed == {"prod", "interconnect"}
