"""routing: assigns each opinion to a department by topic, and carries what departments do with it.

hears   opinion.accepted, .detailed, .evaluated, .merged, .withdrawn; the departments' commands
says    assignment.*; promise.made; command.rejected
serves  /assignments, /departments, /topics, /routes/preview
keeps   assignments with their deadlines and replies, rulings
"""
