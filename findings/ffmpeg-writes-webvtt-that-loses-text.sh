#!/usr/bin/env bash
# Subject: ffmpeg 5.1 (Debian 12) turns SubRip into WebVTT; vtt.js 0.15.5 (npm videojs-vtt.js), the parser of video.js, reads it.
# Guess: the muxer escapes & and <, which WebVTT reserves (W3C WebVTT 1, section 4.1): "if a&lt;b".
# Behaviour: it copies the text. A player treats <b as a tag, and shows "if a".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
printf '1\n00:00:01,000 --> 00:00:02,000\nif a<b then &lt; is shown\n' >a.srt
ffmpeg -v error -i a.srt a.vtt
npm install --silent --no-audit --no-fund videojs-vtt.js@0.15.5 jsdom@26.1.0 >/dev/null
cat >show.cjs <<'JS'
const { JSDOM } = require('jsdom'), { window } = new JSDOM('');
Object.assign(globalThis, { window, document: window.document });
const { WebVTT } = require('videojs-vtt.js');
console.log(WebVTT.convertCueToDOMTree(window, require('fs').readFileSync('a.vtt', 'utf8').split('\n')[3]).textContent);
JS
written=$(sed -n 4p a.vtt) shown=$(node show.cjs)
echo "$(ffmpeg -version | head -1 | cut -d' ' -f1-3): subtitle: $(sed -n 3p a.srt); in the WebVTT: $written; shown: $shown"
[ "$written" = 'if a<b then &lt; is shown' ] && [ "$shown" != 'if a<b then &lt; is shown' ] || { echo "The behaviour has changed." >&2; exit 1; }
