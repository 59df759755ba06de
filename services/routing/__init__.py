"""routing: assigns each opinion to a department by topic, and handles the moves of departments.

consumes   opinion.accepted, .detailed, .evaluated, .joined, .merged, .parted, .withdrawn; letter.erased;
           supervision.raised, .resolved; the departments' commands
publishes  assignment.*; promise.*; calendar.changed; command.accepted, .rejected
serves     /assignments, /promises, /lookbacks, /reschedulings, /departments, /topics, /routes
keeps      assignments with their deadlines and replies, rulings, promises, look-backs, deadlines moved by a changed calendar,
           answers to commands, models, opinions that wait for a person
"""
