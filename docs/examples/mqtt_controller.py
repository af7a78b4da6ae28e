#!/usr/bin/env python3
"""A migration controller at an MQTT broker, with the rules of controller.py beside this file.

    .venv/bin/python docs/examples/mqtt_controller.py 127.0.0.1 1883 hanbench &
    hanbench verify --controller mqtt://127.0.0.1/hanbench

It needs paho-mqtt 2, which hanbench brings. Each turn is a message on PREFIX/RUN/controller/event, and its actions are
a message on PREFIX/RUN/controller/action. Cases come in any order, from several runs at a time. MQTT may deliver a turn
twice: it is answered with the same actions.
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

sys.path.insert(0, str(Path(__file__).parent))
from controller import Case  # type: ignore[import-not-found]  # beside this file

cases: dict[str, Case] = {}
answers: dict[str, tuple[int, bytes]] = {}  # the latest turn of each case, and its answer


def answer_turn(client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
    told = json.loads(message.payload)
    name, event = told["case"], told["event"]
    if event["event"] == "case-ended":
        cases.pop(name, None)
        answers.pop(name, None)
        return
    turn, answer = answers.get(name, (0, b""))
    if told["turn"] != turn:
        actions = cases.setdefault(name, Case()).turn(datetime.fromisoformat(told["now"]), event)
        answer = json.dumps({"case": name, "turn": told["turn"], "actions": actions}).encode()
        answers[name] = (told["turn"], answer)
    client.publish(message.topic.removesuffix("event") + "action", answer, qos=1)


def listen(client: mqtt.Client, *_: Any) -> None:
    client.subscribe(f"{prefix}/+/controller/event", qos=1)
    print("listening", flush=True)


host, port, prefix = (sys.argv[1:] + ["127.0.0.1", "1883", "hanbench"][len(sys.argv) - 1 :])[:3]
client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
client.on_connect, client.on_message = listen, answer_turn
client.connect(host, int(port))
client.loop_forever()
