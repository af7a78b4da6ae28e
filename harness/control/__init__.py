"""What can be done to a running bench: one table of verbs, and the bench that carries them out.

`table.VERBS` describes each verb once: typed request and answer (msgspec), a sentence, its effect, its errors.
`hanbench ctl`, the control socket, HTTP (`serve`), MQTT (`mqtt`), the clients, the OpenAPI and AsyncAPI documents
and docs/control.md follow from it.

A bench is a street of homes (`[homes.NAME]`), of which there may be one without a name. Nodes are named ROLE, or
HOME.ROLE where homes have names; requests about one home have `home`, which may be left out where there is one; every
event has `home`, empty for what concerns the whole bench or its only home; `BenchState.homes` tells of each.

A service (`up`, `serve`, the broker's side) runs in an ordinary event loop, in real time. Each bench has a thread and a
clock of its own::

    street = assemble_street(file, file.clock(watched=True))  # its homes, on a PacedClock, without power
    bench = BenchThread(LiveBench(file, street, folder, name))
    bench.start()                                       # until its ports are open; raises RadioError, OutputError
    answer = await bench.perform(InjectRequest("battery-dead"))         # typed; raises ControlError
    answer = await call(bench, "inject", b'{"fault": "battery-dead"}')  # the same from JSON (`calling`)
    with bench.journal.follow(after=None, kinds=("frame", "decision")) as events:
        for event in await events.batch():              # in order; `FramesLost` tells what a slow reader lost
            ...
    bench.journal.stores.append(store)                  # before anybody has the event; raises: there is no such event
    bench.stop()                                        # `bench.failure`: what ended it, if it failed

A request with `wait_s` is answered after so many real seconds at the latest; its work goes on, and events tell its end.
"""
