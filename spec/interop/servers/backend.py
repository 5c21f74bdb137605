"""The server of the interop specs: Debian's python3-websockets, behind Debian's nginx.

The path of the URL says what the server does, its query how. What happens is told on standard
output, one JSON object a line.
"""

import asyncio
import hashlib
import json
import signal
import sys
from urllib.parse import parse_qsl, urlsplit

import websockets


def tell(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


async def echo(ws, **_):
    """Sends every message back as it came."""
    async for message in ws:
        await ws.send(message)


async def measure(ws):
    """Answers every message with its kind, length and SHA-256."""
    async for message in ws:
        data = message.encode() if isinstance(message, str) else message
        await ws.send(
            json.dumps(
                {
                    "kind": "text" if isinstance(message, str) else "binary",
                    "length": len(data),
                    "sha256": hashlib.sha256(data).hexdigest(),
                }
            )
        )


async def fragment(ws, size):
    """Sends every message back in fragments of ``size``, and an empty last one."""

    async def cut(message):
        for start in range(0, len(message), int(size)):
            yield message[start : start + int(size)]

    async for message in ws:
        await ws.send(cut(message))


async def identify(ws, **_):
    """Says what it knows of the request."""
    await ws.send(
        json.dumps(
            {
                "path": ws.path,
                "subprotocol": ws.subprotocol,
                "extensions": [extension.name for extension in ws.extensions],
                "headers": {name.lower(): value for name, value in ws.request_headers.raw_items()},
            }
        )
    )
    await ws.wait_closed()


async def close(ws, code, reason):
    """Sends one message and closes."""
    await ws.send("before the close")
    await ws.close(int(code), reason)


async def count(ws, start):
    """Sends the numbers from ``start`` on, as fast as they go, and tells what it receives."""

    async def receive():
        async for message in ws:
            tell("received", message=message)

    receiver = asyncio.create_task(receive())
    number = int(start)
    try:
        while True:
            await ws.send(str(number))
            number += 1
            await asyncio.sleep(0)
    finally:
        receiver.cancel()


async def serve_one(ws):
    url = urlsplit(ws.path)
    behaviour = {
        "/close": close,
        "/count": count,
        "/echo": echo,
        "/fragment": fragment,
        "/identify": identify,
        "/measure": measure,
    }[url.path.removeprefix("/idle")]
    tell("opened", path=ws.path)
    try:
        await behaviour(ws, **dict(parse_qsl(url.query)))
    except websockets.ConnectionClosed:
        pass
    await ws.wait_closed()
    tell("closed", path=ws.path, code=ws.close_code, reason=ws.close_reason)


async def main(port):
    stopping = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set_result, None)
    # Leaving the block closes every connection with 1001.
    async with websockets.serve(
        serve_one,
        "127.0.0.1",
        port,
        subprotocols=["feed.v2", "feed.v1"],
        max_size=16 * 1024 * 1024,
    ):
        tell("listening", version=websockets.version.version)
        await stopping


asyncio.run(main(int(sys.argv[1])))
