"""notify keeps the clock: who has to do what by when, who is told when it gets late, and what was said to whom.

hears   assignment.created .signed .replied .reopened .concluded; letter.requested
says    reminder.sent, card.issued, supervision.raised (each also to the department's own queue)
serves  GET /reminders, GET /letters, GET /deadlines, GET /deadlines/explain
keeps   deadlines and their endings, reminders, letters to people and to submitters, how their channels are doing
"""
