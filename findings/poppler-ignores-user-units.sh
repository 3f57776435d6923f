#!/usr/bin/env bash
# Subject: pdfinfo and pdftoppm of poppler-utils 22.12 (Debian 12), a page with UserUnit 2 (ISO 32000-1, table 30): one unit is 2/72 inch.
# CAD programs and scanners of large sheets write it, because a page has at most 14,400 units.
# Guess: a page of 240 x 160 units is 480 x 320 points: pdfinfo says so, and pdftoppm draws 480 x 320 pixels at 72 dpi.
# Behaviour: both ignore the entry: 240 x 160.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
objects=('<< /Type /Catalog /Pages 2 0 R >>' '<< /Type /Pages /Kids [3 0 R] /Count 1 >>' '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 240 160] /UserUnit 2 >>')
printf '%%PDF-1.7\n' >a.pdf
offsets=()
for i in "${!objects[@]}"; do offsets+=("$(stat -c %s a.pdf)"); printf '%d 0 obj\n%s\nendobj\n' $((i + 1)) "${objects[$i]}" >>a.pdf; done
table=$(stat -c %s a.pdf)
{ printf 'xref\n0 4\n0000000000 65535 f \n'; printf '%010d 00000 n \n' "${offsets[@]}"; printf 'trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' "$table"; } >>a.pdf
qpdf --check a.pdf >/dev/null
size=$(pdfinfo a.pdf | sed -n 's/^Page size: *\([0-9]* x [0-9]*\).*/\1/p')
drawn=$(pdftoppm -r 72 -singlefile a.pdf | sed -n 2p)
echo "poppler $(dpkg-query -W -f '${Version}' poppler-utils): pdfinfo $size, pdftoppm $drawn"
[ "$size" = "240 x 160" ] && [ "$drawn" = "240 160" ] || { echo "The behaviour has changed." >&2; exit 1; }
