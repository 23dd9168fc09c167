"""Accounts: log in and out, password, invitation, language. The one place that starts a session."""
