"""From a fresh checkout to a working one: `python3 -m appliance.ops.bootstrap [--dev]`.

Runs under the system's python3, before anything is installed: standard library only, and
nothing imported from the rest of the house. Every step leaves a stamp with the digest of what
it was made from, so that a second run does nothing and an interrupted one is taken up again.
"""
