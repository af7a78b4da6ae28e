// Reads frames with zigbee-on-host (npm, GPL-3.0-or-later), in a process of its own.
//
//   node zoh_read.mjs FOLDER < INPUT
//
// FOLDER is where the package is installed. INPUT has a line a key (`key` and 32 hexadecimal digits), then a line a
// frame (its PSDU, FCS included, in hexadecimal digits). Each frame gives one line of JSON: its fields by the names
// that tests/judges/judging/our_reading.py uses, or {"error": text}. 64-bit numbers are strings of hexadecimal digits.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.argv[2]}/`);
const mac = require("zigbee-on-host/dist/zigbee/mac.js");
const nwk = require("zigbee-on-host/dist/zigbee/zigbee-nwk.js");
const aps = require("zigbee-on-host/dist/zigbee/zigbee-aps.js");
const security = require("zigbee-on-host/dist/zigbee/zigbee.js");

const BEACON = 0;
const DATA = 1;
const COMMAND = 3;
const NOBODY = 0; // addressing mode of an address that is not there
const keys = [];
const ieeeOf = new Map(); // `pan/short` to EUI-64, as learnt from frames that carry both

const hex64 = (number) => (number === undefined ? null : number.toString(16).padStart(16, "0"));
const orNull = (value) => value ?? null;

function readMac(psdu) {
    const [control, at] = mac.decodeMACFrameControl(psdu, 0);
    const [header, end] = mac.decodeMACHeader(psdu, at, control);
    const payload = mac.decodeMACPayload(psdu, end, control, header);
    const address = (short, extended) => (extended === undefined ? orNull(short) : hex64(extended));
    const fields = {
        "mac.type": control.frameType,
        "mac.sequence": header.sequenceNumber,
        "mac.ack_request": control.ackRequest,
        "mac.frame_pending": control.framePending,
        "mac.dst_mode": control.destAddrMode,
        "mac.dst_pan": control.destAddrMode === NOBODY ? null : header.destinationPANId,
        "mac.dst": address(header.destination16, header.destination64),
        "mac.src_mode": control.sourceAddrMode,
        // The package fills in the broadcast PAN where there is no source.
        "mac.src_pan": control.sourceAddrMode === NOBODY ? null : header.sourcePANId,
        "mac.src": address(header.source16, header.source64),
        "mac.payload": payload.toString("hex"),
    };
    if (control.frameType === COMMAND) {
        fields["mac.command"] = header.commandId;
    }
    return [fields, payload, header];
}

function readBeacon(header, payload) {
    const beacon = mac.decodeMACZigbeeBeacon(payload, 0);
    return {
        "beacon.association_permit": header.superframeSpec.associationPermit,
        "beacon.pan_coordinator": header.superframeSpec.panCoordinator,
        "beacon.extended_pan_id": hex64(beacon.extendedPANId),
        "beacon.router_capacity": beacon.routerCapacity,
        "beacon.end_device_capacity": beacon.endDeviceCapacity,
        "beacon.depth": beacon.deviceDepth,
        // Not the update identifier: 0.2.4 masks it away before shifting and finds 0 always.
    };
}

// The first of our keys that opens a payload; the decoders throw where a key does not fit.
function open(decode) {
    for (const key of keys) {
        try {
            return decode(key);
        } catch {}
    }
    return null;
}

function readNwk(payload, macHeader) {
    const [control, at] = nwk.decodeZigbeeNWKFrameControl(payload, 0);
    const [header, end] = nwk.decodeZigbeeNWKHeader(payload, at, control);
    const fields = {
        "nwk.type": control.frameType,
        "nwk.dst": header.destination16,
        "nwk.src": header.source16,
        "nwk.radius": header.radius,
        "nwk.sequence": header.seqNum,
        "nwk.discover_route": control.discoverRoute,
        "nwk.end_device_initiator": control.endDeviceInitiator,
        "nwk.secured": control.security,
        "nwk.dst_ieee": hex64(header.destination64),
        "nwk.src_ieee": hex64(header.source64),
        "nwk.relays": header.relayAddresses ?? [],
    };
    const pan = macHeader.destinationPANId;
    if (header.source64 !== undefined) {
        ieeeOf.set(`${pan}/${header.source16}`, header.source64);
    }
    let plain = payload.subarray(end);
    if (control.security) {
        const [auxiliary] = security.decodeZigbeeSecurityHeader(payload, end, undefined);
        fields["nwk.counter"] = auxiliary.frameCounter;
        fields["nwk.sender_ieee"] = hex64(auxiliary.source64);
        fields["nwk.key_sequence"] = auxiliary.keySeqNum;
        if (macHeader.source16 === header.source16) {
            ieeeOf.set(`${pan}/${header.source16}`, auxiliary.source64);
        }
        plain = open((key) => nwk.decodeZigbeeNWKPayload(payload, end, key, undefined, control, header));
    }
    fields["nwk.payload"] = plain === null ? null : plain.toString("hex");
    return [fields, control.frameType === 0 ? plain : null, ieeeOf.get(`${pan}/${header.source16}`)];
}

function readAps(payload, sender) {
    const [control, at] = aps.decodeZigbeeAPSFrameControl(payload, 0);
    const [header, end] = aps.decodeZigbeeAPSHeader(payload, at, control);
    const fields = {
        "aps.type": control.frameType,
        "aps.delivery": control.deliveryMode,
        "aps.ack_format": control.ackFormat,
        "aps.ack_request": control.ackRequest,
        "aps.secured": control.security,
        "aps.dst_endpoint": header.destEndpoint ?? 0,
        "aps.group": header.group ?? 0,
        "aps.cluster": header.clusterId ?? 0,
        "aps.profile": header.profileId ?? 0,
        "aps.src_endpoint": header.sourceEndpoint ?? 0,
        "aps.counter": header.counter,
        "aps.block": orNull(header.fragBlockNumber),
        "aps.received": orNull(header.fragACKBitfield),
    };
    let plain = payload.subarray(end);
    if (control.security) {
        const [auxiliary] = security.decodeZigbeeSecurityHeader(payload, end, undefined);
        fields["aps.frame_counter"] = auxiliary.frameCounter;
        fields["aps.key_id"] = auxiliary.control.keyId;
        plain = open((key) => aps.decodeZigbeeAPSPayload(payload, end, key, sender, control, header));
    }
    fields["aps.payload"] = plain === null ? null : plain.toString("hex");
    return fields;
}

function read(psdu) {
    const [fields, payload, header] = readMac(psdu);
    if (fields["mac.type"] === BEACON) {
        Object.assign(fields, readBeacon(header, payload));
    }
    if (fields["mac.type"] === DATA) {
        const [network, application, sender] = readNwk(payload, header);
        Object.assign(fields, network);
        if (application !== null) {
            Object.assign(fields, readAps(application, sender));
        }
    }
    return fields;
}

const output = [];
for await (const line of createInterface({ input: process.stdin })) {
    if (line.startsWith("key ")) {
        keys.push(Buffer.from(line.slice(4), "hex"));
        continue;
    }
    try {
        output.push(JSON.stringify(read(Buffer.from(line, "hex"))));
    } catch (error) {
        output.push(JSON.stringify({ error: String(error.message) }));
    }
}
process.stdout.write(output.map((line) => `${line}\n`).join(""));
