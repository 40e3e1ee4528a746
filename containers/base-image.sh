#!/usr/bin/env bash
# Makes the base image where no registry of images can be reached: Node and npm from npm packages, libraries and a shell
# from Debian's. The Dockerfile builds on it as on the official image:
#
#     containers/base-image.sh ringwall-base:24
#     BASE_IMAGE=ringwall-base:24 docker compose up
#
# Needs Debian or a descendant of it (apt-get, dpkg-deb), npm, and a container engine.
set -euo pipefail
tag=${1:-ringwall-base:24}
root_folder=$(cd "$(dirname "$0")/.." && pwd)

fail() {
  echo "$1" >&2
  exit 1
}
for program in apt-get dpkg-deb npm docker; do
  command -v "$program" >/dev/null || fail "base-image.sh needs $program, which is not installed"
done
docker version --format '{{.Server.Version}}' >/dev/null 2>&1 || fail "base-image.sh needs a container engine that runs"
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) fail "there is no Node package for $(uname -m)" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/debs" "$work/node" "$work/root"
cd "$work/debs"
# Archives that name no candidate of a package have not been looked at yet.
apt-get download -qq busybox-static libc6 libstdc++6 libgcc-s1 netbase ca-certificates 2>/dev/null ||
  { apt-get update -qq && apt-get download -qq busybox-static libc6 libstdc++6 libgcc-s1 netbase ca-certificates; } ||
  fail "apt-get cannot fetch the packages of the base image"
for package in *.deb; do dpkg-deb -x "$package" ../root; done

cd ../node
version=$(sed -n "s/.*\"node-linux-$arch\": \"\(.*\)\".*/\1/p" "$root_folder/package.json")
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-$arch@$version" npm@11.6.2 ||
  fail "npm cannot fetch Node $version"

cd ../root
mkdir -p usr/local/{bin,lib/node_modules} {tmp,proc,sys,dev,run,root,data,home/node,etc/ssl/certs,usr/bin,bin,sbin}
chmod 1777 tmp
cp "../node/node_modules/node-linux-$arch/bin/node" usr/local/bin/
cp -r ../node/node_modules/npm usr/local/lib/node_modules/
ln -s ../lib/node_modules/npm/bin/npm-cli.js usr/local/bin/npm
ln -s ../lib/node_modules/npm/bin/npx-cli.js usr/local/bin/npx
for applet in $(bin/busybox --list); do [ -e "bin/$applet" ] || ln -s busybox "bin/$applet"; done
ln -sf /bin/env usr/bin/env
rm -rf usr/share/{doc,man,locale,i18n,lintian} usr/lib/*-linux-gnu/{gconv,audit}
printf 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n' >etc/passwd
printf 'root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n' >etc/group
echo 'hosts: files dns' >etc/nsswitch.conf
# Whom this machine trusts, the image trusts: npm inside a build reaches what npm outside reaches.
if [ -r /etc/ssl/certs/ca-certificates.crt ]; then cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/
else cat usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt; fi

tar -C . --owner=0 --group=0 -c . | docker import \
  -c 'CMD ["node"]' -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
  -c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - "$tag" >/dev/null
echo "made $tag: Node $version, $(docker image inspect --format '{{.Size}}' "$tag" | awk '{printf "%.0f MB", $1 / 1e6}')"
