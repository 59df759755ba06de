"""Lists of what was said at sessions: views over the cases behind the questions, the promises and the entries."""
