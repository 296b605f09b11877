"""Projects that are broken, or made to harm: each has its own error, and says where."""

import struct
import zipfile

import pytest
import refi_by_hand as by_hand
from refi_by_hand import ANNE, CASE, CODES, SOURCE, TEXT, files, key_of, selection

from oqhs.errors import CatalogueError, DataError, LayoutError
from oqhs.studies import interviews

CODED = (CODES["pmi"], ANNE)
PROLOG = '<?xml version="1.0"?>'
NAMESPACE = 'xmlns="urn:QDA-XML:project:1.0"'


def only(problems):
    (one,) = problems
    return one


def test_a_file_that_is_not_a_zip_is_refused(put, refused):
    assert "not a whole zip" in only(refused(DataError, put("projet.qdpx", b"PK no"))).what


def test_an_archive_without_project_is_not_one(packed, refused):
    one = only(refused(LayoutError, packed({"autre.xml": "<a/>"})))
    assert (one.found, one.allowed) == ("autre.xml", "an archive that holds project.qde")


def test_a_member_that_leads_outside_is_refused_before_anything_is_unpacked(packed, refused):
    one = only(refused(DataError, packed(files() | {"../../dehors.txt": "x"})))
    assert "outside of its folder" in one.what
    assert one.found == "../../dehors.txt"


def test_a_bomb_is_refused_before_it_is_unpacked(packed, refused):
    bomb = packed(files() | {"Sources/bombe.txt": b"\0" * (2 << 20)})
    assert "far more than it should" in only(refused(DataError, bomb)).what


def test_a_member_that_lies_about_its_size_is_refused(packed, refused):
    path = packed(files())
    raw = bytearray(path.read_bytes())
    # The size once unpacked stands 24 bytes into the directory entry of the first member.
    at = raw.index(b"PK\x01\x02")
    struct.pack_into("<I", raw, at + 24, 10)
    path.write_bytes(raw)
    assert "cannot be unpacked" in only(refused(DataError, path)).what


@pytest.mark.parametrize(
    "xml",
    [
        f'{PROLOG}<!DOCTYPE Project [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Project {NAMESPACE}>&b;</Project>',
        f'{PROLOG}<!DOCTYPE Project [<!ENTITY a SYSTEM "file:///etc/passwd">]><Project {NAMESPACE}>&a;</Project>',
        f'{PROLOG}<!DOCTYPE Project SYSTEM "http://example.org/a.dtd"><Project {NAMESPACE}/>',
    ],
    ids=["laughs", "external entity", "external type"],
)
def test_entities_and_document_types_are_refused(packed, refused, xml):
    one = only(refused(DataError, packed({"project.qde": xml})))
    assert "declares a document type or entities" in one.what
    assert one.file.name == "project.qde"


def test_xml_that_is_cut_says_where(packed, refused):
    cut = by_hand.project(by_hand.source())[:-12]
    one = only(refused(DataError, packed({"project.qde": cut})))
    assert "not well-formed" in one.what
    assert one.line > 0


def test_an_unknown_encoding_is_refused(packed, refused):
    xml = by_hand.project().replace("utf-8", "x-klingon")
    assert refused(DataError, packed({"project.qde": xml}))


@pytest.mark.parametrize("xml", ["<Project/>", f"<Autre {NAMESPACE}/>"], ids=["no namespace", "another root"])
def test_xml_of_another_kind_is_refused(packed, refused, xml):
    assert "not of the REFI-QDA" in only(refused(LayoutError, packed({"project.qde": xml}))).what


def test_a_selection_beyond_the_text_says_which_and_how_long_the_text_is(packed, refused):
    one = only(refused(DataError, packed(files(selection(1, 50, 900, CODED)))))
    assert one.what == "this segment goes beyond its text"
    assert (one.column, one.found) == (key_of(1), (50, 900))
    assert str(len(TEXT)) in one.allowed


@pytest.mark.parametrize("ends", [(9, 3), (4, 4), (-2, 3)])
def test_a_selection_that_does_not_end_after_its_start_is_refused(packed, refused, ends):
    one = only(refused(DataError, packed(files(selection(1, *ends, CODED)))))
    assert one.what == "this segment does not end after its start"
    assert one.found == ends


def test_a_position_that_is_no_number_is_refused(packed, refused):
    one = only(refused(DataError, packed(files(selection(1, "deux", 5, CODED)))))
    assert (one.column, one.found) == (key_of(1), "deux")


def test_an_unknown_code_says_which_selection_points_to_it(packed, refused):
    nowhere = "99999999-0000-4000-8000-000000000009"
    one = only(refused(DataError, packed(files(selection(1, 0, 6, (nowhere, ANNE))))))
    assert one.what == "this points to a code that is not in the project"
    assert (one.column, one.found) == (key_of(1), nowhere)


@pytest.mark.parametrize(("reference", "kind"), [("SourceRef", "source"), ("SelectionRef", "selection")])
def test_a_case_that_points_nowhere_is_refused(packed, refused, reference, kind):
    case = f'<Case guid="{CASE}" name="P01"><{reference} targetGUID="{CASE}"/></Case>'
    assert (
        only(refused(DataError, packed(files(cases=case)))).what
        == f"this points to a {kind} that is not in the project"
    )


def test_a_value_of_an_unknown_variable_is_refused(packed, refused):
    assert "a variable" in refused(DataError, packed(files(variables="")))[0].what


def test_a_text_that_is_not_in_the_archive_is_refused(packed, refused):
    made = files()
    del made[f"Sources/{SOURCE}.txt"]
    one = only(refused(DataError, packed(made)))
    assert one.what == "the text of this source is not in the archive"
    assert (one.column, one.found) == (SOURCE, f"internal://{SOURCE}.txt")


@pytest.mark.parametrize("path", ["absolute:///etc/passwd", "relative://a.txt", "/etc/passwd"])
def test_a_text_outside_of_the_archive_is_never_fetched(packed, refused, path):
    made = {"project.qde": by_hand.project(by_hand.source(path=path))}
    assert only(refused(DataError, packed(made))).what == "the text of this source is outside of the archive"


def test_an_inside_path_that_leads_out_is_looked_for_in_the_archive_only(packed, refused):
    made = {"project.qde": by_hand.project(by_hand.source(path="internal://../../../etc/passwd"))}
    assert only(refused(DataError, packed(made))).what == "the text of this source is not in the archive"


def test_a_span_of_a_source_without_text_is_refused(packed, refused):
    bare = f'<TextSource guid="{SOURCE}" name="vide">{selection(1, 0, 3, CODED)}</TextSource>'
    one = only(refused(DataError, packed({"project.qde": by_hand.project(bare)})))
    assert one.what == "a span is selected in a source that has no text"


def test_a_text_that_is_not_utf8_says_which_line(packed, refused):
    made = files() | {f"Sources/{SOURCE}.txt": b"un\ndeux \xe9t\xe9"}
    one = only(refused(DataError, packed(made)))
    assert (one.what, one.line) == ("this text is not UTF-8", 2)


def test_a_text_with_a_nul_is_refused(packed, refused):
    assert only(refused(DataError, packed(files(text="a\0b")))).found == "U+0000 at character 1"


def test_two_codes_of_one_guid_are_refused(packed, refused):
    book = by_hand.CODEBOOK.replace(CODES["chaleur"], CODES["autre"])
    assert refused(DataError, packed(files(codebook=book)))[0].what == "two codes have one key"


def test_codes_nested_without_end_are_refused(packed, refused):
    codes = "".join(
        f'<Code guid="{CODES["pmi"][:-6]}{i:06d}" name="c{i}" isCodable="true">' for i in range(3000)
    )
    book = f"<CodeBook><Codes>{codes}{'</Code>' * 3000}</Codes></CodeBook>"
    assert "under too many others" in refused(DataError, packed(files(codebook=book)))[0].what


def test_a_colour_that_is_none_is_refused(packed, refused):
    book = by_hand.CODEBOOK.replace("#0B6E99", "bleu")
    assert only(refused(DataError, packed(files(codebook=book)))).found == "bleu"


def test_a_quartier_that_is_none_says_what_one_is(packed, refused):
    values = by_hand.VALUES.replace("qn99901m", "94028")
    made = {"project.qde": by_hand.project(by_hand.source(values=values)), f"Sources/{SOURCE}.txt": TEXT}
    one = only(refused(DataError, packed(made)))
    assert one.found == "94028"
    assert "QN + 5 digits" in one.allowed


def test_a_source_of_two_quartiers_is_refused(packed, refused):
    case = f'<Case guid="{CASE}" name="QN99902M"><SourceRef targetGUID="{SOURCE}"/></Case>'
    one = only(refused(DataError, packed(files(cases=case))))
    assert one.found == "qn99901m and QN99902M"


def test_two_speakers_of_one_span_are_never_chosen_between(packed):
    cases = "".join(
        f'<Case guid="{CASE[:-1]}{i}" name="P0{i}"><SelectionRef targetGUID="{key_of(1)}"/></Case>'
        for i in (1, 2)
    )
    corpus = interviews.read(packed(files(selection(1, 0, 6, CODED), cases=cases)))
    assert corpus.segments["speaker"].isna().all()


def test_all_that_points_nowhere_is_told_at_once(packed, refused):
    nowhere = "99999999-0000-4000-8000-000000000009"
    several = [selection(i, 0, 6, (nowhere, ANNE)) for i in (1, 2, 3)]
    assert len(refused(DataError, packed(files(*several)))) == 3


def test_a_card_that_says_public_is_refused(packed, refused):
    path = packed(files(selection(1, 0, 6, CODED)))
    card = path.with_name(path.name + ".card.yaml")
    told = f"id: e\nlayout: interviews\nsource: oqhs\nlicence: x\nobtained: 2025-07-01\nsha256: {'a' * 64}\n"
    card.write_text(told)
    assert only(refused(CatalogueError, path)).what == "interviews are never public"
    card.write_text(told + "invented: true\ndiffusion: partenaires\n")
    corpus = interviews.read(path)
    assert (corpus.invented, corpus.diffusion) == (True, "partenaires")


def test_a_project_without_card_stays_inside(packed):
    corpus = interviews.read(packed(files(), method=zipfile.ZIP_STORED))
    assert (corpus.invented, corpus.diffusion) == (False, "interne")
