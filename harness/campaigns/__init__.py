"""Campaigns that are kept: a spec of up to ten million cases, a store on disk, local processes or a cluster.

`spec` and `plan` say which case each index is, and `playing` plays a range of them: a pure function. `coordinator`
hands out ranges to `local` or `cluster` and puts what comes back into the `store`. `summary` and `page` report it.
"""
