"""Other files: traces, captures, keys, frames, reports, claims about a device, device profiles, lists of failures."""

from __future__ import annotations

from tests.support.bad_inputs.row import MANY_DIGITS, Content, rows

_KEY = "0" * 32
_JSON: dict[str, Content] = {
    "d": None,
    "empty": "",
    "note.txt": "hello\n",
    "octets": bytes(range(256)),
    "deep.json": "[" * 100_000,
    "null.json": "null",
    "list.json": "[]",
    "object.json": "{}",
    "digits.json": f'{{"version": {MANY_DIGITS}}}',
    "later.json": '{"version": 999}',
    "bad-utf8.json": b'{"version": "\xff"}',
}
_TRACES = rows(
    """
    judge none | none: cannot be read: No such file or directory
    judge d | d: is a folder; expected a trace
    judge empty | line 1: expected the header of a trace
    judge note.txt | line 1: expected a record of a trace
    judge octets | line 1: expected a record of a trace
    judge deep.json | line 1: expected a record of a trace
    judge null.json | line 1: expected a record of a trace
    judge list.json | line 1: expected a record of a trace
    judge object.json | line 1: expected a record of a trace
    judge digits.json | line 1: expected a record of a trace
    judge bad-utf8.json | line 1: expected a record of a trace
    verify --against none.json | none.json: cannot be read
    verify --against note.txt | expected a report.json of `hanbench verify`
    verify --against octets | expected a report.json of `hanbench verify`
    verify --against deep.json | expected a report.json of `hanbench verify`
    verify --against digits.json | expected a report.json of `hanbench verify`
    verify --against object.json | version: expected
    verify --against later.json | version: expected
    conform --against none.json | cannot be read
    conform --against object.json | expected a report.json of `hanbench conform`
    conform --against deep.json | expected a report.json of `hanbench conform`
    conform --against digits.json | expected a report.json of `hanbench conform`
    conform --fuzz-replay none | cannot be read
    conform --fuzz-replay object.json | expected a sequence that `hanbench conform --fuzz` wrote
    conform --fuzz-replay deep.json | expected a sequence
    conform --fuzz-replay octets | expected a sequence
    """,
    _JSON,
)
_CAPTURES: dict[str, Content] = {
    "d": None,
    "empty": "",
    "note.txt": "hello\n",
    "short.pcap": b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00",
    "short.pcapng": b"\x0a\x0d\x0d\x0a" + b"\xff" * 20,
    "bad.keys": "nonsense\n",
    "octets": bytes(range(256)),
}
_FRAMES = rows(
    f"""
    diagnose none | none: file: cannot be read
    diagnose d | is a folder; expected a capture
    diagnose empty | the file is empty
    diagnose note.txt | neither pcap nor pcapng
    diagnose octets | neither pcap nor pcapng
    diagnose short.pcap | pcap header of 8 octets, expected 24
    diagnose short.pcapng | octet 0
    diagnose short.pcap --gsme x | --gsme: expected an EUI-64 of 16 hexadecimal digits
    diagnose short.pcap --gsme ٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٢ | --gsme: expected an EUI-64
    diagnose short.pcap --keys '' | expected a file or folder
    diagnose note.txt --out note.txt | 'note.txt' is a file
    scenarios from-capture none | cannot be read
    scenarios from-capture note.txt | neither pcap nor pcapng
    scenarios from-capture note.txt --to d | 'd' is a directory
    decode zz | HEX: expected hexadecimal octets, found 'zz'
    decode 123 | expected two digits an octet, found 3 digits
    decode ٣٣ | expected hexadecimal octets
    decode @none | none: cannot be read: No such file or directory
    decode @d | d: is a folder; expected a file
    decode @empty | expected hexadecimal octets, found none
    decode @octets | octets: line 1: expected hexadecimal octets
    decode 00 --key 00 | expected a key of 32 hexadecimal digits, not 2 characters
    decode 00 --key '' | expected a key of 32 hexadecimal digits
    decode 00 --key @none | none: cannot be read
    decode 00 --key @octets | line 1: expected a key of 32 hexadecimal digits
    decode 00 --cluster meterng | did you mean metering?
    decode 00 --cluster '' | --cluster: expected a number such as 0x0702, or a name
    decode 00 --cluster 0x10000 | --cluster: expected a number
    decode 00 --cluster -1 | --cluster: expected a number
    decode 00 --cluster ٣ | --cluster: expected a number
    decode 00 --sender 00 | --sender: expected an EUI-64 of 16 hexadecimal digits
    decode {_KEY} --key {"g" * 32} | expected a key of 32 hexadecimal digits
    """,
    _CAPTURES,
)
_MINE_READS = (
    'based_on = "ioc-{0}"\nid = "mine"\ntitle = "Mine"\n'
    '{1} = {{ value = 281_474_976_710_655, source = "assumed", reference = "x" }}\n'
)
"""2^48 - 1, by which a register of 48 bits says that it has no reading (ZCL r8, table 2-12)."""
_CLAIMS: dict[str, Content] = {
    "d": None,
    "empty": "",
    "octets": bytes(range(256)),
    "unknown.txt": "FOO=1\n",
    "near.txt": "SE.GSM=1\n",
    "two.txt": "MTR.S=2\n",
    "note.txt": "hello\n",
    "negative.toml": "wake_period_s = -1\n",
    "nan.toml": "wake_period_s = nan\n",
    "near.toml": "wake_perid_s = 60\n",
    "channels.toml": "channels = [11, 30]\n",
    "code.toml": 'install_code = "00"\n',
    "endpoint.toml": "endpoint = 0\n",
    "ieee.toml": 'ieee = """0011223344556677\n"""\n',
    "case.toml": '[[tolerated]]\ncase = "X"\nreason = "r"\nuntil = 2030-01-01\n',
    "until.toml": '[[tolerated]]\ncase = "HB-JOIN-01"\nreason = "r"\nuntil = "soon"\n',
    "nothing.toml": "tolerate = []\n",
    "base.toml": 'based_on = "ioc-gmse"\nid = "mine"\ntitle = "Mine"\n',
    "unsourced.toml": 'based_on = "ioc-gsme"\nid = "mine"\ntitle = "Mine"\nmodel = "GX-1"\n',
    "sleep.toml": 'based_on = "ioc-gsme"\nid = "mine"\ntitle = "Mine"\n[sleep]\nwake_interval_s = '
    '{ value = nan, source = "assumed", reference = "x" }\n',
    "key.toml": 'based_on = "ioc-gsme"\nid = "mine"\ntitle = "Mine"\n[slep]\n',
    "source.toml": 'based_on = "ioc-gsme"\nid = "mine"\ntitle = "Mine"\n'
    'model = { value = "GX-1", source = "statd", reference = "its label" }\n',
    "gas.toml": _MINE_READS.format("gsme", "first_reading_l"),
    "electricity.toml": _MINE_READS.format("esme", "first_reading_wh"),
    "certificates.toml": 'id = "c"\ntitle = "C"\nauthorities = []\n[devices]\n',
    "hex.toml": 'id = "c"\ntitle = "C"\n[[authorities]]\nissuer = "xx"\npublic_key = "00"\n[devices]\n',
}
_DEVICES = rows(
    """
    conform --pics none | none: cannot be read
    conform --pics d | 'd' is a directory
    conform --pics octets | expected UTF-8 text
    conform --pics empty | expected SE.GSME, its kind
    conform --pics unknown.txt | line 1: found 'FOO'; expected a PICS code
    conform --pics near.txt | did you mean SE.GSME?
    conform --pics two.txt | expected CODE=1 or CODE=0
    conform --pics note.txt | expected CODE=1 or CODE=0
    conform --pixit none | cannot be read
    conform --pixit octets | expected UTF-8 text; octet 128 is invalid
    conform --pixit note.txt | expected TOML
    conform --pixit negative.toml | wake_period_s: expected a number > 0
    conform --pixit nan.toml | wake_period_s: expected a number > 0
    conform --pixit near.toml | did you mean wake_period_s?
    conform --pixit channels.toml | channels[1]: expected a whole number <= 26
    conform --pixit code.toml | install_code: expected
    conform --pixit endpoint.toml | endpoint: expected a whole number >= 1
    conform --pixit ieee.toml | ieee: expected EUI-64 of the device
    conform --tolerate none | cannot be read
    conform --tolerate octets | expected UTF-8 text
    conform --tolerate case.toml | tolerated[0].case: expected
    conform --tolerate until.toml | tolerated[0].until: expected a date
    conform --tolerate nothing.toml | did you mean tolerated?
    profiles show ./base.toml | did you mean ioc-gsme?
    profiles show ./unsourced.toml | model: expected
    profiles show ./sleep.toml | sleep.wake_interval_s
    profiles show ./gas.toml | first_reading_l.value: expected a whole number <= 281474976710654
    profiles show ./electricity.toml | first_reading_wh.value: expected a whole number <= 281474976710654
    profiles show ./key.toml | did you mean sleep?
    profiles show ./source.toml | did you mean stated?
    run dormant-three-failures --certificates certificates.toml | authorities: expected
    run dormant-three-failures --certificates hex.toml | authorities[0].issuer: expected
    run dormant-three-failures --certificates empty | empty: the file is empty
    run dormant-three-failures --certificates ./none.toml | cannot be read
    """,
    _CLAIMS,
)
FILES = (*_TRACES, *_FRAMES, *_DEVICES)
