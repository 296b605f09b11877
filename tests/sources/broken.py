"""Broken files: one for each way a file can be wrong, the card beside it, and the error it must give.

`BROKEN` holds them all. Their names differ, so that they may stand together in one folder.
"""

from __future__ import annotations

import hashlib
import io
import json
import stat
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from containers import Failed, protected_workbook, unzipped, xlsx_of, zip_of

from oqhs.errors import CatalogueError, DataError, LayoutError, OqhsError


@dataclass(frozen=True)
class Broken:
    """A broken file.

    `card` holds what its card says beside the keys every card has, and is None where it has no card;
    `card_text` is the card itself where no mapping can give it. `error` is the error it must give,
    `words` what its first problem must say; `line`, `column` and `sheet` are where.
    """

    name: str
    filename: str
    content: bytes
    card: dict[str, Any] | None
    error: type[OqhsError]
    words: str
    line: int | None = None
    column: str | None = None
    sheet: str | None = None
    card_text: str | None = None

    def write(self, folder: Path) -> Path:
        """Write the file and its card in a folder; give the path of the file."""
        path = folder / self.filename
        path.write_bytes(self.content)
        beside = path.with_name(path.name + ".card.yaml")
        if self.card_text is not None:
            beside.write_text(self.card_text, encoding="utf-8")
        elif self.card is not None:
            beside.write_text(json.dumps(self._keys() | self.card, ensure_ascii=False), encoding="utf-8")
        return path

    def _keys(self) -> dict[str, Any]:
        return {
            "id": self.filename.replace(".", "-").replace("_", "-").lower(),
            "source": "filosofi",
            "licence": "etalab-2.0",
            "obtained": "2024-10-02",
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


QPV = {"layout": "filosofi_qpv"}
COMMUNES = {"layout": "filosofi_com", "perimeter": "cog2021"}
IRIS = {"source": "rp", "perimeter": "iris2020"}
MAPPED = {"layout": "mapped", "year": 2021, "mapping": {"key": "CODE", "columns": {"TX": "taux_pauvrete_60"}}}
NAMES = "CODGEO;DISP_MED_A21;DISP_TP60_A21"
HEADER = NAMES + "\n"
ROW = "QN09401M;14 010;40,5\n"
COMMUNE = "CODGEO;NBPERSMENFISC21;MED21;TP6021\n"
TABLE = HEADER + ROW
CELLS = [NAMES.split(";"), ["QN09401M", 14010, 40.5]]


def _linked() -> bytes:
    """Make an archive whose table is a link to a file of the machine."""
    info = zipfile.ZipInfo("revenus.csv")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return stream.getvalue()


def _announcing(size: int, packed: int) -> bytes:
    """Make an archive whose directory announces other sizes than those it has."""
    archive = zip_of({"revenus.csv": TABLE})
    start = archive.index(b"PK\x01\x02")
    return archive[: start + 20] + struct.pack("<II", packed, size) + archive[start + 28 :]


def _encrypted() -> bytes:
    """Make an archive whose table is said to be under a password."""
    archive = bytearray(zip_of({"revenus.csv": TABLE}))
    archive[6] |= 1
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    return bytes(archive)


def _far() -> bytes:
    """Make a workbook with a cell in the last column of the last row."""
    files = unzipped(xlsx_of({"Quartiers": CELLS}))
    name = "xl/worksheets/sheet1.xml"
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return zip_of(files | {name: files[name].replace(b"</sheetData>", cell)})


def _parquet() -> bytes:
    """Make a Parquet table."""
    stream = io.BytesIO()
    pq.write_table(pa.table({"CODE": ["QN09401M", "QN09402M"], "TX": [40.5, 38.0]}), stream)
    return stream.getvalue()


def _text(
    name: str,
    filename: str,
    text: str | bytes,
    card: dict[str, Any] | None,
    error: type[OqhsError],
    words: str,
    line: int | None = None,
    column: str | None = None,
) -> Broken:
    content = text if isinstance(text, bytes) else text.encode()
    return Broken(name, filename, content, card, error, words, line, column)


def _archive(name: str, filename: str, content: bytes, words: str) -> Broken:
    return Broken(name, filename, content, QPV, DataError, words)


def _book(
    name: str,
    filename: str,
    rows: list[list[Any]],
    words: str,
    line: int,
    column: str,
) -> Broken:
    return Broken(
        name, filename, xlsx_of({"Quartiers": rows}), QPV, DataError, words, line, column, "Quartiers"
    )


def _card(
    name: str, filename: str, card: dict[str, Any], error: type[OqhsError], words: str, column: str
) -> Broken:
    return Broken(name, filename, TABLE.encode(), card, error, words, column=column)


# --- the text and its shape

_SHAPES = [
    _text("a separator nobody uses", "separateur.csv", TABLE.replace(";", "^"), QPV, LayoutError,
          "the first line has no delimiter", 1),
    _text("a separator that changes after the header", "separateurs.csv", HEADER + "QN09401M,14010,40\n", QPV,
          DataError, "the line has not as many cells as the header", 2),
    _text("a header of no layout", "entete_inconnu.csv", "CODGEO;REVENU;TAUX\nQN09401M;1;2\n", QPV, LayoutError,
          "no layout of the catalogue has this header", 1),
    _text("two header rows", "deux_entetes.csv", HEADER + "Code;Médiane;Taux\n" + ROW, QPV, DataError,
          "this is a second header", 2, "CODGEO"),
    _text("a title above the header", "titre.csv", "Revenus en 2021;;\n" + TABLE, QPV, DataError,
          "a column without a name is filled", 2, "no 2"),
    _text("ragged lines", "lignes_inegales.csv", TABLE + "QN09402M;14 010\n", QPV, DataError,
          "the line has not as many cells as the header", 3),
    _text("a table that was cut", "coupe.csv", (TABLE + "QN09402M;14 0").encode(), QPV, DataError,
          "the line has not as many cells as the header", 3),
    _text("a quote that is never closed", "guillemet.csv", HEADER + 'QN09401M;"14 010;40,5\n' + ROW, QPV, DataError,
          "a quoted cell is not written as it must be", 2),
    _text("two columns of one name", "colonnes_doubles.csv", NAMES + ";DISP_TP60_A21\nQN09401M;1;2;3\n", QPV,
          DataError, "two columns have one name", 1, "DISP_TP60_A21"),
    _text("a filled column without a name", "colonne_sans_nom.csv", NAMES + ";\nQN09401M;1;2;perdu\n", QPV,
          DataError, "a column without a name is filled", 2, "no 4"),
    _text("two spellings of one column", "deux_orthographes.csv", NAMES + ";DISP_TP6021\nQN09401M;1;2;2\n", QPV,
          DataError, "two columns hold taux_pauvrete_60", 1),
    _text("a header without a row", "sans_ligne.csv", HEADER, QPV, DataError, "there is no row under the header"),
    _text("an enormous cell", "cellule_enorme.csv", f"LIBGEO;{HEADER}{'x' * 40_000};{ROW}", QPV, DataError,
          "this cell is enormous", 2, "LIBGEO"),
    _text("an enormous line", "ligne_enorme.csv", f"{TABLE}{'x' * 2**17};;\n", QPV, DataError,
          "this line is enormous", 3),
    _text("an empty file", "vide.csv", b"", QPV, LayoutError, "the file is empty"),
    _text("a blank file", "blanc.csv", b" \r\n \r\n", QPV, LayoutError, "the file is empty"),
    _text("a binary file", "binaire.csv", b"\x00\x01\x02\x03" * 100, QPV, LayoutError,
          "this is not delimited text"),
    _text("two encodings in one file", "encodages.csv",
          ("LIBGEO;" + HEADER + "Cité;" + ROW).encode() + "Créteil;QN09402M;1;2\n".encode("cp1252"), QPV, DataError,
          "two encodings are mixed", 3),
    _text("a byte of no encoding", "octet.csv", b"LIBGEO;" + HEADER.encode() + b"\x81;QN09401M;1;2\n", QPV,
          DataError, "this byte is neither UTF-8 nor Windows-1252", 2),
    _text("a kind of file nobody reads", "tableau.docx", b"PK", None, LayoutError,
          "nothing says how to read this file"),
]  # fmt: skip

# --- the codes

_CODES = [
    _text("a territory twice", "doublon.csv", TABLE + ROW, QPV, DataError, "this territory stands twice", 3,
          "CODGEO"),
    _text("a quartier of the other perimeter", "autre_perimetre.csv", TABLE + "QP094001;1;2\n",
          QPV | {"perimeter": "qpv2024"}, DataError, "this quartier is not of perimeter qpv2024", 3, "CODGEO"),
    _text("a perimeter nobody gives", "sans_perimetre.csv", COMMUNE + "94028;1;2;3\n", {"layout": "filosofi_com"},
          DataError, "nothing says on which perimeter", 2, "CODGEO"),
    _text("a code that lost its zero", "zero_perdu.csv", COMMUNE + "94028;1;2;3\n1053;1;2;3\n", COMMUNES,
          DataError, "this is not the code of a territory", 3, "CODGEO"),
    _text("a code of no shape", "code_inconnu.csv", TABLE + "QN0940;1;2\n", QPV, DataError,
          "this is not the code of a territory", 3, "CODGEO"),
    _text("a territory of another kind", "autre_maille.csv", TABLE + "94028;1;2\n", QPV | {"perimeter": "qpv2024"},
          DataError, "this table does not hold territories of this kind", 3, "CODGEO"),
    _text("regions that may be départements", "regions.csv", COMMUNE + "11;1;2;3\n24;1;2;3\n", COMMUNES, DataError,
          "these codes are those of regions and of départements (2 of them)", 2, "CODGEO"),
    _text("a département among regions", "region_departement.csv", COMMUNE + "11;1;2;3\n10;1;2;3\n",
          COMMUNES | {"kind": "region"}, DataError, "this table does not hold territories of this kind", 3, "CODGEO"),
]  # fmt: skip

# --- the cells

_CELLS = [
    _text("text in a rate", "texte.csv", HEADER + "QN09401M;14 010;quarante\n", QPV, DataError,
          "this is not a number", 2, "DISP_TP60_A21"),
    _text("a formula in a rate", "formule.csv", HEADER + "QN09401M;14 010;=1+1\n", QPV, DataError,
          "this is not a number", 2, "DISP_TP60_A21"),
    _text("the other decimal mark", "point_decimal.csv", HEADER + "QN09401M;14 010;40.5\n", QPV, DataError,
          "this is not a number", 2, "DISP_TP60_A21"),
    _text("the other decimal mark of a card", "virgule_decimale.csv", "CODE;TX\nQN09401M;40,5\n",
          MAPPED | {"mapping": MAPPED["mapping"] | {"decimal": "."}}, DataError, "this is not a number", 2, "TX"),
    _text("a rate above 100", "plus_de_cent.csv", HEADER + "QN09401M;14 010;140,5\n", QPV, DataError,
          "taux_pauvrete_60 cannot have this value", 2, "DISP_TP60_A21"),
    _text("a negative count", "negatif.csv", COMMUNE + "94028;-1;2;3\n", COMMUNES, DataError,
          "personnes_menages_fiscaux cannot have this value", 2, "NBPERSMENFISC21"),
    _text("a numerator above its denominator", "numerateur.csv",
          "IRIS;P20_ACT1564;P20_CHOM1564;P20_SAL15P\n940280101;100;120;80\n", IRIS | {"layout": "base_ic_activite"},
          DataError, "chomeurs_15_64 is above actifs_15_64", 2, "P20_CHOM1564"),
    _text("deciles out of order", "deciles.csv", NAMES + ";DISP_D1_A21\nQN09401M;14 010;40,5;15 000\n", QPV,
          DataError, "niveau_vie_d1 is above niveau_vie_median", 2, "DISP_D1_A21"),
    _text("rows of one territory that differ", "lignes_differentes.csv", "CODE;TX\nQN09401M;40\nQN09401M;41\n",
          MAPPED | {"mapping": MAPPED["mapping"] | {"repeated": True}}, DataError,
          "two rows of one territory differ", 3, "TX"),
]  # fmt: skip

# --- the year, and the card

_CARDS = [
    _text("a year nobody gives", "sans_annee.csv", "CODGEO;POP_MUN;TX_TOT_60ETPLUS;NOTE_RP\nQP094001;1;2;0\n",
          {"layout": "demo_qpv", "source": "rp"}, DataError, "nothing says of which year these data are", None, "year"),
    _text("the year of the edition", "REVN_2021.csv", "CODGEO;DISP_Q2;TP60;NOTE_FILO\nQP094001;13 490;43,5;0\n",
          {"layout": "revn_qpv", "year": 2021}, DataError,
          "2021 is the edition of this file, its data are of 2017", None, "year"),
    _card("a year the header contradicts", "autre_annee.csv", QPV | {"year": 2019}, DataError,
          "the header says another year", "year"),
    _card("a layout the header contradicts", "autre_gabarit.csv", COMMUNES, DataError,
          "the card says another layout than the header", "layout"),
    _card("a year of a block there is not", "autre_bloc.csv", QPV | {"years": {"cnaf": 2020}}, CatalogueError,
          "the card gives the year of a block this table does not have", "years"),
    _card("a key nobody knows", "cle_inconnue.csv", QPV | {"anee": 2021}, CatalogueError, "this key is not known",
          "anee"),
    _card("a source nobody knows", "source_inconnue.csv", QPV | {"source": "insee"}, CatalogueError,
          "the catalogue has no such entry", "source"),
    _card("a layout nobody knows", "gabarit_inconnu.csv", {"layout": "filosofi"}, CatalogueError,
          "the catalogue has no such entry", "layout"),
    Broken("an alias in a card", "alias.csv", TABLE.encode(), None, CatalogueError,
           "an alias (*name) is not accepted", line=3, card_text="id: &name alias\nlayout: filosofi_qpv\ntitle: *name\n"),
    Broken("a card without end", "imbrication.csv", TABLE.encode(), None, CatalogueError, "more than 20 levels",
           line=2, card_text="id: imbrication\ntitle: " + "[" * 1000 + "\n"),
    Broken("a card that is too large", "carte_enorme.csv", TABLE.encode(), None, CatalogueError,
           "this document is too large", card_text="id: carte-enorme\n#" + "x" * 2**20 + "\n"),
    _text("a mapped table without a mapping", "sans_correspondance.csv", "CODE;TX\nQN09401M;40\n",
          {"layout": "mapped", "year": 2021}, CatalogueError, "layout `mapped` needs a mapping", None, "mapping"),
    _text("a mapped column there is not", "colonne_absente.csv", "CODE;TAUX\nQN09401M;40\n", MAPPED, DataError,
          "the card maps a column the file does not have", None, "TX"),
    _text("a variable nobody knows", "variable_inconnue.csv", "CODE;TX\nQN09401M;40\n",
          MAPPED | {"mapping": {"key": "CODE", "columns": {"TX": "pauvrete"}}}, CatalogueError,
          "the card maps a column to a variable the catalogue does not hold", None, "mapping.columns.TX"),
    _text("one variable in two columns", "variable_double.csv", "CODE;TX;TX2\nQN09401M;40;41\n",
          MAPPED | {"mapping": {"key": "CODE", "columns": dict.fromkeys(["TX", "TX2"], "taux_pauvrete_60")}},
          CatalogueError, "the card maps two columns, TX and TX2, to one variable of 2021", None,
          "mapping.columns.TX2"),
]  # fmt: skip

# --- archives

_ARCHIVES = [
    _archive("a cut archive", "coupee.zip", zip_of({"a.csv": TABLE})[:-20], "this is not a whole zip archive"),
    _archive("a bomb", "bombe.zip", zip_of({"a.csv": bytes(2 * 2**20)}), "unpacks to far more than it should"),
    _archive("an archive that announces too much", "trop_grande.zip", _announcing(3 * 2**30, 2**30),
             "the archive is too large once unpacked"),
    _archive("a file larger than announced", "annonce_fausse.zip", _announcing(10, 60),
             "this file of the archive cannot be unpacked"),
    _archive("a name that leads outside", "traverse.zip", zip_of({"../a.csv": TABLE}),
             "would be written outside of its folder"),
    _archive("an absolute name", "absolu.zip", zip_of({"/etc/a.csv": TABLE}),
             "would be written outside of its folder"),
    _archive("a name for Windows alone", "windows.zip", zip_of({"..\\a.csv": TABLE}),
             "would be written outside of its folder"),
    _archive("a link", "lien.zip", _linked(), "the archive holds a link"),
    _archive("an archive in an archive", "imbriquee.zip", zip_of({"b.zip": zip_of({"a.csv": TABLE})}),
             "the archive holds another archive"),
    _archive("an archive that passes for a table", "deguisee.zip", zip_of({"b.csv": zip_of({"a.csv": TABLE})}),
             "the archive holds another archive"),
    _archive("a file under a password", "chiffree.zip", _encrypted(), "protected by a password"),
    _archive("two files of one name", "noms_doubles.zip",
             zip_of({"a.csv": TABLE, "b.csv": TABLE}).replace(b"b.csv", b"a.csv"),
             "two files of the archive have one name"),
    Broken("a layer in an archive", "couche.zip", zip_of({"a.geojson": "{}"}), QPV, LayoutError,
           "the archive holds a layer"),
    Broken("an archive without a table", "sans_table.zip", zip_of({"lisezmoi.txt": "Bonjour", "a.pdf": "%PDF"}), QPV,
           LayoutError, "there is no table in this file"),
    Broken("two tables that contradict each other", "contradiction.zip",
           zip_of({"a.csv": TABLE, "b.csv": TABLE.replace("40,5", "40,6")}), QPV, DataError,
           "two tables of this file say different things", column="taux_pauvrete_60"),
    Broken("tables of several layouts", "plusieurs.zip",
           zip_of({"a.csv": TABLE, "b.csv": COMMUNE + "94028;1;2;3\n"}), None, LayoutError,
           "the file holds tables of several layouts"),
]  # fmt: skip

# --- workbooks and Parquet

_BOOKS = [
    Broken("a web page that passes for a workbook", "page.xls", b"<html><table><tr><td>CODGEO</td></tr></table></html>",
           QPV, LayoutError, "this is not a workbook"),
    Broken("a workbook under a password", "mot_de_passe.xlsx", protected_workbook(), QPV, LayoutError,
           "the workbook is protected by a password"),
    Broken("a workbook that is rubbish", "rebut.xlsx", b"PK\x03\x04" + b"rebut" * 100, QPV, DataError,
           "this is not a whole zip archive"),
    Broken("a cell far away", "cellule_lointaine.xlsx", _far(), QPV, DataError,
           "a sheet of this workbook spreads over too many cells", sheet="xl/worksheets/sheet1.xml"),
    Broken("a workbook of no layout", "classeur_inconnu.xlsx", xlsx_of({"Feuille": [["A", "B"], [1, 2]]}), QPV,
           LayoutError, "no layout of the catalogue has this header", sheet="Feuille"),
    _book("a cell in error", "erreur.xlsx", [*CELLS, ["QN09402M", Failed("#N/A"), 1]], "this is not a number", 3,
          "DISP_MED_A21"),
    _book("a boolean", "booleen.xlsx", [*CELLS, ["QN09402M", 1, True]], "this is not a number", 3, "DISP_TP60_A21"),
    _book("two header rows in a workbook", "deux_entetes.xlsx", [CELLS[0], *[["Code", "Médiane", "Taux"]] * 2, CELLS[1]],
          "this is a second header", 3, "CODGEO"),
    Broken("a Parquet table that was cut", "coupe.parquet", _parquet()[:-30], MAPPED, LayoutError,
           "this is not a Parquet file"),
]  # fmt: skip

BROKEN: list[Broken] = [*_SHAPES, *_CODES, *_CELLS, *_CARDS, *_ARCHIVES, *_BOOKS]
