"""The direction of imports inside a room, for import-linter (its settings are in pyproject.toml)."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

# From the ground up. A module may import its own level and the ones below. `tasks` stands with the verbs: a verb wakes
# a task up, and the task calls a verb.
LEVELS = {
    "enums": ["enums", "exceptions", "colours", "languages", "menus", "words"],
    "models": ["models", "querysets", "translation", "blocks", "kinds"],
    "permissions, reports": ["permissions", "reports", "filters", "listing", "occasions"],
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


def rank(module: str) -> int:
    """The level of `room.name...`: a name that is not listed is a verb module, or what verbs work with."""
    name = module.split(".")[1]
    return RANKS.get("views" if name.endswith(("_views", "_urls")) else name, VERBS)


class InsideARoom(Contract):
    """enums < models with their querysets < permissions, reports < verbs < forms, resources, feeds < views."""

    type_name = "inside_a_room"
    rooms = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Looks at each import between two modules of the same room."""
        found: list[dict[str, Any]] = []
        for room in self.rooms:  # type: ignore[attr-defined]
            modules = {name for name in graph.find_descendants(room) if name.split(".")[1] not in OUTSIDE}
            for importer in modules:
                for imported in graph.find_modules_directly_imported_by(importer) & modules:
                    if rank(imported) > rank(importer):
                        found += graph.get_import_details(importer=importer, imported=imported)
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Names each line that imports upwards."""
        for detail in check.metadata["found"]:
            levels = list(LEVELS)
            below, above = levels[rank(detail["importer"])], levels[rank(detail["imported"])]
            output.print_error(
                f"{detail['importer']}:{detail['line_number']} ({below}) imports {detail['imported']} ({above})"
            )
