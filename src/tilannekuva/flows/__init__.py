"""The verbs: each wires rooms for one deed."""
