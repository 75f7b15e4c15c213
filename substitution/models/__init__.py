from substitution.models.alternatives import Alternative, Evidence, Replacement, TechnicalFunction

__all__ = ["Alternative", "Evidence", "Replacement", "TechnicalFunction"]
