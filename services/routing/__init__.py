"""routing: assigns each opinion to a department by topic, and carries what departments do with it.

hears   opinion.accepted, opinion.evaluated; the departments' commands
says    assignment.created, .signed, .progressed, .replied, .reopened, .concluded; promise.made; command.rejected
serves  /assignments, /departments, /topics, /routes/preview
keeps   assignments with their deadlines and replies
"""
