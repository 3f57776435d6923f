#!/bin/bash
# Collects the files that an image gets into a folder. Runs in a stage of the Dockerfile, as root, with Debian's tools.
#   collect system FOLDER   the C library, a shell and what .NET loads, without a package manager
#   collect media FOLDER    what the packages of the group "media" in /debian-packages.txt add; likewise "video"
set -euo pipefail
group=$1 folder=$2

# What .NET and the health check need. For people: ls, cat and a few more.
system=(base-files bash ca-certificates libc6 libgcc-s1 libgssapi-krb5-2 libssl3 libstdc++6 netbase tzdata zlib1g)
programs=(cat env id ls mkdir rm sh sleep)
# Of the packages that every Debian has: what the sandbox and the installed tools run.
tools=(coreutils findutils grep perl-base sed util-linux)

# Never loaded here: drivers of graphics cards with their compiler (LLVM, 140 MB), codecs of Intel's graphics, keyboards, file icons;
# and tesseract's data for page orientation.
# Tables of old character sets go too, but for those that poppler and glib name.
left_out='^/usr/lib/[^/]+/(libLLVM-|libz3\.so|dri/|mfx/|libmfxhw64|libmfx-tracer|libicu(i18n|io|test|tu)\.|libhwy_contrib)'
left_out+='|^/usr/share/(X11|mime|bash-completion|lintian|bug)/|^/usr/share/doc/[^/]+/(changelog|README|NEWS|examples)'
left_out+='|/osd\.traineddata$'
left_out+='|^/usr/lib/[^/]+/gconv/(BIG5|CNS|CP|DEC|EBCDIC|EUC|GB|HP|IBM|INIS|ISIRI|ISO-IR|ISO646|ISO_|JOHAB|KOI|LATIN|MAC|MIK|NATS|SJIS|TCVN|TSCII|UHC|lib)'
left_out+='|^/(proc|sys|dev|tmp|run|var/(log|cache/(apt|debconf|ldconfig)|lib/(apt|dpkg)))(/|$)'
left_out+='|^/(etc/dpkg|etc/apt)|^/debian-packages\.txt'

paths_of() { # PACKAGE...
  dpkg -L "$@" | grep -vxE '/\.|'
}

# From standard input: paths. Adds the libraries that programs and libraries among them load. Everything is below /usr: the links to
# it in the root are made once.
take() {
  local list
  list=$(mktemp)
  grep -E '^/' | sed -E 's,^/(bin|sbin|lib|lib64)(/|$),/usr/\1\2,' | grep -Ev "$left_out|^$folder(/|\$)" | sort -u >"$list"
  # ldd fails for scripts, which load nothing.
  { grep -E '^/usr/(bin|sbin|libexec)/|\.so(\.[0-9.]+)?$' "$list" | xargs -r -d '\n' ldd 2>/dev/null || true; } | grep -oE '/lib[^ ]+' | sort -u |
    while read -r library; do printf '%s\n' "/usr$library" "$(readlink -f "$library")"; done >>"$list"
  mkdir -p "$folder"
  sort -u "$list" | grep -Ev "$left_out" | tar --no-recursion --ignore-failed-read --warning=no-failed-read -cf - -T - |
    tar -C "$folder" --keep-directory-symlink -xf -
  rm "$list"
}

# Writes dpkg's entry of each package that owns a file of the folder, beyond its documents, where scanners of images look.
record() {
  local package
  mkdir -p "$folder/var/lib/dpkg/status.d"
  # dpkg knows a path as its package has it, with or without /usr. It fails for paths that no package owns. Links in the root are folders
  # of many packages.
  { find "$folder" -mindepth 2 ! -type d ! -path "$folder/usr/share/doc/*" -printf '/%P\n' | sed -E 'p; s,^/usr/,/,' | xargs -r -d '\n' dpkg -S 2>/dev/null || true; } |
    sed -E 's/: \/.*//; s/, /\n/g' | cut -d: -f1 | grep -E '^[a-z0-9][a-z0-9+.-]+$' | sort -u |
    while read -r package; do dpkg-query -s "$package" >"$folder/var/lib/dpkg/status.d/$package"; done
}

if [ "$group" = system ]; then
  mkdir -p "$folder"/{data,dev,etc,proc,sys,tmp,usr/{bin,lib,lib64,sbin},var/lib/dpkg,var/tmp}
  for name in bin lib lib64 sbin; do ln -s "usr/$name" "$folder/$name"; done
  {
    paths_of "${system[@]}"
    printf '/usr/bin/%s\n' "${programs[@]}"
    printf '%s\n' /etc/passwd /etc/group /etc/nsswitch.conf /etc/localtime
    find /etc/ssl /usr/share/ca-certificates
  } | take
  record
  ldconfig -r "$folder"
  chmod 1777 "$folder/tmp" "$folder/var/tmp"
  chown 10001:10001 "$folder/data"
  chmod 750 "$folder/data"
  exit
fi

touch /before
apt-get update
# shellcheck disable=SC2046
apt-get install -y --no-install-recommends $(awk -v group="$group" '!/^#/ && $4 == group { sub(/\|.*/, "", $1); print $1 }' /debian-packages.txt)
rm -rf /var/lib/apt/lists/*
ldconfig
{
  find / -xdev -cnewer /before
  [ "$group" != media ] || paths_of "${tools[@]}"
} | take
record
