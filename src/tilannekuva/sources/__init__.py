"""How answers are fetched and read; `recipes/*.toml` are the sources themselves."""
