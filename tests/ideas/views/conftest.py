import pytest
import time_machine
from django.utils import timezone


@pytest.fixture
def clock():
    """What is kept for a second stays kept, however slow the machine."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock
