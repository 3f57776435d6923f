#!/usr/bin/env bash
# Subject: heif-enc of libheif-examples 1.15.1 (Debian 12).
# Guess: --colour_primaries=12 --transfer_characteristic=13 write a colour box (colr of type nclx) into the HEIC.
# Behaviour: the options are accepted, exit code 0, and the file has no colr box. avifenc of libavif 0.11.1 writes the box.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -v error -f lavfi -i color=red:s=64x64 -frames:v 1 red.png
heif-enc --matrix_coefficients=6 --colour_primaries=12 --transfer_characteristic=13 red.png -o red.heic >/dev/null
avifenc -s 9 --cicp 12/13/6 red.png red.avif >/dev/null
heic=$(grep -c colrnclx red.heic || true); avif=$(grep -c colrnclx red.avif || true)
echo "heif-enc $(dpkg-query -W -f '${Version}' libheif-examples): $heic colr boxes; avifenc $(dpkg-query -W -f '${Version}' libavif-bin): $avif"
[ "$heic" = 0 ] && [ "$avif" = 1 ] || { echo "The behaviour has changed." >&2; exit 1; }
