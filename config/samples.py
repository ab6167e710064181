"""What the style guide shows: content as it looks in real life, invented."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from cms.appearance import Appearance
from cms.menus import MenuItem

# A made-up map in a box of 1000 by 700: code, name, where the code stands, outline.
CELLS = [
    ("01", "Louvre", 463, 340, "443,278 532,344 533,355 510,392 423,377 400,321 428,278"),
    ("02", "Bourse", 513, 288, "532,344 443,278 536,242 562,282"),
    ("03", "Temple", 596, 324, "632,373 533,355 532,344 562,282 657,285"),
    ("04", "Hôtel-de-Ville", 589, 409, "667,482 517,413 510,392 533,355 632,373"),
    ("05", "Panthéon", 554, 487, "475,516 517,413 667,482 669,484 514,557"),
    ("06", "Luxembourg", 445, 447, "365,487 423,377 510,392 517,413 475,516 367,493"),
    ("07", "Palais-Bourbon", 331, 383, "239,319 400,321 423,377 365,487 231,381"),
    ("08", "Élysée", 327, 264, "404,189 428,278 400,321 239,319 209,240"),
    ("09", "Opéra", 468, 209, "540,184 536,242 443,278 428,278 404,189 431,134"),
    ("10", "Entrepôt", 608, 225, "562,282 536,242 540,184 619,144 696,256 657,285"),
    ("11", "Popincourt", 701, 390, "669,484 667,482 632,373 657,285 696,256 713,257 778,463 737,510"),
    ("12", "Reuilly", 854, 505, "985,367 966,457 930,547 831,604 759,643 737,510 778,463"),
    ("13", "Gobelins", 635, 592, "759,643 729,659 588,679 510,676 514,557 669,484 737,510"),
    ("14", "Observatoire", 414, 595, "510,676 414,672 286,660 367,493 475,516 514,557"),
    ("15", "Vaugirard", 232, 523, "286,660 271,658 170,603 77,544 74,537 231,381 365,487 367,493"),
    ("16", "Passy", 116, 325, "74,537 37,457 19,350 25,241 65,151 107,128 209,240 239,319 231,381"),
    ("17", "Batignolles-Monceau", 288, 131, "107,128 168,95 276,48 408,16 431,134 404,189 209,240"),
    ("18", "Buttes-Montmartre", 529, 84, "408,16 410,15 592,8 647,21 619,144 540,184 431,134"),
    ("19", "Buttes-Chaumont", 749, 139, "696,256 619,144 647,21 730,40 839,90 939,149 941,153 713,257"),
    ("20", "Ménilmontant", 855, 309, "989,350 985,367 778,463 713,257 941,153 962,244"),
]
LIT = {"03": 2, "07": 1, "11": 3, "13": 1, "18": 4, "20": 2}
SOLIDARITY = {"tint": "solidarity", "name": "Bénévoles de la Solidarité"}
CLIMATE = {"tint": "climate", "name": "Volontaires du Climat"}
CITY = {"tint": "city", "name": "Volontaires de Paris"}
STATES = [
    "open",
    "full",
    "draft",
    "closed",
    "pending",
    "offered",
    "requested",
    "waiting",
    "reserve",
    "confirmed",
    "cancelled",
    "refused",
    "attended",
    "absent",
]

PHASES = ["announced", "call", "sorting", "vote", "work", "note", "paused", "over", "draft"]
IDEA_STATES = ["open", "studying", "merged", "adopted", "declined", "out_of_scope", "withdrawn"]


class DetailsForm(forms.Form):
    """A form with each kind of field."""

    first_name = forms.CharField(
        label="Prénom",
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        help_text="Celui par lequel on vous appelle.",
    )
    email = forms.EmailField(label="Adresse mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    district = forms.ChoiceField(
        label="Arrondissement",
        required=False,
        choices=[("", "Tous")] + [(code, f"{code} {name}") for code, name, *_ in CELLS],
    )
    interests = forms.MultipleChoiceField(
        label="Ce qui vous intéresse",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("street", "Maraudes"), ("food", "Alimentation"), ("heat", "Canicule"), ("bike", "Vélo")],
    )
    mobility = forms.ChoiceField(
        label="Comment venez-vous ?",
        widget=forms.RadioSelect,
        choices=[("foot", "À pied"), ("bike", "À vélo"), ("transit", "En transports")],
    )
    message = forms.CharField(label="Un mot pour l’équipe", required=False, widget=forms.Textarea)
    charter = forms.BooleanField(
        label="J’ai lu la charte et je m’engage à la respecter.",
        help_text="Dignité, écoute, anonymat : deux minutes de lecture.",
    )


class FilterForm(forms.Form):
    """The filters of a programme."""

    search = forms.CharField(label="Chercher", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    network = forms.ChoiceField(
        label="Réseau", required=False, choices=[("", "Tous"), ("s", "Solidarité"), ("c", "Climat")]
    )
    district = forms.ChoiceField(
        label="Arrondissement", required=False, choices=[("", "Tous")] + [(c[0], c[1]) for c in CELLS]
    )
    moment = forms.ChoiceField(
        label="Moment", required=False, choices=[("", "Tous"), ("evening", "Le soir"), ("weekend", "Le week-end")]
    )


class CodeForm(forms.Form):
    """The code received by mail."""

    code = forms.CharField(
        label="Le code reçu par mail",
        max_length=6,
        help_text="Six caractères, envoyés à camille@exemple.fr. Il vaut 15 minutes.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def _cells(url: str) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": name,
            "x": x,
            "y": y,
            "points": points,
            "lit": code in LIT,
            "count": LIT.get(code, 0),
            "url": f"{url}?district={code}",
        }
        for code, name, x, y, points in CELLS
    ]


def _row(days: int, hour: int, title: str, network: dict[str, str], **facts: Any) -> dict[str, Any]:
    starts_at: datetime = timezone.localtime().replace(hour=hour, minute=30, second=0, microsecond=0) + timedelta(
        days=days
    )
    row = {
        "url": "#",
        "title": title,
        "network": network,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
    }
    return (
        row | {"online": False, "seats_left": 5, "capacity": 20, "waiting": 0, "state": "open", "my_state": ""} | facts
    )


def _rows() -> list[dict[str, Any]]:
    return [
        _row(
            4,
            18,
            "Aller vers : aborder une personne à la rue",
            SOLIDARITY,
            place="La Fabrique de la Solidarité",
            district="2e",
            theme="Les bases",
            association="Entourage",
        ),
        _row(
            6,
            10,
            "Atelier vélo : réparer sa chaîne et ses freins",
            CLIMATE,
            place="Maison des acteurs du Paris durable",
            district="4e",
            theme="Se déplacer",
            association="Mieux se déplacer à bicyclette",
            seats_left=2,
            capacity=12,
        ),
        _row(
            9,
            19,
            "Femmes sans abri : comprendre, orienter",
            SOLIDARITY,
            place="Mairie du 18e",
            district="18e",
            theme="Publics",
            association="ADSF",
            seats_left=0,
            capacity=25,
            waiting=7,
            state="full",
        ),
        _row(
            13,
            18,
            "Lire une facture d’énergie et la faire baisser",
            CLIMATE,
            online=True,
            theme="Énergie",
            association="Enercit’if",
            seats_left=0,
            capacity=80,
            waiting=3,
            state="full",
            my_state="waiting",
            my_rank=2,
        ),
        _row(
            15,
            18,
            "Écoute active, premier niveau",
            SOLIDARITY,
            place="Espace Paris Jeunes",
            district="13e",
            theme="Les bases",
            my_state="confirmed",
            seats_left=9,
            capacity=18,
        ),
        _row(
            21,
            14,
            "Visite du centre de tri de Paris XVII",
            CITY,
            place="Rue Valette",
            district="17e",
            theme="Déchets",
            capacity=0,
            seats_left=0,
        ),
        _row(
            27, 18, "Soirée des nouvelles et nouveaux", CITY, place="Hôtel de Ville", district="4e", state="cancelled"
        ),
        _row(
            34,
            19,
            "La fresque du quartier",
            CLIMATE,
            place="Halle Pajol",
            district="18e",
            theme="Alimentation",
            seats_left=41,
            capacity=120,
        ),
    ]


def context() -> dict[str, Any]:
    today = timezone.localdate()
    refused = DetailsForm({"email": "camille@", "mobility": "rocket"}, auto_id="refused_%s")
    rows = _rows()
    return {
        "site_menu": [
            MenuItem("Programme", "/styleguide/programme/", True),
            MenuItem("Missions", "#"),
            MenuItem("La Nuit de la Solidarité", "#"),
            MenuItem("Idées", "#"),
        ],
        "site_settings": Appearance(
            site_name="Maillage",
            tagline="",
            footer_text="",
            logo_url="",
            colours_url="",
            charter_url="",
            privacy_url="",
            footer_menu=tuple(
                MenuItem(title, "#")
                for title in ("Accessibilité : partiellement conforme", "Vos données", "Mentions légales", "Contact")
            ),
        ),
        "rows": rows,
        "next": rows[0],
        "lit_row": rows[0] | {"lit": True, "title": "La même, en tant que prochaine date"},
        "months": [
            {"slug": "one", "starts_on": rows[0]["starts_at"], "rows": rows[:5]},
            {"slug": "two", "starts_on": rows[5]["starts_at"], "rows": rows[5:]},
        ],
        "states": STATES,
        "phases": PHASES,
        "idea_states": IDEA_STATES,
        "cells": _cells("/styleguide/programme/"),
        "spot": (760, 300),
        "form": DetailsForm(auto_id="plain_%s"),
        "refused": refused,
        "code_form": CodeForm(),
        "filter_form": FilterForm({"network": "s"}),
        "chips": [{"label": "Solidarité", "url": "?"}, {"label": "18e", "url": "?"}],
        "steps": [
            {
                "title": "L’appel est ouvert",
                "date": today - timedelta(days=20),
                "until": today - timedelta(days=6),
                "state": "done",
                "text": "148 idées reçues, dont 31 au dernier jour.",
            },
            {
                "title": "Tri et vote de pertinence",
                "date": today - timedelta(days=5),
                "until": today + timedelta(days=8),
                "state": "now",
                "text": "Chaque idée reçoit une réponse publique : ouverte, fusionnée, adoptée ou déclinée.",
            },
            {"title": "Ateliers et première publication", "date": today + timedelta(days=9), "state": "next"},
            {"title": "Ce que c’est devenu", "date": today + timedelta(days=60), "state": "next"},
        ],
        "bars": [
            {"label": "Rue", "value": 2232, "lit": True},
            {"label": "Métro et RER", "value": 200},
            {"label": "Gares", "value": 142},
            {"label": "Parkings", "value": 76},
            {"label": "Bois et parcs", "value": 385},
            {"label": "Halls et caves", "value": 88},
        ],
        "table_columns": ["Nom", "Arrondissement", "Formation", "Places"],
        "table_rows": [
            ["Camille Aubry", "11e", "Aller vers", "confirmée"],
            ["Sékou Diarra", "20e", "Aller vers", "en attente"],
            ["Marie-Noëlle Le Goff-Brunet", "18e", "Écoute active", "confirmée"],
        ],
        "people": [
            {"name": "Camille Aubry", "note": "première fois", "state": "attended"},
            {"name": "Sékou Diarra", "note": "", "state": ""},
            {"name": "Marie-Noëlle Le Goff-Brunet", "note": "fauteuil roulant : entrée par la cour", "state": "absent"},
            {"name": "Thanh Nguyen", "note": "", "state": ""},
        ],
    }
