"""What leaders watch: definitions in `catalogue/*.toml`, and the levels they reach."""
