"""The direction of imports inside a room, for import-linter (its settings are in pyproject.toml)."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

# From the ground up. A module may import its own level and the ones below. `tasks` stands with the verbs: a verb wakes
# a task up, and the task calls a verb.
LEVELS = {
    "enums": ["enums", "exceptions", "colours", "languages", "menus", "words"],
    "models": ["models", "querysets", "translation", "blocks", "kinds"],
    "permissions, reports": [
        "permissions", "reports", "filters", "listing", "occasions", "missed", "quarters", "session_rows",
    ],
    "verbs": ["tasks"],
    "forms, resources, feeds": ["forms", "resources", "feeds", "tables"],
    "views": [
        "views", "admin", "receivers", "management", "checks", "urls", "wagtail_hooks", "templatetags", "middleware",
        "context_processors", "adapters", "apps",
    ],
}  # fmt: skip
RANKS = {name: rank for rank, names in enumerate(LEVELS.values()) for name in names}
VERBS = RANKS["tasks"]
OUTSIDE = {"migrations"}


def rank(module: str, room: str) -> int:
    """The level of `room.name...`: a name that is not listed is a verb module, or what verbs work with.

    In a folder of a room (`night.partners.forms`) the first name that is listed counts.
    """
    for name in module.removeprefix(f"{room}.").split("."):
        if (name := "views" if name.endswith(("_views", "_urls")) else name) in RANKS:
            return RANKS[name]
    return VERBS


class InsideARoom(Contract):
    """enums < models with their querysets < permissions, reports < verbs < forms, resources, feeds < views."""

    type_name = "inside_a_room"
    rooms = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Looks at each import between two modules of the same room.

        A room may stand inside another (``events.night``): it is above it, and none of the outer one's modules.
        """
        found: list[tuple[int, int, dict[str, Any]]] = []
        for room in self.rooms:  # type: ignore[attr-defined]
            inner = self.inside(graph, room)
            modules = {
                name
                for name in graph.find_descendants(room) - inner
                if name.removeprefix(f"{room}.").split(".")[0] not in OUTSIDE
            }
            for importer in modules:
                for imported in graph.find_modules_directly_imported_by(importer) & (modules | inner):
                    above = len(LEVELS) if imported in inner else rank(imported, room)
                    if above > rank(importer, room):
                        details = graph.get_import_details(importer=importer, imported=imported)
                        found += [(rank(importer, room), above, detail) for detail in details]
        return ContractCheck(kept=not found, metadata={"found": found})

    def inside(self, graph: ImportGraph, room: str) -> set[str]:
        """The modules of the rooms that stand inside this one."""
        rooms = [name for name in self.rooms if name.startswith(f"{room}.")]  # type: ignore[attr-defined]
        return {module for name in rooms for module in (name, *graph.find_descendants(name))}

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Names each line that imports upwards."""
        levels = [*LEVELS, "a room above"]
        for below, above, detail in check.metadata["found"]:
            output.print_error(
                f"{detail['importer']}:{detail['line_number']} ({levels[below]}) "
                f"imports {detail['imported']} ({levels[above]})"
            )
