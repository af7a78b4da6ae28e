"""A bench at an MQTT broker: its retained state, its events, its decisions from an outbox on disk, and requests to it.

    options = BrokerOptions(broker_address("mqtt://bench@127.0.0.1"), commands=True)
    await publishing(bench, options, log)         # until the bench ends; raises OutputError of the outbox

Everything here runs in the event loop of the service, but the outbox's store, which the journal calls.
"""
