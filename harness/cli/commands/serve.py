"""`hanbench serve`: benches that stay up, finished runs and campaigns, with the live page, until Ctrl-C."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.mqtt_options import mqtt_options
from hanbench.harness.cli.options import BENCH, BENCH_NAME, SEED, SPEED, capture_size_option, embed_keys_option
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import FILE, FOLDER, HOST, SECONDS, WholeNumber

MOST_BENCHES = 200
PORT = 8571


@click.command(cls=Command)
@click.argument("bench_names", metavar="BENCH...", type=BENCH, nargs=-1, required=True)
@click.option(
    "--count",
    type=WholeNumber(1, MOST_BENCHES),
    default=1,
    help="Bring each BENCH up so many times, as ID-1, ID-2 and so on, each with a seed of its own.",
)
@click.option("--seed", type=SEED, help="Seed of all random numbers; default: the bench's own.")
@click.option("--speed", type=SPEED, help="Virtual seconds per real second; default: the bench's own, or 1.")
@click.option("--for", "seconds", type=SECONDS, help="Seconds of each bench's clock until its end.")
@click.option(
    "--out",
    type=FOLDER,
    help="Folder for captures and keys; several benches get a folder each in it. Default: hanbench-up-ID, or "
    "hanbench-serve for several benches.",
)
@capture_size_option
@embed_keys_option
@click.option("--id", "name", type=BENCH_NAME, help="Name of the bench, or of all before their numbers.")
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    help="Address to listen on; any but a loopback address needs a token. Default: 127.0.0.1.",
)
@click.option("--port", type=WholeNumber(0, 65_535), default=PORT, help=f"Port; 0: any free one. Default: {PORT}.")
@click.option(
    "--token-file",
    type=FILE,
    help="File of yours alone with the token that every request must carry; default: none on a loopback address, else "
    "one that is made at the first start.",
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    metavar="NAME",
    type=HOST,
    multiple=True,
    help="Another host name under which this machine is reached; repeatable.",
)
@mqtt_options
@json_option
@runs("serve")
def serve() -> None:
    """Bring benches up and keep them, with the live page, HTTP and MQTT, until Ctrl-C or SIGTERM.

    BENCH is a file or the id of a shipped bench. A folder is replayed: of a bench that was kept, of `hanbench run`, or
    of `hanbench verify` with the cases that failed. The store of a `hanbench campaign` is watched, while it is played
    and after.
    """
