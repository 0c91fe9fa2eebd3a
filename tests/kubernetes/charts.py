"""Renders the releases of a stack with their values, from a folder that holds the charts unpacked, each by its name.

Charts are others', and no test asks a network for them: `HELM_CHARTS` names the folder (`helm pull --untar` of each
line of `python -m settings.vendor` fills it), `helm` is on the PATH or named by `HELM`.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from preview.graph import Node
from tests.kubernetes.manifests import Manifest, manifest

# Maps of Kubernetes' own shape, whose keys a chart's values need not list.
FREE = re.compile(
    r"(.*[aA]nnotations|.*[lL]abels|.*[sS]electors?|.*[rR]esources|.*[sS]ecurityContext|.*[pP]robe|affinity|limits"
    r"|requests|strategy|updateStrategy|.*[tT]olerations|extraEnv|env)"
)

# Maps into which each chart takes what its program understands, by dotted path: nothing there can be misspelt for Helm.
FREE_OF: Mapping[str, tuple[str, ...]] = {
    "argo-cd": ("configs.cm", "configs.params", "configs.rbac", "configs.repositories", "notifications.notifiers"),
    # Every image goes through one helper, by whichever of its keys are there.
    "cert-manager": tuple(
        f"{part}image" for part in ("", "acmesolver.", "cainjector.", "startupapicheck.", "webhook.")
    ),
    "istiod": ("meshConfig",),
    "grafana": ("grafana.ini",),
    # A budget's map is copied whole, but for `enabled`.
    "kube-prometheus-stack": ("grafana.grafana.ini", "alertmanager.config", "alertmanager.podDisruptionBudget"),
    "opentelemetry-collector": ("config",),
    "jaeger": ("config", "userconfig"),
    "kiali-server": ("external_services",),
}

# APIs that the clusters have before any chart, which some charts ask for.
APIS = ("monitoring.coreos.com/v1", "policy/v1", "cert-manager.io/v1", "networking.istio.io/v1")


# Where Istio's charts keep their defaults, which their templates lay below what is given.
ISTIO_DEFAULTS = "_internal_defaults_do_not_set"


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML as Go's parser reads it: `=`, an enum's value in a definition, is text."""


Loader.add_constructor("tag:yaml.org,2002:value", Loader.construct_yaml_str)


def program() -> str:
    """The helm program; skips the test where there is none."""
    found = shutil.which(os.environ.get("HELM", "helm"))
    if found is None:
        pytest.skip("helm is neither on the PATH nor named by HELM")
    return found


def folder(chart: str) -> Path:
    """A chart's folder; skips the test where nobody says where charts are, or the chart is not among them."""
    if "HELM_CHARTS" not in os.environ:
        pytest.skip("HELM_CHARTS names no folder of unpacked charts")
    found = Path(os.environ["HELM_CHARTS"]) / chart
    if not (found / "Chart.yaml").exists():
        pytest.skip(f"HELM_CHARTS has no {chart}")
    return found


def chart_of(release: Node) -> str:
    """The chart's name in the registry."""
    return str(release.inputs["chart"]).rpartition("/")[2]


def values_of(release: Node) -> Mapping[str, Any]:
    """The values that the program gives."""
    return manifest(release).get("values") or {}


def read(file: Path) -> dict[str, Any]:
    """A YAML file; nothing where it is missing or empty."""
    return (yaml.safe_load(file.read_text(encoding="utf-8")) or {}) if file.exists() else {}


def rendered(release: Node, version: str) -> list[Manifest]:
    """Every object that a release makes on a cluster of a version, custom resource definitions included.

    Pods that `helm test` alone would start are none of them.
    """
    return _rendered(
        program(),
        folder(chart_of(release)),
        str(release.inputs["name"]),
        str(release.inputs["namespace"]),
        yaml.safe_dump(values_of(release)),
        version,
    )


@cache
def _rendered(helm: str, chart: Path, name: str, namespace: str, values: str, version: str) -> list[Manifest]:
    apis = [part for api in APIS for part in ("--api-versions", api)]
    command = [helm, "template", name, str(chart), "--namespace", namespace, "--values", "-"]
    done = subprocess.run(
        [*command, "--include-crds", "--skip-tests", "--kube-version", version, *apis],
        input=values,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{name}: {done.stderr[-2000:]}"
    found = yaml.load_all(done.stdout, Loader=Loader)
    return [_placed(thing, namespace) for each in found if each for thing in _listed(each)]


def _listed(thing: Manifest) -> Iterator[Manifest]:
    if thing["kind"] == "List":
        yield from thing["items"] or ()
    else:
        yield thing


def _placed(thing: Manifest, namespace: str) -> Manifest:
    metadata = thing.get("metadata") or {}
    return {**thing, "metadata": {"namespace": namespace, **metadata}}


def unknown_values(chart: Path, values: Mapping[str, Any]) -> list[str]:
    """Dotted paths of values that a chart does not know, which Helm ignores without a word."""
    known = _defaults(chart)
    text = "\n".join(
        file.read_text(encoding="utf-8", errors="ignore")
        for file in sorted(chart.rglob("templates/**/*"))
        if file.is_file()
    )
    found = _unknown(values, known, "", FREE_OF.get(chart.name, ()))
    return [path for path in found if not any(_read(way, text) for way in _ways(chart, path))]


def _defaults(chart: Path) -> dict[str, Any]:
    """A chart's values with those of the charts within it, each under its name or alias."""
    found: dict[str, Any] = {}
    for dependency in read(chart / "Chart.yaml").get("dependencies") or ():
        name = dependency["name"]
        if (chart / "charts" / name).exists():
            found[dependency.get("alias", name)] = {"enabled": True, "global": {}, **_defaults(chart / "charts" / name)}
    own = read(chart / "values.yaml")
    own = {**own.pop(ISTIO_DEFAULTS, {}), **own}
    return {**({"global": {}} if found else {}), **_merged(found, own)}


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(under[key], over[key])
        for key in under.keys() & over.keys()
        if isinstance(under[key], Mapping) and isinstance(over[key], Mapping)
    }
    return {**under, **over, **both}


def _unknown(given: Mapping[str, Any], known: Mapping[str, Any], at: str, free: tuple[str, ...]) -> Iterator[str]:
    for key, value in given.items():
        path = f"{at}{key}"
        if key not in known:
            yield path
        elif path not in free and not FREE.fullmatch(key) and _maps(value, known[key]):
            yield from _unknown(value, known[key], f"{path}.", free)


def _maps(*values: object) -> bool:
    """Whether all are maps; an empty one among a chart's values says nothing of what may be in it."""
    return all(isinstance(value, Mapping) and value for value in values)


def _ways(chart: Path, path: str) -> Iterator[str]:
    """How templates may name a value: by its whole path, and by the path below the name of a chart within."""
    yield path
    within, _, below = path.partition(".")
    if below and (chart / "charts" / within).exists():
        yield below


def _read(path: str, templates: str) -> bool:
    """Whether a template reads a path: some charts list no default for what they read."""
    return bool(re.search(rf"\.Values\.{re.escape(path)}\b", templates))
