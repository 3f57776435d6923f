#!/usr/bin/env bash
# Subject: ffprobe and ffmpeg 5.1 (Debian 12), an Ogg of two streams one behind the other (chained, RFC 3533 section 4), as radio recorders
# and `cat` make it.
# Guess: ffprobe reports the duration of the whole file, as for two MP3 files one behind the other.
# Behaviour: it reports the last stream only, without a warning. Decoding gives both.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -v error -f lavfi -i sine=d=2:r=48000 -c:a libvorbis a.ogg
cat a.ogg a.ogg >chained.ogg
declared=$(ffprobe -v error -show_entries format=duration -of csv=p=0 chained.ogg)
samples=$(ffmpeg -v error -i chained.ogg -f s16le -ac 1 - | wc -c)
echo "$(ffmpeg -version | head -1 | cut -d' ' -f1-3): declared $declared s, decoded $((samples / 96000)) s"
[ "${declared%.*}" = 2 ] && [ $((samples / 96000)) = 4 ] || { echo "The behaviour has changed." >&2; exit 1; }
