#!/usr/bin/env bash
# Subject: espeak-ng 1.51 (Debian), languages that are written without spaces.
# Input: Japanese in kana, 40 and 200 of them, and a Thai word ten and fifty times, each as one clause without a space, as people write.
# Guess: five times the text takes five times as long.
# Behaviour: 200 kana take 1.9 times as long as 40. From about 75 on every length takes the same 7.8 s, because the rest of the word is
#   not spoken. Exit code 0, no message. In lettering without punctuation the end of a bubble is silent.
# So: put a space between words at least every 40 characters.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
version=1.51+dfsg-10+deb12u2
apt-get download -qq espeak-ng=$version libespeak-ng1=$version espeak-ng-data=$version libpcaudio0=1.2-2 libsonic0=0.2.0-12 >/dev/null 2>&1 \
  || { echo "espeak-ng $version cannot be downloaded from this system's Debian mirror" >&2; exit 1; }
for package in *.deb; do dpkg -x "$package" root; done
libraries=$(dirname "$(find "$work/root" -name 'libespeak-ng.so.1' | head -1)")
tenths() { # of a second, of a text that is repeated
  printf "$2%.0s" $(seq "$3") >text.txt
  LD_LIBRARY_PATH=$libraries root/usr/bin/espeak-ng --path="$libraries" -v "$1" -f text.txt -w out.wav
  # 16 bits, mono, 22,050 Hz
  echo $((($(stat -c %s out.wav) - 44) * 10 / 44100))
}
ja20=$(tenths ja あめ 20) ja100=$(tenths ja あめ 100) spaced=$(tenths ja 'あめ ' 100) th10=$(tenths th สวัสดี 10) th50=$(tenths th สวัสดี 50)
echo "espeak-ng $version, tenths of a second: 40 kana $ja20, 200 kana $ja100, 200 kana with spaces $spaced; Thai $th10, five times as much $th50"
[ "$ja100" -lt $((3 * ja20)) ] && [ "$spaced" -gt $((4 * ja20)) ] && [ "$th50" -lt $((3 * th10)) ] \
  || { echo "The behaviour has changed." >&2; exit 1; }
