"""The transparency log: events, Merkle tree, checkpoints, evidence.

Imports nothing of `compliance`, `models` or `appliance`; what it needs of
them (signers, folders) is handed over at start through `audit.wiring`.
"""
