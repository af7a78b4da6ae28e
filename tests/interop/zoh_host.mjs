// zigbee-herdsman's zoh adapter as the coordinator on a dongle: it forms a network, lets devices join, interviews them
// and reads their register with profile 0x0109. Says what happens as lines of JSON.
//
// zoh_host.mjs FOLDER PORT IEEE[=INSTALL_CODE]...      FOLDER has node_modules in it
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE = 90_000;
const AGAIN = 15_000;
const TRIES = 5;
const SMART_ENERGY = 0x0109;
const [folder, path, ...devices] = process.argv.slice(2);
const require = createRequire(join(folder, "node_modules", "index.js"));
const { Controller, setLogger } = require("zigbee-herdsman");
const { makeKeyedHashByType, registerDefaultHashedKeys } = require("zigbee-on-host/dist/zigbee/zigbee.js");

const say = (what) => console.log(JSON.stringify(what));
const text = (message) => (typeof message === "function" ? message() : message);
const quiet = () => {};
setLogger({ debug: quiet, info: quiet, warning: quiet, error: (message, place) => console.error(place, text(message)) });

// Version 11 calls `transport` what version 10 calls `serialPort`; each ignores the other's name.
const line = { path, adapter: "zoh", rtscts: true };
const state = mkdtempSync(join(tmpdir(), "zoh-"));
const controller = new Controller({
    network: {
        networkKeyDistribute: false,
        networkKey: [...Array(16).keys()].map((index) => index * 3 + 1),
        panID: 0x1a63,
        extendedPanID: [1, 2, 3, 4, 5, 6, 7, 8],
        channelList: [15],
    },
    serialPort: line,
    transport: line,
    databasePath: join(state, "database.db"),
    databaseBackupPath: join(state, "database.backup.db"),
    backupPath: join(state, "backup.json"),
    adapter: {},
});

const interviewed = new Set();
controller.on("deviceInterview", ({ status, device }) => {
    say({ event: "interview", status, ieee: device.ieeeAddr });
    if (status !== "started") interviewed.add(device.ieeeAddr);
});
await controller.start();
say({ event: "formed" });

for (const [ieee, code] of devices.map((each) => each.split("=")).filter(([, code]) => code)) {
    await controller.addInstallCode(`${ieee.slice(2)}|${code}`);
    // zigbee-on-host 0.2.4 and 0.3.0 derive the key and keep it, but send every Transport-Key under the one key of its Trust
    // Centre. It is told to take the key that it derived itself for that one.
    const { context } = controller.adapter.driver;
    const key = context.getAppLinkKey(BigInt(ieee), context.netParams.eui64);
    const hashes = [key, context.netParams.networkKey, key, key].map((each, kind) => makeKeyedHashByType(kind, each));
    registerDefaultHashedKeys(...hashes);
    context.netParams.tcKey = key;
    say({ event: "install code", ieee });
}
await controller.permitJoin(254);

const wanted = devices.map((each) => each.split("=")[0]);
const end = Date.now() + PATIENCE;
for (let open = Date.now(); Date.now() < end && !wanted.every((ieee) => interviewed.has(ieee)); ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (Date.now() - open > AGAIN) {
        // A router that has joined meanwhile did not hear that the network is open.
        await controller.permitJoin(254);
        open = Date.now();
    }
}
for (const ieee of wanted) {
    const device = controller.getDeviceByIeeeAddr(ieee);
    const endpoint = device?.getEndpoint(1);
    if (!endpoint) {
        say({ event: "missing", ieee });
        continue;
    }
    const { type, manufacturerName: maker, modelID: model } = device;
    say({ event: "device", ieee, type, maker, model, profile: endpoint.profileID, inputs: endpoint.inputClusters });
    const wishes = ["currentSummDelivered", "unitOfMeasure", "divisor"];
    for (let tries = TRIES; tries > 0; tries--) {
        // A sleeper's parent keeps a frame for 7.68 s, and it may be late on a busy machine.
        try {
            const read = await endpoint.read("seMetering", wishes, { profileId: SMART_ENERGY, timeout: 15_000 });
            say({ event: "read", ieee, read });
            break;
        } catch (error) {
            if (tries === 1) say({ event: "error", ieee, error: String(error) });
        }
    }
}
await controller.stop();
rmSync(state, { recursive: true });
say({ event: "stopped" });
process.exit(0);
