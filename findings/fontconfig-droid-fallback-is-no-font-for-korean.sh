#!/usr/bin/env bash
# Subject: fonts-droid-fallback 1:6.0.1r16-1.1 and fonts-wqy-microhei 0.2.0-beta-3.1 (Debian 12), fontconfig 2.14.
# Guess: Droid Sans Fallback is made for Chinese, Japanese and Korean, so it serves a program that asks fontconfig for a font of one
#   of these languages, such as poppler for a PDF without embedded fonts.
# Behaviour: fontconfig gives a font a language only if the font has every character of a table. Droid Sans Fallback has the Korean
#   and simplified Chinese characters of ordinary text and misses some of the tables, so it is listed for ja and zh-tw only. Poppler then
#   draws boxes with another font. WenQuanYi Micro Hei, which is derived from it and smaller, is listed for all four.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -q fonts-droid-fallback fonts-wqy-microhei >/dev/null 2>&1
for package in fonts-droid-fallback fonts-wqy-microhei; do
  dpkg-deb -x ${package}_*.deb $package
  printf '<fontconfig><dir>%s</dir><cachedir>%s</cachedir></fontconfig>' "$work/$package/usr/share/fonts/truetype" "$work/cache-$package" >$package.conf
  for language in ja ko zh-cn zh-tw; do
    echo "$package $(dpkg-deb -f ${package}_*.deb Version) $language: $(FONTCONFIG_FILE=$work/$package.conf fc-list ":lang=$language" file | wc -l) fonts"
  done
done | tee seen
grep -qE '^fonts-droid-fallback .* ko: 0 fonts' seen && grep -qE '^fonts-droid-fallback .* ja: [1-9]' seen && [ "$(grep -cE '^fonts-wqy-microhei .*: [1-9]' seen)" = 4 ] \
  || { echo "The behaviour has changed." >&2; exit 1; }
