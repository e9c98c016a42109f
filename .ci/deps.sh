#!/bin/sh
# Installs what the tests need beside Go and Node, as Debian packages. Does nothing where it is there.
set -eu

need=""
want() { # package, command or file that shows it is there
    if ! command -v "$2" >/dev/null 2>&1 && ! ls $2 >/dev/null 2>&1; then need="$need $1"; fi
}
want chromium /usr/bin/chromium
want postgresql "/usr/lib/postgresql/*/bin/initdb"
want libnss3-tools certutil
want nftables nft
want iproute2 ip
want fonts-noto-cjk /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
want e2fsprogs /usr/sbin/mkfs.ext4
want gcc gcc
want libc6-dev /usr/include/stdio.h
[ -z "$need" ] && exit 0

if [ "$(id -u)" != 0 ]; then
    echo "The tests need these packages; install them as root: apt-get install$need" >&2
    exit 1
fi
echo "installing:$need"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $need >/dev/null
