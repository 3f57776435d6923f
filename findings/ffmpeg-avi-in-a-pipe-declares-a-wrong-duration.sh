#!/usr/bin/env bash
# Subject: ffmpeg and ffprobe 5.1 (Debian 12), AVI written to a pipe, as a recorder that cannot go back leaves it.
# Guess: the muxer cannot write the number of frames, so ffprobe reports no duration, as it does for Matroska from a pipe.
# Behaviour: ffprobe reports a duration of many minutes for 8 seconds, without a warning. Matroska has N/A.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -v error -f lavfi -i testsrc=s=320x192:d=8:r=10 -c:v mpeg4 -f avi - | cat >pipe.avi
ffmpeg -v error -f lavfi -i testsrc=s=320x192:d=8:r=10 -c:v mpeg4 -f matroska - | cat >pipe.mkv
avi=$(ffprobe -v error -show_entries format=duration -of csv=p=0 pipe.avi) mkv=$(ffprobe -v error -show_entries format=duration -of csv=p=0 pipe.mkv)
echo "$(ffmpeg -version | head -1 | cut -d' ' -f1-3): AVI of 8 s from a pipe: $avi s; Matroska: $mkv"
[ "${avi%.*}" -gt 60 ] && [ "$mkv" = N/A ] || { echo "The behaviour has changed." >&2; exit 1; }
