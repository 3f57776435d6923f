#!/usr/bin/env bash
# Prints what the media host assumes about the C and C++ interfaces of FFmpeg, poppler and qpdf, as the headers of a Debian release have
# them: offsets of fields, constants, signatures and mangled names. NativeBindingTests compares the media host with the stored output.
#   read-headers.sh bookworm > bookworm.txt
#   read-headers.sh trixie > trixie.txt
# Needs g++, apt-get and dpkg-deb. Downloads the development packages (12 MB, and lists of packages) from this machine's Debian mirror to a
# temporary directory and installs nothing.
set -euo pipefail
release=$1
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT

mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1)
mkdir -p "$work"/{lists/partial,cache/archives/partial,debs,root}
touch "$work/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" > "$work/sources.list"
cat > "$work/apt.conf" <<END
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "$work";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
APT::Sandbox::User "root";
END
export APT_CONFIG=$work/apt.conf
apt-get -qq update >&2
(cd "$work/debs" && apt-get -qq download libavcodec-dev libavfilter-dev libavformat-dev libavutil-dev libswresample-dev libswscale-dev \
  libpoppler-cpp-dev libpoppler-dev libpoppler-private-dev libqpdf-dev >&2)
for package in "$work"/debs/*.deb; do
  dpkg-deb -x "$package" "$work/root"
done

include=$work/root/usr/include
ffmpeg=("$include"/*-linux-gnu)
compile() { # SOURCE OPTION...
  g++ -std=c++20 -O1 -w -I"$include" -I"${ffmpeg[0]}" -I"$include/poppler" -I"$include/poppler/cpp" "$here/$1" "${@:2}"
}

{
  compile ffmpeg.cpp -o "$work/ffmpeg"
  "$work/ffmpeg"
  compile qpdf.cpp -o "$work/qpdf"
  "$work/qpdf"
  compile poppler.cpp -DPRINT -o "$work/poppler"
  "$work/poppler"
  compile poppler.cpp -S -o - | sed -E 's/@PLT//' | awk '
    /^[A-Z][A-Za-z]*:/ { name = substr($1, 1, length($1) - 1) }
    /^_Z/ { name = "" }
    name != "" && $1 ~ /^(call|jmp|bl|b)$/ && $2 ~ /^_Z/ { print "symbol", name, $2 }' | sort -u
} | LC_ALL=C sort
