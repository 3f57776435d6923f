#!/usr/bin/env bash
# Subject: pdftoppm of poppler-utils 22.12 (Debian 12), a layer that its document switches off for viewing (ISO 32000-1, 8.11.4.4): the layer's
# usage has ViewState OFF, and the configuration applies it (AS with the event View). Layers for print only are written so.
# Guess: the layer is hidden, as it is when the list OFF names it.
# Behaviour: it is painted. Only the list OFF and BaseState hide a layer.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
pdf() { # file, entries of the configuration, entries of the layer
  local content='/OC /L BDC 0 g 0 0 100 100 re f EMC' objects offsets=() table
  objects=("<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [5 0 R] /D << /Order [5 0 R] $2 >> >> >>" '<< /Type /Pages /Kids [3 0 R] /Count 1 >>'
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R /Resources << /Properties << /L 5 0 R >> >> >>'
    "<< /Length ${#content} >>
stream
$content
endstream" "<< /Type /OCG /Name (layer) $3 >>")
  printf '%%PDF-1.7\n' >"$1"
  for i in "${!objects[@]}"; do offsets+=("$(stat -c %s "$1")"); printf '%d 0 obj\n%s\nendobj\n' $((i + 1)) "${objects[$i]}" >>"$1"; done
  table=$(stat -c %s "$1")
  { printf 'xref\n0 6\n0000000000 65535 f \n'; printf '%010d 00000 n \n' "${offsets[@]}"; printf 'trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' "$table"; } >>"$1"
  qpdf --check "$1" >/dev/null
}
shown() { pdftoppm -r 72 -singlefile -gray "$1" | tail -c 1 | od -An -tu1 | tr -d ' ' | sed 's/^0$/painted/; s/^255$/hidden/'; }
pdf off.pdf '/OFF [5 0 R]' ''
pdf view.pdf '/AS [<< /Event /View /Category [/View] /OCGs [5 0 R] >>]' '/Usage << /View << /ViewState /OFF >> >>'
off=$(shown off.pdf) view=$(shown view.pdf)
echo "poppler $(dpkg-query -W -f '${Version}' poppler-utils): list OFF: $off; ViewState OFF: $view"
[ "$off" = hidden ] && [ "$view" = painted ] || { echo "The behaviour has changed." >&2; exit 1; }
