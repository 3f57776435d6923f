#!/usr/bin/env bash
# Subject: festival 2.5.0 with festlex-cmu (Debian), the words by which letters are named.
# Guess: a text that spells initials with the names of the letters ("aitch") sounds like the letters.
# Behaviour: the lexicon's entry for "aitch" is the single sound "ch", without its vowel and as an unstressed syllable; "haitch" is complete.
#   The single letter "h" is read right. The names of the other letters ("bee", "ell", "ex") are right too.
# So: give festival single letters, not their names.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq festival=1:2.5.0-9 libestools2.5=1:2.5.0-13 festlex-cmu=2.4-2 festlex-poslex=2.4-1 >/dev/null 2>&1 \
  || { echo "festival 2.5.0 cannot be downloaded from this system's Debian mirror" >&2; exit 1; }
for package in *.deb; do dpkg -x "$package" root; done
cat >ask.scm <<'SCM'
(require 'cmulex)
(setup_cmu_lex)
(lex.select "cmu")
(mapcar (lambda (word) (format t "%s: %l\n" word (lex.lookup word))) '("aitch" "haitch" "h" "bee" "ell" "ex"))
SCM
LD_LIBRARY_PATH=$(dirname "$(find "$work/root" -name 'libestools.so*' | head -1)") \
  root/usr/bin/festival --libdir "$work/root/usr/share/festival" -b ask.scm >out.txt 2>&1 || { cat out.txt; exit 1; }
echo "festival 2.5.0-9, festlex-cmu 2.4-2:"; cat out.txt
grep -q '^aitch: .*(((ch) 0))' out.txt && grep -q '^haitch: .*(((hh ey ch) 1))' out.txt || { echo "The behaviour has changed." >&2; exit 1; }
