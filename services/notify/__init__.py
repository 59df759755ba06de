"""notify keeps the clock: who has to do what by when, who is told when it gets late, and what was said to whom.

hears   assignment.*, promise.*, calendar.changed; letter.requested
says    reminder.sent, card.issued, supervision.raised .scheduled .resolved (each also to the department's own queue)
serves  /reminders, /letters, /deadlines and how they come about, /supervisions, /meetings,
        the page /agenda
keeps   deadlines and their endings, reminders, letters to people and submitters and how their
        channels are doing, supervisions and meetings
"""
