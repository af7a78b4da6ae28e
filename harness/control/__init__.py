"""What can be done to a running bench: one table of verbs, and the bench that carries them out.

`table.VERBS` describes each verb once: typed request and answer (msgspec), a sentence, its effect, its errors.
`hanbench ctl`, the control socket, the clients, the OpenAPI and AsyncAPI documents and docs/control.md follow from it;
HTTP and MQTT are to follow from it as well, and are not there yet.

A service (`up`, `serve`, the broker's side) runs in an ordinary event loop, in real time. Each bench has a thread and a
clock of its own::

    bench = BenchThread(LiveBench(file, han, folder))  # `han` on a PacedClock, without power
    bench.start()                                       # until its ports are open; raises RadioError, OutputError
    answer = await bench.perform(InjectRequest("battery-dead"))         # typed; raises ControlError
    answer = await call(bench, "inject", b'{"fault": "battery-dead"}')  # the same from JSON (`calling`)
    with bench.journal.follow(after=None, kinds=("frame", "decision")) as events:
        for event in await events.batch():              # in order; `FramesLost` tells what a slow reader lost
            ...
    bench.journal.hooks.append(store)                   # synchronous, in the bench's thread: before anything goes on
    bench.stop()                                        # `bench.failure`: what ended it, if it failed

A request with `wait_s` is answered after so many real seconds at the latest; its work goes on, and events tell its end.
"""
