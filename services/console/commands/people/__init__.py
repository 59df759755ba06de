"""The commands for people and programs: accounts, tokens, deputies, personal data, the audit log."""
