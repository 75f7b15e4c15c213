"""PLACE HOLDER written by the founder so that the URL conf imports; the search helper overwrites this file."""
from typing import Any
class NotComputable(Exception): ...
def similar_to(*a: Any, **k: Any) -> Any: raise NotComputable("not yet")
def request_search(*a: Any, **k: Any) -> Any: raise NotImplementedError
def results(*a: Any, **k: Any) -> Any: return []
