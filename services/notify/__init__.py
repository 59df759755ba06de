"""notify: tracks deadlines, climbs the ladder of reminders when they pass, and sends notifications to staff and submitters.

consumes   assignment.*, promise.*, calendar.changed; letter.*
publishes  reminder.sent, card.issued, supervision.raised .scheduled .resolved (each also to the department's own queue);
           digest.due to intake alone
serves     /reminders, /letters, /deadlines and how they were computed, /supervisions, /meetings, the page /agenda
keeps      deadlines and their endings, reminders, notifications and the state of their channels, supervisions and meetings
"""
