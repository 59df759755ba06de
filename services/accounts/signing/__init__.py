"""Signing in: by password, link or passkey, with a second factor where there is one."""
