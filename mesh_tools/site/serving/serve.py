"""`mesh docs serve`: makes the site, hands it out, makes it anew when what it shows has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

from msgspec import Struct

from mesh_tools.errors import MeshError, display_path
from mesh_tools.mesh.config import MeshConfig
from mesh_tools.site.making import Made, make_site, output_of
from mesh_tools.site.serving.live import Live
from mesh_tools.site.serving.server import HOST, open_server
from mesh_tools.site.serving.watching import changes
from mesh_tools.site.wanted import Wanted

_SHOWN = 3


class Listener(Struct, frozen=True):
    """Who is told what goes on.

    Attributes:
        started: The address, and what was made first.
        progress: What is being done.
        problem: Why a site could not be made anew; the last good one stays.
    """

    started: Callable[[str, Made], None]
    progress: Callable[[str], None]
    problem: Callable[[str], None]


def serve(wanted: Wanted, port: int, listener: Listener) -> None:
    """Serve the site until the process is interrupted.

    Args:
        wanted: The site.
        port: To listen on; 0 takes any that is free.
        listener: Is told what goes on.

    Raises:
        MeshError: the port is taken, or the first site cannot be made.
    """
    live, stop = Live(), Event()
    with open_server(output_of(wanted), port, live) as server:
        made = make_site(wanted, listener.progress)
        Thread(target=server.serve_forever, daemon=True).start()
        listener.started(f"http://{HOST}:{server.server_address[1]}/", made)
        try:
            for _ in _made_anew(wanted, stop, listener):
                live.renew()
        finally:
            stop.set()
            live.end()
            server.shutdown()


def _made_anew(wanted: Wanted, stop: Event, listener: Listener) -> Iterator[Made]:
    """Every further site, as soon as it is there."""
    root = _root(wanted)
    if root is None:  # a registry elsewhere: there is nothing to watch
        stop.wait()
        return
    for files in changes(root, output_of(wanted), stop):
        names = ", ".join(display_path(file) for file in files[:_SHOWN])
        more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
        listener.progress(f"changed: {names}{more}")
        try:
            yield make_site(wanted, listener.progress)
        except MeshError as error:
            listener.problem(str(error))


def _root(wanted: Wanted) -> Path | None:
    if wanted.mesh_file is not None:
        return wanted.mesh_file.resolve().parent
    found = MeshConfig.path_above(Path.cwd())
    return found.parent if found else None
