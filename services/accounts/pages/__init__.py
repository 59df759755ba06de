"""The pages of accounts: coming in, the own account, and the accounts of others."""
