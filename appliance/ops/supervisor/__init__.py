"""One process that starts the five services, keeps them up and ends them in order.

    python -m appliance.ops.supervisor          run until SIGINT or SIGTERM
    python -m appliance.ops.supervisor --stop   end the one that runs on this `var`

It has one thread (a child's death signal follows the thread that started it), no Django and
no connection of its own to the log: what happened to services is spooled to a file, from
which the worker records it.
"""
