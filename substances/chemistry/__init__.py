"""Pure chemistry kernel: no Django, no database, no network.

`identifiers`, `envelope`, `formats` and `sandbox_client` import no RDKit and may be used by the web
process. Everything else needs RDKit and runs only in workers, commands or the sandbox process.
"""
