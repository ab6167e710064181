"""Sectors as GeoJSON (RFC 7946), in the words that an import reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from events.night.models import Sector, SectorTag


def features_of(sectors: Iterable[Sector]) -> dict[str, Any]:
    """A FeatureCollection; ``kind``, headquarters and tags are read from the sectors as they were selected."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": _properties(sector), "geometry": sector.boundary or None}
            for sector in sectors
        ],
    }


def _properties(sector: Sector) -> dict[str, Any]:
    tags = list(sector.tags.all())
    return {
        "code": sector.code,
        "district": sector.headquarters.district.code,
        "kind": sector.kind.slug,
        "walk": sector.walk,
        "professionals_only": "yes" if sector.professionals_only else "no",
        "least": sector.least,
        "target": sector.target,
        "most": sector.most,
        "needs": ", ".join(_word(tag) for tag in tags if tag.is_needed),
        "wants": ", ".join(_word(tag) for tag in tags if not tag.is_needed),
        "rally_points": sector.rally_points,
        "dangers": sector.dangers,
        "difficulties": sector.difficulties,
    }


def _word(tag: SectorTag) -> str:
    if tag.language:
        return tag.language.code
    return tag.qualification.slug if tag.qualification else ""
