from xml.etree import ElementTree

from volunteers import squares

ADDRESS = "https://ville.example/door/K7M3QP/"


def test_svg_takes_the_width_it_is_given_and_holds_no_style():
    drawn = ElementTree.fromstring(squares.svg(ADDRESS))

    side = drawn.attrib["viewBox"].split()[2]
    assert drawn.attrib == {"viewBox": f"0 0 {side} {side}"}
    assert {name for path in drawn for name in path.attrib} == {"d", "fill", "stroke"}


def test_png_is_a_picture_and_always_the_same():
    drawn = squares.png(ADDRESS)

    assert drawn.startswith(b"\x89PNG") and drawn == squares.png(ADDRESS)
    assert drawn != squares.png(ADDRESS.replace("P", "R"))
