"""Every message, one class each, written down once; both sides of the broker import it from here. `registry` lists them all.

`TYPE` is the event type, `KEY` the field that ends the routing key (`-` where it is empty), `ADDRESSED` says that a copy goes
into the queues of the departments in the fields `TO`, and into those of the departments beside the lead where it says `BESIDE`;
what is not `PUBLISHED` goes nowhere else. A copy that another service makes for a department lacks the fields in `WITHHELD`.
Instants are aware datetimes; deadlines map a kind (`sign`, `object`, `reply`) to an instant. No event carries who submitted an
opinion or how to reach them; a `PRIVATE` message, which may, goes by the exchange for letters to the queues of `PRIVATE_TO`.
"""
