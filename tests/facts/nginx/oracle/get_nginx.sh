#!/bin/sh
# Unpack Debian's or Ubuntu's nginx into a folder, with the libraries that this machine lacks: get_nginx.sh FOLDER
# Nothing is installed and no root is needed; FOLDER/nginx runs it. Without apt this says so and succeeds.
set -eu

room=$(mkdir -p "$1" && cd "$1" && pwd)

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo "no nginx: it is taken from Debian or Ubuntu, and there is no apt here; tests against it will be skipped" >&2
  exit 0
fi

# Without the first, apt as root wants to write as another user, who may not enter this folder.
alone="-o APT::Sandbox::User=root -o Debug::NoLocking=1 -q=2"
lists="-o Dir::State::lists=$room/lists -o Dir::Cache=$room/cache"

fetch() { # the machine's package lists first; then our own, as those may be missing or speak of files that are gone
  cd "$room/packages"
  apt-get $alone download "$1" 2>/dev/null && return
  if [ ! -e "$room/lists/.fresh" ]; then
    mkdir -p "$room/lists/partial" "$room/cache/archives/partial"
    apt-get $alone $lists update >&2
    touch "$room/lists/.fresh"
  fi
  apt-get $alone $lists download "$1"
}

unpack() {
  rm -f "$room"/packages/*.deb
  fetch "$1"
  dpkg-deb --extract "$room"/packages/*.deb "$room/root"
}

rm -rf "$room/root" "$room/packages" "$room/lists"
mkdir -p "$room/root" "$room/packages"
for package in nginx nginx-core nginx-light; do # `nginx` itself holds no program in older releases
  unpack "$package"
  [ -x "$room/root/usr/sbin/nginx" ] && break
done
needed=$(dpkg-deb --field "$room"/packages/*.deb Depends | tr ',' '\n' | sed -nE 's/^ *(lib[a-z0-9.+-]+).*/\1/p')
for package in $needed; do
  ldd "$room/root/usr/sbin/nginx" | grep -q 'not found' || break
  [ "$package" = libc6 ] || unpack "$package"
done

libraries=$(cd "$room" && find root -name '*.so*' -exec dirname {} + | sort -u | sed 's|^|$here/|' | paste -sd: -)
cat >"$room/nginx" <<END
#!/bin/sh
here=\${0%/*}
LD_LIBRARY_PATH=$libraries exec "\$here/root/usr/sbin/nginx" "\$@"
END
chmod +x "$room/nginx"
"$room/nginx" -v
rm -rf "$room/packages" "$room/lists" "$room/cache"
touch "$room/.complete"
