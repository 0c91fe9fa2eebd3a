#!/usr/bin/env bash
# Pushes each chart, each bundle and each image of this repository to the registry $STANDBY, unless it has that version, and
# lists what it then holds: artifact, tag and the place with its digest, a line each, in published.txt. Tags never move, so
# that a chart's version and what a bundle or an image is made from name one digest for good.
set -euo pipefail

push() { # artifact, tag, command that pushes to $place:$tag
  local artifact=$1 tag=$2 place
  # Names without a folder are images, which Artifact Registry keeps in a repository of their own.
  case $artifact in
    */*) place="$STANDBY-$artifact" ;;
    *) place="$STANDBY-images/$artifact" ;;
  esac
  shift 2
  crane digest "$place:$tag" >/dev/null 2>&1 || "$@" "$place:$tag" >/dev/null
  echo "$artifact $tag $place@$(crane digest "$place:$tag")" | tee -a published.txt "${GITHUB_STEP_SUMMARY:-/dev/null}"
}

push_chart() { # file, target
  helm push ${PLAIN_HTTP:+--plain-http} "$1" "oci://${2%/*}"
}

push_bundle() { # file, target
  crane append --oci-empty-base --new_layer "$1" --new_tag "$2"
}

push_image() { # file that says how, folder that it is built from, target
  docker build --quiet --file "$1" --tag "$3" "$2" && docker push --quiet "$3"
}

image() { # artifact, file that says how, folder that it is built from, what of this repository is in it
  local artifact=$1 file=$2 folder=$3
  shift 3
  push "$artifact" "$(git ls-files --stage "$@" | sha256sum | cut -c1-12)" push_image "$file" "$folder"
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
image failover failover/Containerfile . failover sql settings/front_door.py settings/types.py
for folder in services/*/; do
  name=$(basename "$folder")
  image "${name//_/-}" "services/$name/Containerfile" services "services/$name"
done
