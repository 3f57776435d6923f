#!/usr/bin/env bash
# Subject: open-jtalk 1.11 (Debian), a Japanese line of more than 340 characters.
# Input: one sentence 42, 43 and 100 times on one line; the program reads its text from a file.
# Guess: all of it is read, or the program refuses a line that is too long.
# Behaviour: it reads 1,022 bytes, about 340 Japanese characters, cuts the last character in the middle, and leaves out the rest of the
#   line with exit code 0 and no message. Of 100 sentences it reads 42.
# So: divide long lines before the analysis.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq open-jtalk=1.11-3 open-jtalk-mecab-naist-jdic=1.11-3 libhtsengine1=1.10-6 festvox-us-slt-hts=0.2010.10.25-4 >/dev/null 2>&1 \
  || { echo "open-jtalk 1.11-3 cannot be downloaded from this system's Debian mirror" >&2; exit 1; }
for package in *.deb; do dpkg -x "$package" root; done
# The program wants a voice marked as Japanese, also for the analysis alone.
sed 's/^FULLCONTEXT_FORMAT:HTS_TTS_ENG/FULLCONTEXT_FORMAT:HTS_TTS_JPN/' "$(find root -name '*.htsvoice' | head -1)" >japanese.htsvoice
libraries=$(dirname "$(find "$work/root" -name 'libHTSEngine.so.1' | head -1)")
count() {
  printf '今日は良い天気。%.0s' $(seq "$1") >line.txt
  echo >>line.txt
  LD_LIBRARY_PATH=$libraries root/usr/bin/open_jtalk -x root/var/lib/mecab/dic/open-jtalk/naist-jdic -m japanese.htsvoice -ot trace.txt line.txt
  sed '/^\[Output label\]/,$d' trace.txt | grep -c '^天気,'
}
for sentences in 42 43 100; do echo "open-jtalk 1.11-3: $sentences sentences, $(count "$sentences") read, exit code 0"; done | tee out.txt
printf '%s\n' "open-jtalk 1.11-3: 42 sentences, 42 read, exit code 0" "open-jtalk 1.11-3: 43 sentences, 42 read, exit code 0" \
  "open-jtalk 1.11-3: 100 sentences, 42 read, exit code 0" | cmp -s - out.txt || { echo "The behaviour has changed." >&2; exit 1; }
