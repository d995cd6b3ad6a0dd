"""An S3 server on this machine, and how to get at it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

BUCKET = "mesh"
_KEY, _SECRET = "KEYID1234", "hunter22"


def s3_options(address: str) -> dict[str, Any]:
    """Options of a registry on the server at ``address``."""
    return {"key": _KEY, "secret": _SECRET, "client_kwargs": {"endpoint_url": f"http://{address}"}}


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of a server with one empty bucket."""
    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id=_KEY,
        aws_secret_access_key=_SECRET,
    )
    client.create_bucket(Bucket=BUCKET)
    client.close()
    yield f"{host}:{port}"
    server.stop()
