#!/usr/bin/env bash
# Subject: @plussub/srt-vtt-parser 2.0.5 (npm), WebVTT cues with settings.
# Input: the same cue three times: with hours and a setting, without hours and without a setting, and without hours with a setting. WebVTT
#   allows to leave out the hours, and its own examples do.
# Guess: three equal times. Settings are ignored or kept.
# Behaviour: without hours, "00:03.500 line:80%" ends after 180.08 s instead of 3.5 s, because the number of the setting is read as the
#   seconds. With "align:center" the end is NaN. No error is raised; a player shows the cue for minutes over all that follow.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @plussub/srt-vtt-parser@2.0.5
cat >cues.vtt <<'VTT'
WEBVTT

00:00:01.000 --> 00:00:03.500 line:80%
hours and setting

00:01.000 --> 00:03.500
no hours

00:01.000 --> 00:03.500 line:80%
no hours and setting

00:01.000 --> 00:03.500 align:center
no hours and word
VTT
cat >probe.js <<'JS'
const { parse } = require('@plussub/srt-vtt-parser');
for (const { from, to, text } of parse(require('fs').readFileSync('cues.vtt', 'utf8')).entries) console.log(`${text}: ${from} to ${to} ms`);
JS
node probe.js >out.txt
echo "@plussub/srt-vtt-parser 2.0.5:"; cat out.txt
grep -q '^hours and setting: 1000 to 3500 ms' out.txt && grep -q '^no hours: 1000 to 3500 ms' out.txt \
  && grep -q '^no hours and setting: 1000 to 180080 ms' out.txt && grep -q '^no hours and word: 1000 to NaN ms' out.txt \
  || { echo "The behaviour has changed." >&2; exit 1; }
