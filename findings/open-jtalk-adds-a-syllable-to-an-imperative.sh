#!/usr/bin/env bash
# Subject: open-jtalk 1.11 (Debian) with open-jtalk-mecab-naist-jdic, the text analysis of Japanese speech.
# Guess: 待て ("wait!"), the commonest imperative of comics, is read マテ, and a mark behind it changes nothing.
# Behaviour: 待て at the end of the text is cut into 待 and て, and 待 alone keeps the reading of the whole, so an extra テ is spoken: マテテ.
#   With "！" behind it, it is read right; repeated (待て待て待て) it is wrong at the first. 捨て and 保て do the same, and 立て alone becomes ダテ.
#   Readings of counters are right where mecab with ipadic is wrong (三日 is ミッカ).
# So: write these stems in kana before the analysis.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq open-jtalk=1.11-3 open-jtalk-mecab-naist-jdic=1.11-3 libhtsengine1=1.10-6 festvox-us-slt-hts=0.2010.10.25-4 >/dev/null 2>&1 \
  || { echo "open-jtalk 1.11-3 cannot be downloaded from this system's Debian mirror" >&2; exit 1; }
for package in *.deb; do dpkg -x "$package" root; done
# The program wants a voice marked as Japanese, also for the analysis alone.
sed 's/^FULLCONTEXT_FORMAT:HTS_TTS_ENG/FULLCONTEXT_FORMAT:HTS_TTS_JPN/' "$(find root -name '*.htsvoice' | head -1)" >japanese.htsvoice
libraries=$(dirname "$(find "$work/root" -name 'libHTSEngine.so.1' | head -1)")
reading() {
  printf '%s\n' "$1" >line.txt
  LD_LIBRARY_PATH=$libraries root/usr/bin/open_jtalk -x root/var/lib/mecab/dic/open-jtalk/naist-jdic -m japanese.htsvoice -ot trace.txt line.txt
  sed '/^\[Output label\]/,$d' trace.txt | cut -s -d, -f10 | sed 's/’//g' | tr -d '\n'
}
for line in 待て 待て！ 待て待て待て 捨て 立て 三日; do echo "open-jtalk 1.11-3: $line = $(reading "$line")"; done
[ "$(reading 待て)" = マテテ ] && [ "$(reading 待て！)" = マテ、 ] && [ "$(reading 待て待て待て)" = マテテマテマテ ] && [ "$(reading 捨て)" = ステテ ] \
  && [ "$(reading 立て)" = ダテ ] && [ "$(reading 三日)" = ミッカ ] || { echo "The behaviour has changed." >&2; exit 1; }
