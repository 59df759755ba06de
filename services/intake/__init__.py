"""intake: takes opinions in, reviews them, and shows holders of a receipt what became of theirs.

consumes   assignment.*, promise.*, card.*, supervision.* (shown on the receipt); digest.due
publishes  opinion.*, code.*, and letter.* to notify alone
serves     /opinions, /reviews, /receipts, /codes and the pages of opinions and receipts
keeps      opinions with their submitters and co-signers, who handles them, timelines, ratings
"""
