#!/usr/bin/env bash
# Subject: espeak-ng 1.51 (Debian), a word in capitals within an English line, as comics stress a word.
# Guess: either every word in capitals is spelled or none is, by the length of the word or by a list.
# Behaviour: "He said OUT" spells O U T, "MOM said" spells M O M, and the same kind of word in "I SAW it" or "HEY Mom" is spoken. "Get OUT of
#   HERE" says "out" with an odd joint. What decides is the rules of pronunciation of that word, so a list of exceptions is never complete.
# So: write stressed words in small letters, and mark what is to be spelled as single letters.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
version=1.51+dfsg-10+deb12u2
apt-get download -qq espeak-ng=$version libespeak-ng1=$version espeak-ng-data=$version libpcaudio0=1.2-2 libsonic0=0.2.0-12 >/dev/null 2>&1 \
  || { echo "espeak-ng $version cannot be downloaded from this system's Debian mirror" >&2; exit 1; }
for package in *.deb; do dpkg -x "$package" root; done
libraries=$(dirname "$(find "$work/root" -name 'libespeak-ng.so.1' | head -1)")
say() { LD_LIBRARY_PATH=$libraries root/usr/bin/espeak-ng --path="$libraries" -q -x -v en-us "$1" | tr -s ' \n' ' '; }
for line in "He said out" "He said OUT" "Mom said" "MOM said" "I SAW it" "HEY Mom"; do echo "espeak-ng $version: $line = $(say "$line")"; done
[ "$(say "He said OUT")" != "$(say "He said out")" ] && [ "$(say "MOM said")" != "$(say "Mom said")" ] \
  && [ "$(say "I SAW it")" = "$(say "I saw it")" ] && [ "$(say "HEY Mom")" = "$(say "Hey Mom")" ] \
  || { echo "The behaviour has changed." >&2; exit 1; }
