#!/usr/bin/env bash
# Subject: ffmpeg 5.1 (Debian 12), expressions of filters, such as select='eq(n,1)+eq(n,2)+…' for a list of frames.
# Guess: a sum is parsed in a loop, so it may have any number of terms, as its length in bytes is not limited.
# Behaviour: a sum of 120 terms is refused with "Cannot allocate memory"; the same terms in parentheses of 40 are accepted.
set -euo pipefail
sum() { seq -f 'eq(n,%g)' -s+ "$1" "$2"; }
count() { ffmpeg -v error -f lavfi -i testsrc=s=64x64:r=25:d=8 -vf "select='$1'" -fps_mode passthrough -f framemd5 - 2>"$log" | grep -vc '^#' || true; }
log=$(mktemp); trap 'rm -f "$log"' EXIT
flat=$(count "$(sum 1 120)"); reason=$(grep -o 'Cannot allocate memory' "$log" || true)
nested=$(count "($(sum 1 40))+($(sum 41 80))+($(sum 81 120))")
echo "$(ffmpeg -version | head -1 | cut -d' ' -f1-3): 120 terms in one sum select $flat frames ($reason); in three sums $nested"
[ "$flat" = 0 ] && [ "$nested" = 120 ] && [ -n "$reason" ] || { echo "The behaviour has changed." >&2; exit 1; }
