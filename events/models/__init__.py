"""The agenda: places, slots and their meetings, registrations, who was there and who came without one."""

from events.models.marks import MeetingMark
from events.models.meetings import Meeting
from events.models.places import Room, Venue
from events.models.registrations import Registration
from events.models.slots import Slot
from events.models.walk_ins import WalkIn

__all__ = ["Meeting", "MeetingMark", "Registration", "Room", "Slot", "Venue", "WalkIn"]
