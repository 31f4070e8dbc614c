"""Joint sheets: Excel files that people fill in, made from a contract, checked cell by cell, sent back."""
