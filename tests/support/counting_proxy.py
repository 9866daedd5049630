#!/usr/bin/python3
"""A TCP proxy on 127.0.0.1 that counts bytes, until it is killed.

    counting_proxy.py PORT    says `listening on http://127.0.0.1:OWN`, and stands before PORT

`GET /bytes-moved` to the proxy itself answers `DOWN UP`, bytes to clients and from them since it was last asked.
"""
import asyncio
import sys

MARK = b"GET /bytes-moved "
moved = {"down": 0, "up": 0}


async def pump(reader, writer, way, first=b""):
    try:
        block = first or await reader.read(1 << 18)
        while block:
            moved[way] += len(block)
            writer.write(block)
            await writer.drain()
            block = await reader.read(1 << 18)
    except OSError:
        pass
    finally:
        writer.close()


async def serve(reader, writer, port):
    first = await reader.read(1 << 18)
    if first.startswith(MARK):
        text = f"{moved['down']} {moved['up']}\n"
        moved.update(down=0, up=0)
        writer.write(f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
        writer.close()
        return
    if first:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, back, "up", first), pump(there, writer, "down"))
    writer.close()


async def main(port):
    server = await asyncio.start_server(lambda r, w: serve(r, w, port), "127.0.0.1", 0, limit=1 << 20)
    print(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
