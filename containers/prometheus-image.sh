#!/usr/bin/env bash
# Makes an image of Prometheus where no registry of images can be reached: Debian's package on the base image.
#
#     containers/prometheus-image.sh ringwall-prometheus:debian
#     PROMETHEUS_IMAGE=ringwall-prometheus:debian docker compose up
#
# Needs Debian or a descendant of it (apt-get, dpkg-deb) and a container engine. Grafana is in no release of Debian.
set -euo pipefail
tag=${1:-ringwall-prometheus:debian}

fail() {
  echo "$1" >&2
  exit 1
}
for program in apt-get dpkg-deb docker; do
  command -v "$program" >/dev/null || fail "prometheus-image.sh needs $program, which is not installed"
done
docker version --format '{{.Server.Version}}' >/dev/null 2>&1 || fail "prometheus-image.sh needs a container engine that runs"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/debs" "$work/root"
cd "$work/debs"
fetch() { apt-get download -qq prometheus libc6 libgcc-s1 netbase busybox-static 2>/dev/null; }
fetch || { apt-get update -qq && fetch; } || fail "apt-get cannot fetch Prometheus"
for package in *.deb; do dpkg-deb -x "$package" ../root; done
cd ../root
rm -rf usr/share/{doc,man,locale,lintian} usr/lib/*-linux-gnu/gconv
mkdir -p tmp prometheus proc sys dev
chmod 1777 tmp prometheus
printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n' >etc/passwd
echo 'hosts: files dns' >etc/nsswitch.conf
tar -C . --owner=0 --group=0 -c . | docker import -c 'ENTRYPOINT ["/usr/bin/prometheus"]' -c 'USER 65534:65534' - "$tag" >/dev/null
echo "made $tag: $(docker run --rm --network none "$tag" --version 2>&1 | head -n 1)"
