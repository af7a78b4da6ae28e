"""The way to an MQTT broker: addresses, one connection (`Link`), and what brings it back (`keep_connected`).

aiomqtt stands behind `client.py`, and nothing else imports it::

    address = broker_address("mqtt://bench@127.0.0.1/hanbench")          # raises AddressError
    async with Link(address, "bench-7", will=Will(...)) as link:         # raises ConnectError
        await link.subscribe(f"{address.prefix}/x/request/+")
        await link.prove(f"{address.prefix}/x/request/self-test")        # raises StarvedError
        await link.publish(topic, payload)                               # raises PublishRefusedError, LinkLostError
        async for message in link.messages(): ...                        # raises LinkLostError
"""
