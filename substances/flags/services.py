"""PLACE HOLDER; the ground-floor helper overwrites this file."""
from typing import Any
def propose_flag(**k: Any) -> Any: raise NotImplementedError
