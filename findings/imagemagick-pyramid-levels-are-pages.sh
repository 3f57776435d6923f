#!/usr/bin/env bash
# Subject: ImageMagick 6.9.11 (Debian 12), pyramidal TIFF (ptif:). Contrast: libvips 8.14.
# Guess: the smaller copies are marked as reduced-resolution images (NewSubfileType bit 0), as TIFF 6.0 defines them.
# Behaviour: ImageMagick marks every level, the full one included, as a page of a document (NewSubfileType 2), so a reader that trusts
#   the mark counts pages. libvips marks the smaller copies as reduced.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -v error -f lavfi -i testsrc=s=256x256 -frames:v 1 picture.png
convert-im6.q16 picture.png -define ptif:minimum-geometry=32 ptif:magick.tif
vips tiffsave picture.png vips.tif --pyramid --tile --tile-width 32 --tile-height 32
marks() { exiftool -a -G1 -s3 -n -SubfileType "$1" | tr '\n' ' '; }
echo "ImageMagick $(dpkg-query -W -f '${Version}' imagemagick): $(marks magick.tif)"
echo "libvips $(dpkg-query -W -f '${Version}' libvips-tools): $(marks vips.tif)"
[ "$(marks magick.tif)" = "IFD0 2 IFD1 2 IFD2 2 " ] && [ "$(marks vips.tif)" = "IFD1 1 IFD2 1 IFD3 1 " ] || { echo "The behaviour has changed." >&2; exit 1; }
