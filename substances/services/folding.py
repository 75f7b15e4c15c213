"""How search reads text: one folded form for what people type and for what is stored."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Longest folded text kept or asked for, in characters: 600 of four bytes stay within an index row of PostgreSQL.
FOLDED_LENGTH = 600

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "ng"}
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_PRIMES = dict.fromkeys("‘’‚‛′‵´`ʹʼʻ＇", "'")
_QUOTES = dict.fromkeys("“”„‟″", '"')
_FOLDED = str.maketrans({**_LETTERS, **{letter: f" {name} " for letter, name in _GREEK.items()}})
_MARKS = str.maketrans({**_PRIMES, **_QUOTES, "−": "-", "⁄": "/", "∕": "/"})
# Written out beside a digit, dash, dot or bracket (17beta, .alpha.-, beta-), such a name is the letter.
_LETTER_NAME = re.compile(rf"(?<![a-z])\.*({'|'.join(sorted(_GREEK.values(), key=len, reverse=True))})\.*(?![a-z])")


def fold(text: str) -> str:
    """The text without case, accents and ways of writing: what is equal folded is the same to search.

    Compatibility forms are resolved (₂ is 2), ł is l, ß is ss, α is "alpha"; dashes and blanks of every kind are one
    blank; primes are "'"; control characters and lone surrogates are left out. Primes stay, since N,N and N,N' differ.
    """
    text = unicodedata.normalize("NFKD", text.translate(_MARKS)).casefold()
    text = unicodedata.normalize("NFKD", text).translate(_MARKS)
    kept = "".join(map(_plain, text)).translate(_FOLDED)
    return " ".join(_LETTER_NAME.sub(r" \1 ", kept).split())[:FOLDED_LENGTH].rstrip()


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """The character; a blank for blanks and dashes; nothing for accents and what cannot be seen."""
    if char.isascii() and char.isalnum():
        return char
    category = unicodedata.category(char)
    if char.isspace() or category == "Pd":
        return " "
    return "" if category[0] in "MC" else char


def trigrams(folded: str) -> frozenset[str]:
    """The runs of three characters of each word, with its ends marked by blanks, as pg_trgm makes them."""
    return frozenset(
        padded[i : i + 3] for word in folded.split() for padded in (f"  {word} ",) for i in range(len(padded) - 2)
    )
