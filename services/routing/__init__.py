"""routing: assigns each opinion to a department by topic, and carries what departments do with it.

hears   opinion.accepted, .detailed, .evaluated, .joined, .merged, .parted, .withdrawn; supervision.raised, .resolved;
        the departments' commands
says    assignment.*; promise.*; calendar.changed; command.accepted, .rejected
serves  /assignments, /promises, /lookbacks, /reschedulings, /departments, /topics, /routes/preview
keeps   assignments with their deadlines and replies, rulings, promises, look-backs, what changed calendars have moved,
        how commands were answered
"""
