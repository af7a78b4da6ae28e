"""Benches as a service: verbs, events and the live page over HTTP, in one process (the extra `[serve]`).

A service runs in one ordinary event loop in real time; each bench has a thread and a clock of its own (`control`).
`app.application` is the whole interface as an ASGI application: a guard (`guard.Guard`: host, site, token, headers,
errors) around a table of paths. `service.Service` runs it with uvicorn and ends it within two seconds.
"""
