from tests.unit.runtime.conftest import harness

__all__ = ["harness"]
