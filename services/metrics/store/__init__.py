"""The read model: what was heard of each opinion, and the rows derived from it for counting. And the ledger."""

from services.metrics.store.heads import Heads
from services.metrics.store.ledger import Ledger
from services.metrics.store.model import Answer, ReadModel
from services.metrics.store.tables import tables

__all__ = ["Answer", "Heads", "Ledger", "ReadModel", "tables"]
