"""Exposure and health in plain words: pure rules, units and sentences over facts that the registry keeps."""
