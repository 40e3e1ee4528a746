#!/usr/bin/env bash
# Unpacks packages of Debian into a folder, of the release that is named, whichever this machine has; nothing is installed:
#
#     containers/unpack-debian.sh trixie FOLDER PACKAGE...
#
# Exit code 1, with the reason, when they cannot be had.
set -euo pipefail
release=$1 folder=$2
shift 2
# The archive that this machine's own packages come from has the other releases, too.
archive=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | grep -v security | head -n 1)
[ -n "$archive" ] || {
  echo "no archive of Debian is set up to take $* from" >&2
  exit 1
}
fetch=$(mktemp -d)
trap 'rm -rf "$fetch"' EXIT
mkdir "$fetch/lists" "$fetch/cache"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $release main" >"$fetch/sources.list"
options=(-qq -o "Dir::Etc::SourceList=$fetch/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$fetch/lists" -o "Dir::Cache=$fetch/cache"
  # What is installed, maybe from elsewhere, does not matter.
  -o Dir::State::status=/dev/null)
cd "$fetch"
{ apt-get "${options[@]}" update && apt-get "${options[@]}" download "$@"; } >"$fetch/log" 2>&1 || {
  grep -m1 '^E:' "$fetch/log" >&2 || tail -n 1 "$fetch/log" >&2
  exit 1
}
mkdir -p "$folder"
for package in *.deb; do dpkg-deb -x "$package" "$folder"; done
