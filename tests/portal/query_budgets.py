"""How many queries an answer may cost, session and user included; docs/quality.md promises 12 for the first three.

None of them grows with rows: `test_pages_queries.py` opens each with few rows and with many.
"""

from __future__ import annotations

#: By the address's name: the most that a signed-in reader's request may cost.
QUERY_BUDGETS = {
    "web:substance": 12,
    "web:substance-timeline": 12,
    "web:function": 12,
    "web:company": 12,
    "web:substances": 17,
    "web:search": 12,
    "web:alternatives": 5,
    "web:companies": 5,
    "web:lists": 4,
    "web:list": 9,
    "web:list-diff": 14,
    "web:group": 12,
    "web:groups": 3,
    "web:libraries": 4,
    "api:libraries": 4,
    "web:home": 17,
    "api:substances": 9,
    "api:substance": 16,
    "api:substance-exposure": 8,
    "api:substance-timeline": 9,
    "api:group": 5,
    "api:group-members": 5,
    "api:group-producers": 4,
    "api:substance-producers": 4,
    "api:alternatives": 8,
    "api:list-substances": 7,
    "api:company-profile": 8,
}
