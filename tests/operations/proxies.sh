#!/usr/bin/env bash
# nginx and Caddy, with the configurations that we ship, in front of a server: what passes, when, and what the server learns of the client.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"  # as root, nginx works as nobody
export HOME=$work XDG_CONFIG_HOME=$work XDG_DATA_HOME=$work
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=reel.example.org \
  -addext subjectAltName=DNS:reel.example.org -keyout "$work/key.pem" -out "$work/chain.pem" 2>"$work/openssl.log"
read -r http https server < <(node "$REEL_SOURCE_DIR/tests/operations/proxies.mjs" ports)

# Only what has to differ on this machine: ports, the certificate's place, and no IPv6, which not every machine has.
ours() { sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$server/" "$REEL_SOURCE_DIR/config/$1"; }

ours nginx/reelwork.conf | sed -e '/listen \[::\]/d' -e "s/listen 80;/listen 127.0.0.1:$http;/" -e "s/listen 443 /listen 127.0.0.1:$https /" \
  -e "s|/etc/letsencrypt/live/reel.example.org/fullchain.pem|$work/chain.pem|" \
  -e "s|/etc/letsencrypt/live/reel.example.org/privkey.pem|$work/key.pem|" >"$work/reelwork.conf"
cat >"$work/nginx.conf" <<END
daemon off;
pid $work/nginx.pid;
error_log stderr warn;
events {}
http {
  access_log off;
  client_body_temp_path $work/body;
  proxy_temp_path $work/proxy;
  fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi;
  scgi_temp_path $work/scgi;
  include $work/reelwork.conf;
}
END
{ printf '{\n\thttp_port %s\n\thttps_port %s\n\tadmin off\n}\n' "$http" "$https"
  ours caddy/Caddyfile | sed "s|^reel.example.org {|&\n\ttls $work/chain.pem $work/key.pem|"; } >"$work/Caddyfile"

nginx=("$REEL_SERVERS_DIR/nginx" -p "$work" -e stderr -c "$work/nginx.conf")
caddy=("$REEL_SERVERS_DIR/caddy" run --adapter caddyfile --config "$work/Caddyfile")
"${nginx[@]}" -t
"$REEL_SERVERS_DIR/caddy" validate --adapter caddyfile --config "$work/Caddyfile" 2>"$work/caddy.log" || { cat "$work/caddy.log"; exit 1; }
for proxy in nginx caddy; do
  declare -n command=$proxy
  echo "--- $proxy"
  node "$REEL_SOURCE_DIR/tests/operations/proxies.mjs" check "$http" "$https" "$server" "$work/chain.pem" "${command[@]}"
done
