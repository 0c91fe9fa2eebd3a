#!/usr/bin/env bash
# Pushes each chart, each bundle and the failover's image to the registry $STANDBY, unless it has that version, and lists
# what it then holds: artifact, tag and digest, a line each, in published.txt. Tags never move, so that a chart's version
# and what a bundle or an image is made from name one digest for good.
set -euo pipefail

push() { # artifact, tag, command that pushes to $target
  local artifact=$1 tag=$2 target="$STANDBY-$1:$2"
  shift 2
  crane digest "$target" >/dev/null 2>&1 || "$@" "$target" >/dev/null
  echo "$artifact $tag $(crane digest "$target")" | tee -a published.txt "${GITHUB_STEP_SUMMARY:-/dev/null}"
}

push_chart() { # file, target
  helm push ${PLAIN_HTTP:+--plain-http} "$1" "oci://${2%/*}"
}

push_bundle() { # file, target
  crane append --oci-empty-base --new_layer "$1" --new_tag "$2"
}

push_image() { # file that says how, target
  docker build --quiet --file "$1" --tag "$2" . && docker push --quiet "$2"
}

: > published.txt
work=$(mktemp -d)
for folder in charts/*/; do
  name=$(basename "$folder")
  version=$(sed -n 's/^version: //p' "$folder/Chart.yaml")
  helm package "$folder" --destination "$work" >/dev/null
  push "charts/$name" "$version" push_chart "$work/$name-$version.tgz"
done
for folder in bundles/*/; do
  name=$(basename "$folder")
  # The same content makes the same archive, and so the same tag.
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$folder" -c . | gzip --no-name > "$work/$name.tar.gz"
  push "bundles/$name" "$(sha256sum "$work/$name.tar.gz" | cut -c1-12)" push_bundle "$work/$name.tar.gz"
done
# What the image is built from, as git has it.
sources=$(git ls-files --stage failover sql settings/front_door.py settings/types.py)
push failover "$(sha256sum <<< "$sources" | cut -c1-12)" push_image failover/Containerfile
