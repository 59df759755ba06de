"""People and places through whom opinions come: deputies, groups, stations."""
