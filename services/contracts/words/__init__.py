"""What everything is called, in Chinese and English: codes, columns, answers, problems."""
