"""Who calls and who acts: roles, rights, duties, contacts, and where a navigation leads."""
