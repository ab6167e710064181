"""``python typesetting.py ROOM TEMPLATE < data > paper.pdf``: typst in a process of its own, without the rest of us.

A paper of hundreds of pages takes memory that a worker would keep for good; this process gives it back, and can be
ended at any moment (volunteers.papermaking.pdf_apart).
"""

import sys

import typst


def main(room: str, template: str) -> None:
    paper = typst.compile(
        f"{room}/{template}",
        root=room,
        format="pdf",
        font_paths=typst.Fonts(include_system_fonts=True, include_embedded_fonts=True),
        sys_inputs={"data": sys.stdin.read()},
    )
    sys.stdout.buffer.write(paper)


if __name__ == "__main__":
    main(*sys.argv[1:])
