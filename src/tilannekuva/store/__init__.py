"""The memory: landing and ledger (the truth), observations (its index), SQL under lock."""
