"""intake: receives what people tell, reviews it, and answers for it to whoever holds a receipt.

hears   assignment.*, promise.*, card.*, supervision.* (to show on the receipt what becomes of it)
says    opinion.*, and letter.requested by the private way
serves  /opinions, /reviews, /receipts and the pages of opinions and receipts
keeps   opinions with their submitters and co-signers, who handles them, timelines, ratings
"""
