"""Command lines: words that do not exist, numbers out of bounds, names that are near to others, files and folders."""

from __future__ import annotations

from tests.support.bad_inputs.row import Content, rows

_FOLDER: dict[str, Content] = {"note.txt": "hello\n", "d": None, "empty": "", "zero": "\0"}

_WORDS = rows(
    """
    verfy | No such command 'verfy'; did you mean verify?
    --loud | No such option '--loud'
    run | Missing argument 'SCENARIO'
    run dormant-three-failures extra | unexpected extra argument (extra)
    run dormant-three-failures --sped 1 | No such option '--sped'
    run nope | neither a file nor the id of a scenario
    run dormant-three-failure | did you mean dormant-three-failures?
    run d | is a folder; expected a file
    run note.txt | note.txt: expected TOML
    run empty | empty: the file is empty
    run zero | zero: expected TOML
    check | Missing argument 'BENCH'
    check virtul | did you mean virtual?
    check d | is a folder; expected a file
    check virtual --home x | expected no --home: the bench has one home
    up nope | neither a file nor one of coordinator
    serve | Missing argument 'BENCH...'
    serve nope | neither a file nor one of coordinator
    serve d | expected a run
    report mrge | did you mean merge?
    report merge | Missing argument 'FOLDERS...'
    report merge d | Missing option '--out'
    report merge d --out o | report.json
    report merge note.txt --out o | note.txt
    scenarios show nope | no such scenario
    scenarios show dormant-three-failure | did you mean dormant-three-failures?
    scenarios show d | is a folder; expected a scenario
    scenarios show none.toml | none.toml: cannot be read: No such file or directory
    rules show tmad-v20 | did you mean tmad-v19?
    rules show '' | expected a rule set, got ''
    profiles show ioc-gmse | did you mean ioc-gsme?
    profiles show ./none.toml | cannot be read: No such file or directory
    profiles show '' | expected a profile, got ''
    faults show batery-dead | did you mean battery-dead?
    faults show '' | expected a fault, got ''
    completion tcsh | expected one of bash, zsh, fish, got 'tcsh'
    completion | Missing argument
    extcap instal | did you mean install?
    extcap install --benches nope | 'nope' does not exist
    extcap install --benches note.txt | 'note.txt' is a file
    """,
    _FOLDER,
)
_NUMBERS = rows(
    """
    run dormant-three-failures --speed nan | expected virtual or a number from 1e-05 to 1000000, got 'nan'
    run dormant-three-failures --speed inf | got 'inf'
    run dormant-three-failures --speed -1 | got '-1'
    run dormant-three-failures --speed 0 | got '0'
    run dormant-three-failures --speed 1e308 | got '1e308'
    run dormant-three-failures --speed {D} | got '999
    run dormant-three-failures --speed '' | got ''
    run dormant-three-failures --speed virtua | did you mean virtual?
    run dormant-three-failures --speed ٣ | expected virtual or a number
    check virtual --speed 1_0 | got '1_0'
    up virtual --speed 1e-9 | got '1e-9'
    verify --seeds 0 | expected a whole number from 1 to 1000, got '0'
    verify --seeds 1001 | got '1001'
    verify --seeds {D} | expected a whole number from 1 to 1000
    verify --seeds nan | got 'nan'
    verify --seeds '' | got ''
    verify --seeds 1.5 | got '1.5'
    verify --seeds ٣ | expected a whole number from 1 to 1000
    verify --seeds 1_0 | got '1_0'
    verify --jobs 0 | expected a whole number from 1 to 64, got '0'
    verify --jobs 65 | got '65'
    verify --jobs -1 | got '-1'
    verify --evidence -1 | got '-1'
    verify --evidence {D} | expected a whole number from 0
    verify --shard 0/2 | expected K/N with K from 1 to N, such as 3/8, got '0/2'
    verify --shard 3/2 | got '3/2'
    verify --shard x | got 'x'
    verify --shard {D}/{D} | expected K/N
    verify --shard ٣/٣ | expected K/N
    verify --tolerate-until 2022-02-30 | expected a day such as 2026-11-26, got '2022-02-30'
    verify --tolerate-until yesterday | got 'yesterday'
    verify --tolerate-until 99999-01-01 | expected a day
    verify --tolerate-until 2030-01-01 | expected --against too
    explore --seeds 0 | expected a whole number from 1 to 1000000
    explore --seeds 1000001 | got '1000001'
    explore --jobs 100 | expected a whole number from 1 to 64
    selftest --jobs 0 | expected a whole number from 1 to 64
    up virtual --for nan | expected a number from 0 to 315360000, got 'nan'
    up virtual --for inf | got 'inf'
    up virtual --for -1 | got '-1'
    up virtual --for 1e308 | got '1e308'
    up virtual --for {D} | expected a number from 0
    up virtual --capture-size 1 | expected at least 100k
    up virtual --capture-size -5M | expected at least 100k
    up virtual --capture-size 1e9 | expected at least 100k
    up virtual --capture-size ٣٣٣٣٣٣٣٣ | expected at least 100k
    serve virtual --for nan | expected a number from 0
    serve virtual --port 99999 | expected a whole number from 0 to 65535
    serve virtual --port x | got 'x'
    serve virtual --count 0 | expected a whole number from 1 to 200
    serve virtual --count 201 | got '201'
    capture virtual --for nan | expected a number from 0
    doctor --wait -1 | expected a whole number from 0 to 3600
    doctor --wait 3601 | got '3601'
    diagnose note.txt --wake 0 | expected a whole number from 1 to 2592000
    diagnose note.txt --wake nan | got 'nan'
    conform --longest 0 | expected a number from 1
    conform --longest nan | got 'nan'
    conform --longest inf | got 'inf'
    conform --fuzz nan | expected a number from 1
    conform --fuzz inf | got 'inf'
    conform --fuzz-frames 0 | expected a whole number from 1
    conform --fuzz 1 --fuzz-frames {D} | expected a whole number from 1
    conform --selftest --jobs 65 | expected a whole number from 1 to 64
    ctl speed nan | expected a number, got 'nan'
    ctl speed 0 | speed: expected a number > 0
    ctl speed 1e7 | speed: expected a number <= 1000000
    ctl speed {D} | expected a number, got '999
    ctl step --within-s 1e308 | expected a number <= 604800
    ctl check --wait-s nan | expected a number, got 'nan'
    ctl wan read gsme --cluster 70000 --attributes 0 | cluster: expected a whole number <= 65535, found 70000
    ctl wan read gsme --cluster {D} --attributes 0 | expected a whole number, got '999
    ctl events --after -1 | after: expected a whole number >= 0, found -1
    """,
    _FOLDER,
)
_CHOICES = rows(
    """
    run dormant-three-failures --begins instaled | expected one of installed, new, got 'instaled'
    run dormant-three-failures --begins nwe | did you mean new?
    run dormant-three-failures --hold-to infered | did you mean inferred?
    verify --suite ful | did you mean full?
    explore --hold-to x | expected one of stated, inferred, assumed, got 'x'
    judge empty --hold-to state | did you mean stated?
    decode 00 --layer nkw | did you mean nwk?
    decode 00 --direction up | expected one of to-server, to-client
    decode 00 --fcs maybe | expected one of auto, yes, no
    conform --dut gmse | did you mean gsme?
    conform --cohort iox | did you mean ioc?
    ctl power gsme of | expected one of cycle, off, on, got 'of'; did you mean off?
    ctl commission hub | expected one of esme, gsme, got 'hub'
    ctl commission gsme gsme | names a device twice
    ctl inject batery-dead | no bench is up
    ctl nope | No such command 'nope'
    ctl --bench X state | expected lower-case letters, digits, dots and hyphens, got 'X'
    ctl --bench ../x state | got '../x'
    ctl --bench nope state | nope
    ctl frame nope | expected a whole number, got 'nope'
    ctl scenario play | give `scenario` or `text`
    ctl scenario play none.toml | none.toml: cannot be read
    ctl wan | Missing argument
    serve virtual --id .. | got '..'
    up virtual --id '' | got ''
    serve virtual --allow-host '' | expected the name or the address of a host
    serve virtual --allow-host 'a b' | got 'a b'
    """,
    _FOLDER,
)
_NAMES = rows(
    """
    run dormant-three-failures --seed '' | expected a text of 1 to 200 characters
    explore --seed '' | expected a text of 1 to 200 characters
    check virtual --seed '' | expected a text of 1 to 200 characters
    run dormant-three-failures --controller '' | no controller ''
    run dormant-three-failures --controller referense | did you mean reference?
    run dormant-three-failures --controller process: | expected process: and a command
    run dormant-three-failures --controller process:/nonexistent/x | expected process: and a command
    run dormant-three-failures --controller http:// | expected a URL
    run dormant-three-failures --controller http://127.0.0.1:99999/ | expected a URL
    run dormant-three-failures --controller mqtt:// | expected mqtt://[USER@]HOST[:PORT][/PREFIX]
    run dormant-three-failures --controller ftp://x | expected http://, https://, mqtt:// or mqtts://
    run dormant-three-failures --controller nosuch:thing | expected module:attribute
    run dormant-three-failures --controller wrong:hurrys | did you mean wrong:hurries?
    run dormant-three-failures --controller lawful:checks-once | did you mean lawful:checks-once-more?
    run dormant-three-failures --certificates published-tst | did you mean published-test?
    run dormant-three-failures --bench virtul | did you mean virtual?
    run dormant-three-failures --out '' | expected a folder, got ''
    run dormant-three-failures --out note.txt | 'note.txt' is a file
    run dormant-three-failures --out note.txt/x | note.txt/x: expected a writable folder
    verify --only zz | no scenario has an id like 'zz'
    verify --only '' | no scenario has an id like ''
    verify --case '' | no such case ''
    verify --case nope | no such case 'nope'
    verify --scenarios nope | 'nope' does not exist
    verify --scenarios d | expected a folder with scenario files (*.toml)
    verify --against d | 'd' is a directory
    verify --against '' | expected a file, got ''
    explore --controller nope | no controller 'nope'
    explore --out note.txt --seeds 1 | 'note.txt' is a file
    capture virtual --to d | 'd' is a directory
    doctor pty: | expected a device, serial:/dev/... or socket://HOST:PORT
    doctor socket:// | expected socket://HOST:PORT
    doctor socket://h:99999 | expected socket://HOST:PORT
    doctor serial: | expected serial:/dev/...
    doctor --mqtt '' | expected mqtt://[USER@]HOST[:PORT][/PREFIX]
    doctor --mqtt http://x | expected mqtt://
    doctor --mqtt mqtt://127.0.0.1:99999 | expected mqtt://
    doctor --mqtt mqtt://127.0.0.1/a#b | expected mqtt://
    doctor x --mqtt mqtt://127.0.0.1 | expected a PORT or --mqtt URL, got both
    up virtual --mqtt mqtt://h/a#b | expected mqtt://
    up virtual --mqtt mqtt://u@h --mqtt-password-file nope | the password: nope: cannot be read
    up virtual --mqtt mqtt://u@h --mqtt-password-file zero/x | cannot be read
    up virtual --mqtt mqtt://h --mqtt-ca nope | expected mqtts://
    up virtual --mqtt mqtts://h --mqtt-ca nope | nope: cannot be read
    up virtual --mqtt mqtts://h --mqtt-ca note.txt | expected certificates in PEM
    up virtual --mqtt-frames | expected --mqtt URL too
    serve virtual --token-file d | 'd' is a directory
    serve virtual --token-file nope/x | cannot be read
    conform --device nope | expected emulated, firmware:NAME, python:MODULE:CLASS, exec:COMMAND or lockstep:COMMAND
    conform --device emulate | did you mean emulated?
    conform --device firmware:dies-at-long-txt | did you mean dies-at-long-text?
    conform --device python:nope:X | No module named 'nope'
    conform --device exec: | expected emulated, firmware:NAME
    conform --device exec:/nonexistent/x | expected exec: and a command that can be run
    conform --device "exec:'" | expected exec:COMMAND: No closing quotation
    conform --only JION | did you mean JOIN?
    conform --only '' | no such area ''
    conform --case HB-JION-01 | did you mean HB-JOIN-01?
    conform --case '' | no such case ''
    conform --bench virtual | radio = "physical"
    conform --bench d | is a folder
    conform --out note.txt | 'note.txt' is a file
    """,
    _FOLDER,
)
COMMANDS = (*_WORDS, *_NUMBERS, *_CHOICES, *_NAMES)
