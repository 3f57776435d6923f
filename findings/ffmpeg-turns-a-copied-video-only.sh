#!/usr/bin/env bash
# Subject: ffmpeg 5.1 (Debian 12), the metadata "rotate" of a video stream, which writes the display matrix of an MP4.
# Guess: -metadata:s:v:0 rotate=90 turns the video whether its stream is copied or encoded.
# Behaviour: it turns a copied stream. With an encoder the option is accepted without a warning, and the file has no display matrix.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -v error -f lavfi -i testsrc=s=320x192:d=1 -c:v libx264 -pix_fmt yuv420p plain.mp4
ffmpeg -v warning -i plain.mp4 -c copy -metadata:s:v:0 rotate=90 copied.mp4 2>copied.txt
ffmpeg -v warning -i plain.mp4 -c:v libx264 -metadata:s:v:0 rotate=90 encoded.mp4 2>encoded.txt
turn() { ffprobe -v error -show_entries stream_side_data=rotation -of csv=p=0 "$1" | tr -d '\n'; }
copied=$(turn copied.mp4) encoded=$(turn encoded.mp4)
echo "$(ffmpeg -version | head -1 | cut -d' ' -f1-3): copied: rotation '$copied'; encoded: rotation '$encoded', warnings: $(wc -l <encoded.txt)"
[ -n "$copied" ] && [ -z "$encoded" ] && [ ! -s encoded.txt ] || { echo "The behaviour has changed." >&2; exit 1; }
