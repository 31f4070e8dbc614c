"""Who may see and do what: rules, people, sessions, and the log of what they did."""
