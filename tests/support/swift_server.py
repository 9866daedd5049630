#!/usr/bin/python3
"""OpenStack Swift with its S3 interface, on one disk and 127.0.0.1, all its servers in this process, until it is killed. It checks
signatures and digests as S3 does.

    swift_server.py FOLDER    says `listening on http://127.0.0.1:PORT`; access key test:tester, secret key testing+/1
"""
import json
import os
import sys
import time

import eventlet
import eventlet.wsgi
from swift.common import utils

utils.eventlet_monkey_patch()

from swift.common import wsgi  # noqa: E402
from swift.common.http_protocol import SwiftHttpProtocol  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.storage_policy import reload_storage_policies  # noqa: E402

SWIFT = """[swift-hash]
swift_hash_path_suffix = tests
swift_hash_path_prefix = tests
[storage-policy:0]
name = default
default = yes
"""
BACKEND = """[DEFAULT]
swift_dir = {etc}
devices = {folder}/node
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
log_level = WARNING
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
PROXY = """[DEFAULT]
swift_dir = {etc}
log_level = WARNING
[pipeline:main]
pipeline = catch_errors memory s3api tempauth bulk slo dlo versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:memory]
paste.filter_factory = swift_memory:filter_factory
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
min_segment_size = 5242880
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing+/1 .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
"""


class Memory:
    """What Swift asks memcached for; with one proxy there is nobody to share it with."""

    def __init__(self):
        self.values = {}

    def set(self, key, value, serialize=True, time=0, **_):
        # As over the wire: whoever reads gets a copy.
        self.values[key] = json.dumps(value), _until(time)

    def get(self, key, **_):
        value, until = self.values.get(key, ("null", None))
        return json.loads(value) if until is None or until > time.time() else None

    def incr(self, key, delta=1, time=0):
        value = (self.get(key) or 0) + delta
        self.set(key, value, time=time)
        return value

    def decr(self, key, delta=1, time=0):
        return self.incr(key, -delta, time)

    def delete(self, key, **_):
        self.values.pop(key, None)


def _until(seconds):
    return time.time() + seconds if seconds else None


def filter_factory(*_, **__):
    memory = Memory()

    def with_memory(app):
        def call(environ, start_response):
            environ["swift.cache"] = memory
            return app(environ, start_response)
        return call
    return with_memory


def write_ring(etc, name, port):
    ring = RingBuilder(4, 1, 0)
    ring.add_dev(dict(region=1, zone=1, ip="127.0.0.1", port=port, device="disk", weight=1,
                      replication_ip="127.0.0.1", replication_port=port))
    ring.rebalance()
    ring.get_ring().save(f"{etc}/{name}.ring.gz")


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def start(path, listener):
    app = wsgi.loadapp(path, global_conf={"log_name": os.path.basename(path)})
    # Clients of S3 know "ETag" and no "Etag".
    return eventlet.spawn(eventlet.wsgi.server, listener, app, utils.NullLogger(), protocol=SwiftHttpProtocol,
                          capitalize_response_headers=False)


def main(folder):
    etc = f"{folder}/etc"
    for path in (etc, f"{folder}/node/disk"):
        os.makedirs(path)
    # This file is also the module that the proxy's configuration names.
    sys.modules["swift_memory"] = sys.modules["__main__"]
    write(f"{etc}/swift.conf", SWIFT)
    utils.set_swift_dir(etc)
    reload_storage_policies()
    listeners = {name: eventlet.listen(("127.0.0.1", 0)) for name in ("account", "container", "object", "proxy")}
    for name, listener in listeners.items():
        write(f"{etc}/{name}.conf", (PROXY if name == "proxy" else BACKEND).format(etc=etc, folder=folder, name=name))
        if name != "proxy":
            write_ring(etc, name, listener.getsockname()[1])
    servers = [start(f"{etc}/{name}.conf", listener) for name, listener in listeners.items()]
    print(f"listening on http://127.0.0.1:{listeners['proxy'].getsockname()[1]}", flush=True)
    for server in servers:
        server.wait()


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
