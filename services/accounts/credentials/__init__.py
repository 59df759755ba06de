"""What people prove who they are with: passwords, links that are good once, single sign-on, and how soon they may try again."""
