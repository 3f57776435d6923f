#!/usr/bin/env bash
# Subject: festival 2.5.0 (Debian), memory of a process that has only started.
# Guess: some 25 MB before a voice is loaded, and more only as text is spoken; --heap is an upper limit.
# Behaviour: the heap of Lisp cells is allocated and written at start: more than 300 MB are resident before the first word. With
#   --heap 1000000 it is an eighth of that.
# So: give every festival a heap, above all where many run at once or memory is limited.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq festival=1:2.5.0-9 libestools2.5=1:2.5.0-13 >/dev/null 2>&1 \
  || { echo "festival 2.5.0 cannot be downloaded from this system's Debian mirror" >&2; exit 1; }
for package in *.deb; do dpkg -x "$package" root; done
# The shell's parent is festival.
echo '(system "grep VmHWM /proc/$PPID/status")' >ask.scm
resident() { # ARGUMENT...: megabytes
  LD_LIBRARY_PATH=$(dirname "$(find "$work/root" -name 'libestools.so*' | head -1)") \
    root/usr/bin/festival --libdir "$work/root/usr/share/festival" "$@" -b ask.scm | awk '{ print int($2 / 1024) }'
}
default=$(resident) small=$(resident --heap 1000000)
echo "festival 2.5.0-9: $default MB resident at start, $small MB with --heap 1000000"
[ "$default" -gt 250 ] && [ "$small" -lt 100 ] || { echo "The behaviour has changed." >&2; exit 1; }
