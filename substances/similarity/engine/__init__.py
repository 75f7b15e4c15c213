"""Pure similarity kernel: NumPy only. It knows bytes and ids, not molecules and not Django.

`protocol` says what an engine does; `brute` is the plain one that every other must agree with. `column_index` searches
fingerprints by column (`columns`), by one kernel or another (`scan`); `segmented` lets several, and a few new rows
beside them, answer as one.
"""
