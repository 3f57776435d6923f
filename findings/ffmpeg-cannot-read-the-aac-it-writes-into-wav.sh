#!/usr/bin/env bash
# Subject: ffmpeg 5.1 (Debian 12), AAC in a WAV. The muxer has a tag for it (00ff) and accepts it without a warning.
# Guess: what ffmpeg writes into a container of its own choice, it reads back whole, as it does for MP3 in a WAV.
# Behaviour: of 2 s of AAC the decoder returns about .12 s; the exit code is 0, and ffprobe states 2 s. MP3 in a WAV is whole.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
for codec in aac libmp3lame; do
  ffmpeg -v error -f lavfi -i sine=440:duration=2 -c:a $codec $codec.wav
  ffmpeg -v quiet -i $codec.wav -f s16le $codec.raw || { echo "exit code $?" >&2; exit 1; }
done
rate=44100
decoded() { awk -v bytes="$(stat -c %s $1.raw)" -v rate=$rate 'BEGIN { printf "%.2f", bytes / 2 / rate }'; }
declared=$(ffprobe -v error -show_entries format=duration -of csv=p=0 aac.wav)
echo "$(ffmpeg -version | head -1 | cut -d' ' -f1-3): 2 s of AAC in a WAV decode to $(decoded aac) s, ffprobe states $declared s; MP3 decodes to $(decoded libmp3lame) s"
awk -v aac="$(decoded aac)" -v mp3="$(decoded libmp3lame)" -v stated="$declared" 'BEGIN { exit !(aac < 0.5 && mp3 > 1.9 && stated > 1.5) }' \
  || { echo "The behaviour has changed." >&2; exit 1; }
