#!/usr/bin/env bash
# Subject: ffmpeg's metadata file (ffmetadata) of ffmpeg 5.1 (Debian 12), and a title whose last character is a backslash, such as "/o\".
# Guess: a value is whole again after a round trip, because the file escapes the backslash by another, as the documentation asks.
# Behaviour: a line that ends with an escaped backslash is continued. ffmpeg writes such a file itself and reads it back with exit code 0:
# one of the chapters is lost, and the one in front of it has its title.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
chapter() { printf '[CHAPTER]\nTIMEBASE=1/1000\nSTART=%s\nEND=%s\ntitle=%s\n' "$@"; }
titles() { ffprobe -v error -show_entries chapter_tags=title -of json "$1" | jq -c '[.chapters[].tags.title]'; }
ffmpeg -v error -f lavfi -i anullsrc=r=8000:cl=mono -t 3 -c:a flac plain.mka
{ echo ';FFMETADATA1'; chapter 0 1000 One; chapter 1000 2000 Two; chapter 2000 3000 Three; } >chapters.txt
ffmpeg -v error -i plain.mka -i chapters.txt -map_chapters 1 -metadata:c:0 title='/o\' -c copy titled.mka
ffmpeg -v error -i titled.mka -f ffmetadata written.txt
ffmpeg -v error -i plain.mka -i written.txt -map_chapters 1 -c copy read.mka
before=$(titles titled.mka) line=$(grep -m 1 title= written.txt) after=$(titles read.mka)
echo "ffmpeg $(ffmpeg -version | awk 'NR == 1 { print $3 }'): before $before, written $line, read back $after"
[ "$before" = '["/o\\","Two","Three"]' ] && [ "$line" = 'title=/o\\' ] && [ "$after" = '["Two","Three"]' ] ||
  { echo "The behaviour has changed." >&2; exit 1; }
