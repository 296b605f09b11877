"""Data folders whose cards point at the real files, where they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from real_setup import EDITION_2019, EDITION_2024, EDITION_COMMUNES, LABELS, NEEDED, OpenFolder, card_of

import oqhs
from oqhs.edition import Edition
from oqhs.observatory import Observatory
from oqhs.sources.cards import Card, write_card


@pytest.fixture(scope="session")
def cards(real_data: Path) -> dict[str, Card]:
    return {name: card_of(name, real_data / path, **fields) for name, (path, fields) in NEEDED.items()}


@pytest.fixture(scope="session")
def open_folder(tmp_path_factory: pytest.TempPathFactory) -> OpenFolder:
    """Write cards and editions to a folder of their own, and open it."""

    def opened(name: str, cards: dict[str, Card], editions: list[dict]) -> Observatory:
        folder = tmp_path_factory.mktemp(name)
        for part in ("raw", "editions"):
            (folder / part).mkdir()
        for card in cards.values():
            write_card(folder / "raw" / card.id, card)
        contents = {folder / "editions" / f"{one['edition']}.yaml": one for one in editions}
        for path, content in {**contents, folder / "libelles.yaml": LABELS}.items():
            path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return oqhs.open(folder)

    return opened


@pytest.fixture(scope="session")
def observatory(cards: dict[str, Card], open_folder: OpenFolder) -> Observatory:
    return open_folder("data", cards, [EDITION_2019, EDITION_COMMUNES, EDITION_2024])


@pytest.fixture(scope="session")
def edition_2019(observatory: Observatory) -> Edition:
    return observatory.edition(2019)


@pytest.fixture(scope="session")
def edition_2024(observatory: Observatory) -> Edition:
    return observatory.edition(2024)


@pytest.fixture(scope="session")
def edition_communes(observatory: Observatory) -> Edition:
    return observatory.edition(2021)
