"""Values that many publishers print in many ways, understood once: pure functions from a cell to a fact."""
