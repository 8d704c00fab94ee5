"""Takes the screenshots that the tests of the page have made over into the documentation.

python -m pytest tests/dashboard/test_page_views.py
python scripts/dashboard_pictures.py docs/images
"""

import sys
from pathlib import Path
from typing import Final

MADE: Final = Path(__file__).parents[1] / "tests" / "artifacts"
PICTURES: Final = {
    "runner": "dashboard-runner",
    "coach": "dashboard-coach",
    "phone": "dashboard-phone",
}
MAX_BYTES: Final = 200_000


def main(folder: Path) -> None:
    """Copy them; none where one is missing or too large for a repository."""
    pictures = {name: MADE / f"{made}.png" for made, name in PICTURES.items()}
    for path in pictures.values():
        if not path.is_file():
            sys.exit(f"{path.name} is missing: run the tests of the page first")
        if path.stat().st_size > MAX_BYTES:
            sys.exit(f"{path.name} is larger than {MAX_BYTES} bytes")
    for name, path in pictures.items():
        (folder / f"{name}.png").write_bytes(path.read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
