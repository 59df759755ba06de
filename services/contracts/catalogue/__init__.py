"""The catalogue: what one place configures, as frozen values, with a checker that names the line of each mistake."""

from services.contracts.catalogue import stored
from services.contracts.catalogue.check import CatalogueInvalid, check_catalogue, load_catalogue, parse_catalogue
from services.contracts.catalogue.document import Problem
from services.contracts.catalogue.model import (
    CHANNELS,
    DEADLINE_KINDS,
    LADDER_KINDS,
    LANGUAGES,
    LEVELS,
    OCCASIONS,
    PLACEHOLDER,
    RECIPIENTS,
    Area,
    Catalogue,
    Department,
    Difficulty,
    Limits,
    Person,
    Reason,
    Rung,
    Station,
    Statistics,
    Topic,
)

__all__ = [
    "CHANNELS",
    "DEADLINE_KINDS",
    "LADDER_KINDS",
    "LANGUAGES",
    "LEVELS",
    "OCCASIONS",
    "PLACEHOLDER",
    "RECIPIENTS",
    "Area",
    "Catalogue",
    "CatalogueInvalid",
    "Department",
    "Difficulty",
    "Limits",
    "Person",
    "Problem",
    "Reason",
    "Rung",
    "Station",
    "Statistics",
    "Topic",
    "check_catalogue",
    "load_catalogue",
    "parse_catalogue",
    "stored",
]
