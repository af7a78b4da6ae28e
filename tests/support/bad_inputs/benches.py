"""Bench files (docs/benches.md): a sound one, with one thing wrong."""

from __future__ import annotations

from tests.support.bad_inputs.row import MANY_DIGITS, Content, Row

BENCH = 'id = "b"\ntitle = "B"\nbegins = "new"\n[nodes.hub]\n[nodes.esme]\n[nodes.gsme]\n'
_EUI64 = "70b3d51ff0000002"
_PHYSICAL = f'id = "b"\ntitle = "B"\nbegins = "new"\n[nodes.hub]\n[nodes.gsme]\nradio = "physical"\nieee = "{_EUI64}"\n'


def _of_bench(text: str) -> tuple[Row, ...]:
    """Rows for `KEY = VALUE | SAYS`: a key of the bench, in place of its own one if it has that."""
    return tuple(_checked(_with(*_split(line)), line.partition(" | ")[2]) for line in text.strip().splitlines())


def _of_meter(text: str) -> tuple[Row, ...]:
    """Rows for a key of the gas meter, the last table of the file; `;` ends a line of the file."""
    made = []
    for line in text.strip().splitlines():
        given, _, says = line.strip().partition(" | ")
        made.append(_checked(f"{BENCH}{given.replace('; ', chr(10))}\n", says))
    return tuple(made)


def _split(line: str) -> tuple[str, str]:
    key, _, value = line.strip().partition(" | ")[0].partition(" = ")
    return key, value.replace("{D}", MANY_DIGITS)


def _with(key: str, value: str) -> str:
    lines = [line for line in BENCH.splitlines() if not line.startswith(f"{key} = ")]
    return "\n".join([f"{key} = {value}", *lines, ""])


def _checked(content: Content, says: str) -> Row:
    return Row("check b.toml", says.strip(), {"b.toml": content})


_WHOLE = (
    _checked("", "b.toml: the file is empty; expected TOML"),
    _checked("\n", "the file is empty"),
    _checked(None, "is a folder; expected a file"),
    _checked(b"\xff\xfe", "expected UTF-8 text; octet 0 is invalid"),
    _checked(b"\x00", "expected TOML"),
    _checked("a = " + "[" * 5_000, "nested too deeply"),
    _checked("x" * 1_100_000, "expected at most 1000000 octets"),
    _checked('id = "b', "a text in quotes is not closed"),
    _checked('id = "b"\nid = "c"\n', "expected TOML"),
    _checked(f"{BENCH}[nodes.gsme]\n", "expected TOML: Cannot declare"),
    _checked('title = "B"\n[nodes.hub]\n', "id: expected, but missing"),
    _checked('id = "b"\n[nodes.hub]\n', "title: expected, but missing"),
)
_KEYS = _of_bench(
    r"""
    id = "B" | id: expected an id of lower-case letters, digits and hyphens, found 'B'
    id = "b\n" | id: expected an id
    id = "../x" | id: expected an id
    id = 3 | id: expected text in quotes, found 3
    title = "" | title: expected text in quotes of length >= 1
    title = "\u001b[31m" | title: expected one line of text
    title = 3 | title: expected text in quotes
    seed = 3 | seed: expected text in quotes, found 3
    seed = "" | seed: expected a text of 1 to 200 characters
    seed = "\u0000" | seed: expected a text
    speed = nan | speed: found nan; expected virtual or a number
    speed = inf | speed: found inf
    speed = -1 | speed: found -1
    speed = 0 | speed: found 0
    speed = 1e308 | speed: found 1e+308
    speed = {D} | a number has too many digits
    speed = "virtal" | speed: found 'virtal'; expected one of virtual; did you mean virtual?
    channel = 10 | channel: expected a whole number >= 11, found 10
    channel = 27 | channel: expected a whole number <= 26, found 27
    channel = 11.5 | channel: expected a whole number, found 11.5
    channel = true | channel: expected a whole number, found true
    channel = "15" | channel: expected a whole number, found '15'
    pan_id = -1 | pan_id: expected a whole number >= 0
    pan_id = 0xFFFF | pan_id: expected a whole number <= 65534
    pan_id = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF | pan_id: expected
    cohort = "iox" | cohort: found 'iox'; expected one of ioc, moc-secure, moc-mds, foc; did you mean ioc?
    begins = "nwe" | begins: found 'nwe'; expected one of installed, new; did you mean new?
    begin = "new" | begin: no such key; expected one of
    chanel = 15 | did you mean channel?
    state = "" | state: expected the path of a folder
    state = "b.toml" | state: b.toml is no folder
    state = "a\u0000b" | state: expected the path of a folder
    faults = ["batery-dead"] | faults[0]: there is no 'batery-dead'; did you mean battery-dead?
    faults = "battery-dead" | faults: expected an array
    faults = ["battery-dead", "battery-dead"] | faults: found 'battery-dead' twice
    """
)
_NODES = _of_meter(
    r"""
    wake_interval_s = 0 | nodes.gsme.wake_interval_s: expected a number >= 1
    wake_interval_s = nan | wake_interval_s: expected a number >= 1
    wake_interval_s = inf | wake_interval_s: expected a number <= 86400
    wake_interval_s = "10" | wake_interval_s: expected a number, found '10'
    wake_interval = 10 | did you mean wake_interval_s?
    ieee = "x" | nodes.gsme.ieee: expected an EUI-64 of 16 hexadecimal digits, found 'x'
    ieee = "0000000000000000" | nodes.gsme.ieee: found 0000000000000000; expected the EUI-64 of a device
    ieee = "FFFFFFFFFFFFFFFF" | expected the EUI-64 of a device
    ieee = "70b3d51ff0000002\n" | nodes.gsme.ieee: expected an EUI-64
    ieee = "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٢" | nodes.gsme.ieee: expected an EUI-64
    ieee = 3 | nodes.gsme.ieee: expected text in quotes
    ieee = "70B3D51FF0000002"; [nodes.ihd]; ieee = "70b3d51ff0000002" | found 70b3d51ff0000002, that of the gsme
    install_code = "00" | nodes.gsme.install_code: expected an install code with its CRC
    install_code = "83fed3407a939723a5c639b26916d505c3b6" | install_code: the CRC of the install code does not fit
    install_code = "83fed3407a939723a5c639b26916d505" | install_code: found 16 octets and no CRC
    install_code = "83fed3407a939723" | install_code: the CRC of the install code does not fit: a digit is wrong, or
    install_code = "wel-known" | install_code: expected an install code
    radio = "" | nodes.gsme: found ''; expected one of air:, pty:, tcp:
    radio = "ari:" | did you mean air:?
    radio = "tcp:99999" | with a port from 0 to 65535
    radio = "tcp:٣" | with a port from 0 to 65535
    radio = "serial:" | expected serial:/dev/..., the path of a serial device
    radio = "socket://h" | expected socket://HOST:PORT
    radio = "socket://h:99999" | expected socket://HOST:PORT
    radio = "physical" | nodes.gsme.ieee: expected, because the hub must know the address
    radio = "physicl" | did you mean physical?
    radio = "pty:\u0000" | nodes.gsme.radio: expected
    radio = "air:x" | expected nothing after air:
    baud = 9599 | nodes.gsme.baud: expected a whole number >= 9600
    rtscts = 1 | nodes.gsme.rtscts: expected true or false, found 1
    radio = "pty:"; firmware = "strct" | did you mean strict?
    firmware = "strict" | only a virtual dongle has a model
    position_m = [nan, 0] | position_m[0]: expected a number
    position_m = [1e308, 0] | position_m[0]: expected a number <= 1000
    position_m = [1.0] | position_m: expected an array of length 2
    profile = "ioc-gmse" | did you mean ioc-gsme?
    profile = "" | nodes.gsme.profile: expected
    profile = "./none.toml" | none.toml: cannot be read
    profile = "ioc-hub" | expected a device of kind gsme, found ioc-hub of kind hub
    power = 1 | nodes.gsme.power: expected a table
    [nodes.gsm] | nodes.gsm: no such key; expected one of hub, esme, gsme, ihd, repeater; did you mean gsme?
    [dongles.X] | dongles: found the key 'X'; expected an id
    [dongles.hub] | dongles.hub: expected another name than that of a node
    [dongles.a]; radio = "serial:/dev/x" | dongles.a: found 'serial:/dev/x'; expected pty: or tcp:
    [dongles.a]; transmit_queue = 17 | dongles.a.transmit_queue: expected a whole number <= 16
    [[links]]; between = ["hub", "gsm"]; attenuation_db = 1 | links[0].between: found 'gsm'; expected one of
    [[links]]; between = ["hub", "gsme"]; attenuation_db = nan | links[0].attenuation_db: expected a number
    [[links]]; between = ["hub", "hub"]; attenuation_db = 1 | links[0].between: found 'hub' twice
    [[links]]; between = ["hub", "gsme"] | links[0].attenuation_db: expected, but missing
    [[link]]; between = ["hub", "gsme"] | did you mean links?
    [homes.a] | nodes: expected nodes or homes, not both
    """
)


def _street(given: str, says: str) -> Row:
    return _checked(f'id = "s"\ntitle = "S"\nbegins = "new"\n{given}\n', says)


_STREETS = (
    _street("\n".join(f"[homes.h{number}]" for number in range(101)), "homes: expected a table of length <= 100"),
    _street("[homes.A]", "homes: found the key 'A'; expected an id"),
    _street("[homes.a]\nat_m = [nan, 0.0]", "homes.a.at_m[0]: expected a number"),
    _street("[homes.a]\nchannel = 10", "homes.a.channel: expected a whole number >= 11"),
    _street('[homes.a]\nfaults = ["radio-silnt"]', "did you mean radio-silent?"),
    _street("[homes.a]\nnod = 1", "homes.a.nod: no such key"),
    _street('[homes.a]\nseed = ""', "homes.a.seed: expected a text"),
    _street("homes = 3", "homes: expected a table, found 3"),
    _street('state = "x"\n[homes.a]', "a bench of several homes keeps none"),
    _street(
        f'[homes.a.nodes.hub]\nieee = "{_EUI64}"\n[homes.b.nodes.hub]\nieee = "{_EUI64}"',
        "homes.b.nodes.hub.ieee: found 70b3d51ff0000002, that of homes.a.nodes.hub",
    ),
    _checked(f'{_PHYSICAL}[nodes.gsme.power]\nby = "comand"\n', "did you mean command?"),
    _checked(f'{_PHYSICAL}[nodes.gsme.power]\nby = "command"\n', "nodes.gsme.power: on: expected a shell command"),
    _checked(f'{_PHYSICAL}[nodes.gsme.power]\nby = "command"\non = ""\noff = "x"\n', "nodes.gsme.power.on: expected"),
)
BENCHES = (*_WHOLE, *_KEYS, *_NODES, *_STREETS)
