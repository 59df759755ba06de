from services.console.client.importer import ImportTally, LineView, in_words


def test_answers_are_counted_and_lines_lead_back_to_the_file() -> None:
    tally = ImportTally(rows=4)
    tally.count(LineView(2, "created", "a"), 502)
    tally.count(LineView(3, "exists", "b"), 503)
    tally.count(LineView(4, "refused", errors={"title": ["too long"], "x": ["unknown", "odd"]}), 504)
    assert (tally.created, tally.known, tally.opinions) == (1, 1, {"a", "b"})
    assert [(line, in_words(errors)) for line, errors in tally.refused] == [(504, "title: too long; x: unknown odd")]


def test_the_rate_is_that_of_new_opinions_and_there_is_none_without_any() -> None:
    assert ImportTally(rows=9, created=8, known=1, seconds=2.0).rate == 4
    assert ImportTally(rows=1, known=1, seconds=2.0).rate is None
