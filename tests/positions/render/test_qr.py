import re

import segno

from positions.render import qr

RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\3z")


def test_path_covers_exactly_the_dark_modules():
    address = "https://migration.example.go.ke/verify/" + "9f" * 32 + "/"
    drawn = qr.code(address)
    dark = {
        (int(row), int(start) + step)
        for start, row, length in RUN.findall(drawn["path"])
        for step in range(int(length))
    }
    matrix = segno.make(address, error="m", micro=False).matrix
    assert drawn["size"] == len(matrix)
    assert dark == {(row, column) for row, line in enumerate(matrix) for column, module in enumerate(line) if module}
    assert RUN.sub("", drawn["path"]) == ""
