"""The nouns: frozen values without input or output, clock or engine."""
