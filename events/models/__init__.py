"""The agenda: places, slots and registrations."""

from events.models.places import Room, Venue
from events.models.registrations import Registration
from events.models.slots import Slot

__all__ = ["Registration", "Room", "Slot", "Venue"]
