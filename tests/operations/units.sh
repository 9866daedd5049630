#!/usr/bin/env bash
# What systemd reads, as it is installed: understood without a complaint, exposed little, and the user and folders come to be. And the
# configuration that goes with it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$REEL_BUILD_DIR" --prefix "$work/usr" >"$work/install.log"
units=$work/usr/lib/systemd/system

# systemd looks for programs in the folders of the system only.
sed -i "s|^ExecStart=reel|ExecStart=$work/usr/bin/reel|" "$units"/*.service
for unit in reelwork-serve reelwork-worker; do
  said=$(systemd-analyze verify --man=no "$units/$unit.service" 2>&1) && [ -z "$said" ] || { echo "$unit: $said"; exit 1; }
  # Tenths, of 100; 15 is reached.
  systemd-analyze security --offline=true --threshold=15 "$units/$unit.service" >"$work/security" || { cat "$work/security"; exit 1; }
done

mkdir "$work/etc"
systemd-sysusers --root="$work" "$work/usr/lib/sysusers.d/reelwork.conf"
grep -q '^reelwork:x:[0-9]*:[0-9]*:Reelwork:/var/lib/reelwork:/usr/sbin/nologin$' "$work/etc/passwd"
systemd-tmpfiles --root="$work" --create "$work/usr/lib/tmpfiles.d/reelwork.conf"
[ -d "$work/etc/reelwork" ]

# Faults of the configuration are errors, whatever is asked for.
REEL_STATE=$work/state "$work/usr/bin/reel" --config "$REEL_SOURCE_DIR/config/service.yaml" cache stats
