#!/usr/bin/env bash
# Subject: flite 2.2 (Debian 2.2-5), English text in capitals, as comics are lettered.
# Guess: capitals are read like small letters, or spelled at worst. "I AM HERE" is heard as "I am here".
# Behaviour: AM is read as the half of a day and left out without an error, even with no figure before it: "I AM HERE" has the sounds of
#   "I here", and "AM" alone is silence. HI, CA and MI become the states: "HI MOM" is "Hawaii mom".
# So: write a line in small letters before flite, and spell out "8 AM" yourself.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq flite=2.2-5 libflite1=2.2-5 >/dev/null 2>&1 || { echo "flite 2.2-5 cannot be downloaded from this system's Debian mirror" >&2; exit 1; }
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH; LD_LIBRARY_PATH=$(dirname "$(find "$work/root" -name 'libflite.so.*' | head -1)")
sounds() { root/usr/bin/flite -voice slt -ps -t "$1" -o none | tr -s ' \n' ' '; }
for line in "I am here" "I AM HERE" "AM" "HI MOM"; do echo "flite 2.2-5: $line = $(sounds "$line")"; done
[ "$(sounds "I am here")" = "pau ay ae m hh ih r pau " ] && [ "$(sounds "I AM HERE")" = "pau ay hh ih r pau " ] \
  && [ "$(sounds AM)" = "pau " ] && [ "$(sounds "HI MOM")" = "pau hh ax w ay iy m aa m pau " ] \
  || { echo "The behaviour has changed." >&2; exit 1; }
