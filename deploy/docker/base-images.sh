#!/usr/bin/env bash
# Makes local images under the names that deploy/docker/Dockerfile and docker-compose.yml ask for, without a container registry.
# Sources: this machine's Debian mirror, and its .NET SDK. Only for trying the deployment files; never push these images.
#   base-images.sh             all images
#   base-images.sh NAME...     some of: debian sdk aspnet postgres rabbitmq minio
#   base-images.sh --missing   those that the Docker engine does not have yet
# DOCKER_HOST selects the engine, as for docker. Needs root, Debian 12, docker, debootstrap and the .NET SDK.
# The servers have Debian's versions (RabbitMQ 3.10, Postgres 15). "minio" is a Ceph of one node with its S3 gateway.
set -euo pipefail

declare -A tags=(
  [debian]=debian:bookworm-slim
  [sdk]=mcr.microsoft.com/dotnet/sdk:10.0
  [aspnet]=mcr.microsoft.com/dotnet/aspnet:10.0
  [postgres]=postgres:15-bookworm
  [rabbitmq]=rabbitmq:3.13-management
  [minio]=minio/minio:RELEASE.2025-09-07T16-13-09Z
)
order=(debian sdk aspnet postgres rabbitmq minio) # the others are built on debian

names=()
case ${1:-} in
  "") names=("${order[@]}") ;;
  --missing)
    for name in "${order[@]}"; do
      docker image inspect "${tags[$name]}" >/dev/null 2>&1 || names+=("$name")
    done
    ;;
  *)
    for name; do
      [ -n "${tags[$name]:-}" ] || { echo "unknown image: $name" >&2; exit 2; }
    done
    names=("$@")
    ;;
esac

# The classic builder needs no plugin and asks no registry about local images.
export DOCKER_BUILDKIT=0
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

report() { # NAME
  docker image inspect -f '{{.Size}}' "${tags[$1]}" | awk -v name="${tags[$1]}" -v at="$SECONDS" '{ printf "[%d s] %s %.0f MB\n", at, name, $1 / 1e6 }'
}

build() { # NAME; the context is $work/NAME
  docker build -q -t "${tags[$1]}" "$work/$1" >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; return 1; }
  rm -rf "${work:?}/$1"
  report "$1"
}

# The images use this machine's mirrors, certificates and date checks.
sources() {
  local file
  for file in /etc/apt/sources.list.d/*.sources; do
    if grep -qsE '^URIs:.*/debian(-security)?/?$' "$file"; then
      cat "$file"
      echo
    fi
  done
}

dotnet_root() { dirname "$(readlink -f "$(command -v dotnet)")"; }

debian() {
  local root=$work/debian mirror
  mirror=$(sources | awk '/^URIs:.*\/debian\/?$/ && !found { print $2; found = 1 }')
  [ -n "$mirror" ] || { echo "no Debian mirror in /etc/apt/sources.list.d/*.sources" >&2; return 1; }
  if ! debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1; then
    tail -20 "$work/debootstrap.log" >&2
    return 1
  fi
  rm -f "$root/etc/apt/sources.list"
  sources >"$root/etc/apt/sources.list.d/debian.sources"
  apt-config dump | grep -E '^Acquire::Check-(Valid-Until|Date) ' >"$root/etc/apt/apt.conf.d/90machine" || true
  # npm, which the build of the video service runs, trusts what this machine trusts.
  cp -L "$bundle" "$root/etc/npm-ca.crt"
  echo "cafile=/etc/npm-ca.crt" >"$root/etc/npmrc"
  # As in Debian's own slim image: packages start nothing, and there is no documentation and no cache.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  cat >"$root/etc/dpkg/dpkg.cfg.d/docker" <<'X'
force-unsafe-io
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
X
  cat >"$root/etc/apt/apt.conf.d/80docker" <<'X'
Acquire::GzipIndexes "true";
Acquire::Languages "none";
Apt::AutoRemove::SuggestsImportant "false";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
X
  chroot "$root" apt-get clean
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/log/*.log "$root"/var/log/apt "$root"/var/cache/ldconfig/* \
    "$root"/usr/share/{info,man,locale,lintian,linda}/*
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  find "$root/usr/share/doc" -xtype l -delete
  find "$root/usr/share/doc" -type d -empty -delete
  : >"$root/etc/machine-id"
  tar -C "$root" --one-file-system -c . |
    docker import -c 'CMD ["bash"]' -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "${tags[debian]}" >/dev/null
  rm -rf --one-file-system "$root"
  report debian
}

sdk() {
  mkdir "$work/sdk"
  cp -a "$(dotnet_root)" "$work/sdk/dotnet"
  cp -L "$bundle" "$work/sdk/ca.crt"
  cat >"$work/sdk/Dockerfile" <<X
FROM ${tags[debian]}
RUN apt-get update \\
 && apt-get install -y --no-install-recommends ca-certificates curl git libicu72 libssl3 libstdc++6 tzdata \\
 && rm -rf /var/lib/apt/lists/*
COPY ca.crt /etc/ssl/certs/ca-certificates.crt
COPY dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
ENV DOTNET_RUNNING_IN_CONTAINER=true DOTNET_USE_POLLING_FILE_WATCHER=true DOTNET_NOLOGO=true NUGET_XMLDOC_MODE=skip \\
    DOTNET_CLI_TELEMETRY_OPTOUT=1 ${NUGET_CERT_REVOCATION_MODE:+NUGET_CERT_REVOCATION_MODE=$NUGET_CERT_REVOCATION_MODE}
CMD ["bash"]
X
  build sdk
}

aspnet() {
  local from part
  from=$(dotnet_root)
  mkdir -p "$work/aspnet/dotnet"
  for part in dotnet host shared LICENSE.txt ThirdPartyNotices.txt; do cp -a "$from/$part" "$work/aspnet/dotnet/"; done
  cat >"$work/aspnet/Dockerfile" <<X
FROM ${tags[debian]}
COPY dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
ENV ASPNETCORE_HTTP_PORTS=8080 DOTNET_RUNNING_IN_CONTAINER=true
X
  build aspnet
}

postgres() {
  mkdir "$work/postgres"
  cat >"$work/postgres/docker-entrypoint.sh" <<'X'
#!/bin/bash
# The part of the official image's entry point that the compose file uses.
set -euo pipefail
export PATH=$PATH:/usr/lib/postgresql/15/bin
if [ "${1:-}" = postgres ] && [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R postgres: "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?}"
  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  initdb -D "$PGDATA" --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --encoding=UTF8 --locale=C.UTF-8
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  [ "$database" = postgres ] || createdb -h /var/run/postgresql -U "$user" "$database"
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
X
  chmod +x "$work/postgres/docker-entrypoint.sh"
  cat >"$work/postgres/Dockerfile" <<X
FROM ${tags[debian]}
RUN groupadd -r postgres --gid=999 \\
 && useradd -r -g postgres --uid=999 --home-dir=/var/lib/postgresql --shell=/bin/bash postgres \\
 && mkdir -p /etc/postgresql-common \\
 && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf \\
 && apt-get update \\
 && apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold postgresql-15 \\
 && rm -rf /var/lib/apt/lists/* \\
 && echo "listen_addresses = '*'" >>/usr/share/postgresql/15/postgresql.conf.sample \\
 && mkdir -p /var/lib/postgresql/data \\
 && chown -R postgres: /var/lib/postgresql \\
 && chmod 1777 /var/lib/postgresql/data
COPY docker-entrypoint.sh /usr/local/bin/
ENV PGDATA=/var/lib/postgresql/data LANG=C.UTF-8 \\
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
X
  build postgres
}

rabbitmq() {
  mkdir "$work/rabbitmq"
  cat >"$work/rabbitmq/docker-entrypoint.sh" <<'X'
#!/bin/bash
# The part of the official image's entry point that the compose file uses.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  if [ "${1:-}" = rabbitmq-server ]; then
    {
      [ -z "${RABBITMQ_DEFAULT_USER:-}" ] || echo "default_user = $RABBITMQ_DEFAULT_USER"
      [ -z "${RABBITMQ_DEFAULT_PASS:-}" ] || echo "default_pass = $RABBITMQ_DEFAULT_PASS"
    } >/etc/rabbitmq/conf.d/15-docker.conf
    chown rabbitmq: /etc/rabbitmq/conf.d/15-docker.conf
    find /var/lib/rabbitmq ! -user rabbitmq -exec chown rabbitmq: {} +
  fi
  exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$0" "$@"
fi
exec "/usr/lib/rabbitmq/bin/$1" "${@:2}"
X
  cat >"$work/rabbitmq/tool" <<'X'
#!/bin/bash
# As in the official image, root calls the tools as the broker's account, which holds the cookie.
if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$0" "$@"; fi
exec "/usr/lib/rabbitmq/bin/$(basename "$0")" "$@"
X
  chmod +x "$work/rabbitmq/docker-entrypoint.sh" "$work/rabbitmq/tool"
  cat >"$work/rabbitmq/Dockerfile" <<X
FROM ${tags[debian]}
RUN groupadd -r rabbitmq --gid=999 \\
 && useradd -r -g rabbitmq --uid=999 --home-dir=/var/lib/rabbitmq --shell=/bin/bash rabbitmq \\
 && apt-get update \\
 && apt-get install -y --no-install-recommends rabbitmq-server \\
 && rm -rf /var/lib/apt/lists/* \\
 && rm -f /var/lib/rabbitmq/.erlang.cookie /etc/rabbitmq/rabbitmq-env.conf \\
 && mkdir -p /etc/rabbitmq/conf.d \\
 && chown -R rabbitmq: /etc/rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
COPY docker-entrypoint.sh tool /usr/local/bin/
RUN cd /usr/local/bin && for name in rabbitmqctl rabbitmq-diagnostics rabbitmq-plugins rabbitmq-queues; do ln -s tool \$name; done
ENV HOME=/var/lib/rabbitmq RABBITMQ_LOGS=- LANG=C.UTF-8
VOLUME /var/lib/rabbitmq
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 5672 15672 15692
CMD ["rabbitmq-server"]
X
  build rabbitmq
}

minio() {
  mkdir "$work/minio"
  cat >"$work/minio/docker-entrypoint.sh" <<'X'
#!/bin/bash
# server DIRECTORY [--console-address ADDRESS]: a Ceph monitor, one disk that is a file, and the S3 gateway on port 9000.
set -euo pipefail
[ "${1:-}" = server ] || exec "$@"
D=$2
export CEPH_CONF=$D/ceph.conf
mkdir -p "$D"/{mon,osd,rgw} /run/ceph
if [ ! -e "$D/made" ]; then
  rm -rf "$D"/{mon,osd,rgw}/* "$D/keyring"
  fsid=$(cat /proc/sys/kernel/random/uuid) osd=$(cat /proc/sys/kernel/random/uuid)
  cat >"$CEPH_CONF" <<C
[global]
fsid = $fsid
mon_host = v2:127.0.0.1:9101
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr1 = false
ms_bind_port_min = 9110
ms_bind_port_max = 9150
keyring = $D/keyring
run_dir = /run/ceph
crash_dir = /run/ceph
admin_socket =
pid_file =
log_to_stderr = false
err_to_stderr = true
log_file = /dev/null
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
[mon]
mon_data = $D/mon
mon_allow_pool_size_one = true
mon_data_avail_crit = 1
mon_data_avail_warn = 2
mon_cluster_log_to_stderr = false
mon_cluster_log_file =
auth_allow_insecure_global_id_reclaim = false
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
[osd]
osd_data = $D/osd
osd_objectstore = bluestore
bluestore_block_size = 21474836480
osd_memory_target = 939524096
[client.rgw]
rgw_data = $D/rgw
keyring = $D/keyring
rgw_frontends = beast endpoint=0.0.0.0:9000 tcp_nodelay=1
rgw_rados_pool_pg_num_min = 4
rgw_thread_pool_size = 64
rgw_override_bucket_index_max_shards = 1
rgw_dynamic_resharding = false
rgw_gc_obj_min_wait = 60
rgw_gc_processor_period = 60
rgw_gc_processor_max_time = 60
C
  ceph-authtool "$D/keyring" --create-keyring --gen-key -n mon. --cap mon 'allow *'
  ceph-authtool "$D/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  ceph-authtool "$D/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
  ceph-authtool "$D/keyring" --gen-key -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx'
  monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:9101]" "$D/monmap"
  ceph-mon -i a --mkfs --monmap "$D/monmap" --keyring "$D/keyring"
  ceph-osd -i 0 --mkfs --osd-uuid "$osd" & making=$! # it waits for the monitor
fi
children=()
ceph-mon -i a -f & children+=($!)
[ -e "$D/made" ] || { ceph --connect-timeout 60 osd new "$osd"; wait "$making"; }
ceph-osd -i 0 -f & children+=($!)
radosgw -n client.rgw -f & children+=($!)
stop() { # the gateway first: it writes through the disk, which writes through the monitor
  trap - TERM INT
  local i
  for ((i = ${#children[@]} - 1; i >= 0; i--)); do
    kill "${children[i]}" 2>/dev/null || true
    wait "${children[i]}" 2>/dev/null || true
  done
  exit 0
}
trap stop TERM INT
until curl -fsS -o /dev/null http://127.0.0.1:9000/ 2>/dev/null; do sleep 0.2; kill -0 "${children[2]}"; done
if [ ! -e "$D/made" ]; then
  radosgw-admin -n client.rgw user create --uid=app --display-name=app \
    --access-key="$MINIO_ROOT_USER" --secret-key="$MINIO_ROOT_PASSWORD" >/dev/null
  touch "$D/made"
fi
touch /run/ceph/ready
wait -n
echo "one of the daemons has ended" >&2
exit 1
X
  cat >"$work/minio/mc" <<'X'
#!/bin/sh
# Stands in for: mc ready local
[ -e /run/ceph/ready ] || exit 1
exec curl -fsS -o /dev/null http://127.0.0.1:9000/
X
  chmod +x "$work/minio/docker-entrypoint.sh" "$work/minio/mc"
  cat >"$work/minio/Dockerfile" <<X
FROM ${tags[debian]}
RUN apt-get update \\
 && apt-get install -y --no-install-recommends ceph-mon ceph-osd ceph-common radosgw curl \\
 && rm -rf /var/lib/apt/lists/*
COPY docker-entrypoint.sh mc /usr/bin/
VOLUME /data
ENTRYPOINT ["/usr/bin/docker-entrypoint.sh"]
EXPOSE 9000
X
  build minio
}

for name in "${names[@]}"; do "$name"; done
