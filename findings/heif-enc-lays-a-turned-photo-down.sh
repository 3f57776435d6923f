#!/usr/bin/env bash
# Subject: heif-enc of libheif-examples 1.15.1 (Debian 12), a JPEG that EXIF turns (orientation 6), as phones write portraits.
# Guess: the HEIC is shown upright: heif-enc turns the pixels, or writes the turn as a property (irot), which readers of HEIF apply.
# Behaviour: the EXIF data is copied, and no irot is written. Readers of HEIF ignore EXIF's orientation, as its standard asks, so the
# photo lies on its side. avifenc of libavif 0.11.1 writes irot for the same file.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -v error -f lavfi -i testsrc=s=240x160 -frames:v 1 a.jpg
exiftool -q -overwrite_original -Orientation#=6 a.jpg
heif-enc a.jpg -o a.heic >/dev/null
avifenc -s 9 a.jpg a.avif >/dev/null
heic=$(grep -c irot a.heic || true) avif=$(grep -c irot a.avif || true)
shown=$(heif-info a.heic | sed -n 's/^image: \([0-9x]*\).*/\1/p')
echo "heif-enc $(dpkg-query -W -f '${Version}' libheif-examples): $heic irot, EXIF orientation $(exiftool -s3 -n -Orientation a.heic), shown as $shown; avifenc: $avif irot"
[ "$heic" = 0 ] && [ "$avif" = 1 ] && [ "$shown" = 240x160 ] || { echo "The behaviour has changed." >&2; exit 1; }
