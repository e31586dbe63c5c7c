#!/bin/sh
# Fetch archives of a newer Debian release than the machine's into a folder.
#
#   tools/debian_archive.sh FOLDER PACKAGE...
#
# A package is a name, for its files as a .deb, or NAME:source for its upstream sources. Nothing
# is installed and nobody need be root: apt gets its own lists beside the system's. The mirror is
# the one that the machine uses, and apt verifies its signatures.
set -eu

release=trixie
folder=$(cd "$1" && pwd)
shift

work=$(mktemp -d "$folder/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' |
    awk -v release="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
        '$1 == release { print $2; exit }')
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -n "$mirror" ] && [ -f "$keyring" ] || exit 1
for kind in deb deb-src; do
    echo "$kind [signed-by=$keyring] $mirror $release main"
done > "$work/sources.list"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/files"
cat > "$work/apt.conf" <<END
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "-";
Dir::State::Lists "$work/lists";
Dir::Cache "$work/cache";
APT::Sandbox::User "";
END
export APT_CONFIG="$work/apt.conf"

fetch() {
    apt-get -qq update
    cd "$work/files"
    for package in "$@"; do
        case $package in
            *:source) apt-get -qq source --download-only --tar-only "${package%:source}" ;;
            *) apt-get -qq download "$package" ;;
        esac || return 1
    done
}
(fetch "$@") > "$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; exit 1; }
mv "$work"/files/* "$folder"
