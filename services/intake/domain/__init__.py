"""The rules of intake, pure, one file for each subject."""
