"""How answers are read: one file a format, each from bytes to rows of raw cells."""
