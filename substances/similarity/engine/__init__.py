"""Pure similarity kernel: NumPy only. It knows bytes and ids, not molecules and not Django.

`protocol` says what an engine does, `brute` is the plain one that every other engine must agree with.
"""
