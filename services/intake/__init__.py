"""intake: receives what people tell, reviews it, and answers for it to whoever holds the receipt.

hears   assignment.* (to show on the receipt what becomes of it)
says    opinion.submitted, opinion.accepted, opinion.declined, opinion.evaluated
serves  /opinions, /receipts and the pages of both
keeps   opinions with their submitters, timelines, evaluations
"""
