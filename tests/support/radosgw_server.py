#!/usr/bin/python3
"""Ceph's S3 server, radosgw, on one monitor and one store, all on 127.0.0.1, until it or who started it is killed.

    radosgw_server.py FOLDER    says `listening on http://127.0.0.1:PORT`; access key test:tester, secret key testing+/1
"""
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

CONFIGURATION = """[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{monitor}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
# radosgw wants its words with the monitor encrypted, which takes keys.
ms mon client mode = crc
keyring = /dev/null
run dir = {folder}
admin socket = {folder}/$name.asok
log file = /dev/null
mon cluster log file = /dev/null
mon data = {folder}/mon
mon allow pool size one = true
# A disk that is nearly full is the tests' own affair.
mon data avail crit = 1
osd data = {folder}/osd
bluestore block size = 8589934592
osd memory target = 939524096
osd pool default size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{gateway}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Cluster:
    def __init__(self, folder):
        for path in (folder, f"{folder}/mon", f"{folder}/osd", f"{folder}/rgw"):
            os.makedirs(path, exist_ok=True)
        self.folder, self.fsid = folder, str(uuid.uuid4())
        self.monitor, self.gateway = free_port(), free_port()
        self.programs = []
        self.file = f"{folder}/ceph.conf"
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(**vars(self)))

    def run(self, program, *arguments):
        done = subprocess.run([program, "-c", self.file, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=120, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)}: {done.stdout.decode(errors='replace')}")

    def start(self, program, *arguments):
        """A server, beside this program; it ends with it."""
        with open(f"{self.folder}/{program}.log", "wb") as log:
            self.programs.append(subprocess.Popen([program, "-c", self.file, "-f", *arguments], stdout=log, stderr=log))

    def start_monitor(self):
        maps = f"{self.folder}/monmap"
        subprocess.run(["monmaptool", "--create", "--fsid", self.fsid, "--addv", "a", f"[v2:127.0.0.1:{self.monitor}]", maps],
                       check=True, stdout=subprocess.DEVNULL)
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", maps)
        self.start("ceph-mon", "-i", "a")

    def start_store(self):
        store = str(uuid.uuid4())
        self.run("ceph", "osd", "new", store)
        self.run("ceph-osd", "--mkfs", "-i", "0", "--osd-uuid", store)
        self.start("ceph-osd", "-i", "0")

    def start_gateway(self):
        self.run("radosgw-admin", "user", "create", "--uid=tester", "--display-name=tester", "--access-key=test:tester",
                 "--secret-key=testing+/1")
        self.start("radosgw", "-n", "client.rgw")
        url = f"http://127.0.0.1:{self.gateway}"
        while not answers(url):
            if any(program.poll() is not None for program in self.programs):
                raise RuntimeError("a server of the cluster has ended; see the logs in " + self.folder)
            time.sleep(0.1)
        return url

    def end(self):
        for program in reversed(self.programs):
            program.kill()
            program.wait()


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def main(folder):
    cluster = Cluster(folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        cluster.start_monitor()
        cluster.start_store()
        print("listening on", cluster.start_gateway(), flush=True)
        # Whoever started it may be killed without a chance to say so.
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(0.5)
    finally:
        cluster.end()


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
