"""The Night of Solidarity: its editions, the headquarters of each, and the sectors that teams walk."""

from events.night.models.appeals import Appeal, Asked
from events.night.models.assignments import Assignment
from events.night.models.boards import Board, BoardChange
from events.night.models.cards import Card, Vacancy
from events.night.models.editions import Edition
from events.night.models.headquarters import Headquarters
from events.night.models.imports import SectorImport
from events.night.models.papers import PaperFile
from events.night.models.participants import Briefing, Choice, FriendGroup, Participant
from events.night.models.partners import NamedPerson, Partner
from events.night.models.people_lists import ListPage, ListPair, PeopleList
from events.night.models.rosters import Roster
from events.night.models.sectors import PlaceKind, Sector, SectorTag

__all__ = [
    "Appeal",
    "Asked",
    "Assignment",
    "Board",
    "BoardChange",
    "Briefing",
    "Card",
    "Choice",
    "Edition",
    "FriendGroup",
    "Headquarters",
    "ListPage",
    "ListPair",
    "NamedPerson",
    "PaperFile",
    "Participant",
    "Partner",
    "PeopleList",
    "PlaceKind",
    "Roster",
    "Sector",
    "SectorImport",
    "SectorTag",
    "Vacancy",
]
