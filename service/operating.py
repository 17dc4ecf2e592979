"""The commands of those who run a service: their words, and where each leads.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from typing import Any

NAMES = ("serve", "worker")


def add_commands(commands: Any) -> None:
    """Adds them to the parser of the command line."""
    serve = commands.add_parser(
        "serve",
        help="run the service: web pages, API, and workers",
        description="Runs the service. Without any configuration it keeps everything in one "
        "folder: SQLite, files, and a private broker.",
    )
    serve.add_argument("--host", default="127.0.0.1", help="address (default: 127.0.0.1)")
    serve.add_argument("--port", type=_port, default=8000, help="port (default: 8000)")
    serve.add_argument("--no-worker", action="store_true", help="the web alone, without workers")
    commands.add_parser("worker", help="run more workers, here or on other machines")


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; its exit code."""
    from service.settings import read_settings

    settings = read_settings()
    match arguments.command:
        case "serve":
            from service.serve import serve

            return serve(settings, arguments.host, arguments.port, worker=not arguments.no_worker)
        case _:
            from service.worker_process import work_until_stopped

            return work_until_stopped(settings)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)
