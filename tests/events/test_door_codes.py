import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import door_codes
from events.models import Registration

EVERY = door_codes.HALF**2


@given(st.integers(min_value=1, max_value=EVERY - 1))
def test_code_leads_back_to_its_number(number):
    code = door_codes.code_of(Registration(pk=number))

    assert (len(code), set(code) <= set(door_codes.LETTERS), door_codes.number_of(code)) == (6, True, number)


def test_no_two_of_a_city_have_the_same_code():
    codes = {door_codes.code_of(Registration(pk=number)) for number in range(1, 20_001)}

    assert len(codes) == 20_000
    assert len({code[:2] for code in codes}) == len(door_codes.LETTERS) ** 2  # neighbours look like strangers


def test_code_is_read_as_people_type_it_and_as_cameras_read_it(settings):
    settings.SITE_URL = "https://ville.example"
    code = door_codes.code_of(Registration(pk=7))
    address = door_codes.address_of(code)

    typed = [code, code.lower(), f"  {door_codes.shown(code)} ", f"{code[:3]}-{code[3:]}", address, address.rstrip("/")]

    assert address == f"https://ville.example/door/{code}/"
    assert {door_codes.number_of(text) for text in typed} == {7}


@pytest.mark.parametrize(
    "text", ["", "K7M", "K7M3QPX", "O00000", "ÉÉÉÉÉÉ", "https://other.example/", "\x00" * 6, "／" * 6]
)
def test_what_cannot_be_a_code_is_nobodys(text):
    assert door_codes.number_of(text) is None


def test_another_installation_has_other_codes(settings):
    before = door_codes.code_of(Registration(pk=7))
    settings.SECRET_KEY = "another"
    assert door_codes.code_of(Registration(pk=7)) != before
