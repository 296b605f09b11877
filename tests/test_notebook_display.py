"""What a notebook shows of a data folder and of an edition: what they hold, escaped, nothing computed."""

import yaml
from small_edition import write_data

import oqhs
from oqhs.publish.printed import INVENTED


def rewrite(path, **keys):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(content | keys, allow_unicode=True, sort_keys=False), encoding="utf-8")


def words(html):
    """Give the texts of a page, its tags left out."""
    return [one for one in html.replace("<", "\0<").replace(">", ">\0").split("\0") if one and one[0] != "<"]


def test_a_folder_tells_its_files_and_its_editions(tmp_path):
    observatory = oqhs.open(write_data(tmp_path / "data"))
    told = words(observatory._repr_html_())
    assert told[told.index("Fichiers") + 1] == str(len(observatory.cards))
    # Three indicators are planned by the edition of the three quartiers.
    assert told[-5:] == ["2024", "999", "qpv2024", "partenaires des contrats de ville", "3"]


def test_an_edition_tells_what_it_is_and_which_key_indicators_it_does_not_plan(tmp_path):
    told = words(oqhs.open(write_data(tmp_path / "data")).edition(2024)._repr_html_())
    facts = dict(zip(told[2::2], told[3::2], strict=True))
    assert told[:2] == [INVENTED.replace("'", "&#x27;"), "Édition 2024"]
    assert facts["Département"] == "Val-Fictif (999)"
    assert facts["Comparée à"] == "aucune autre édition"
    assert facts["Diffusion"] == "partenaires des contrats de ville"
    # Unemployment, social housing and poverty are key ones.
    assert facts["Indicateurs clés"] == "3 prévus sur 17"
    assert facts["Autres indicateurs"] == "0"
    lacking = facts["Indicateurs clés non prévus"]
    assert "Niveau de vie mensuel médian" in lacking
    assert "Taux de pauvreté" not in lacking


def test_what_is_not_invented_does_not_say_it_is(tmp_path):
    observatory = oqhs.open(write_data(tmp_path / "data", invented=False))
    assert "INVENTÉES" not in observatory._repr_html_() + observatory.edition(2024)._repr_html_()


def test_names_are_escaped(tmp_path):
    folder = write_data(tmp_path / "<b>data")
    rewrite(folder / "libelles.yaml", **{"999": {"label": "<script>alert(1)</script>"}})
    observatory = oqhs.open(folder)
    shown = observatory._repr_html_() + observatory.edition(2024)._repr_html_()
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; (999)" in shown


def test_nothing_is_computed_to_show_an_edition(tmp_path):
    edition = oqhs.open(write_data(tmp_path / "data")).edition(2024)
    edition._repr_html_()
    assert set(vars(edition)) <= {"observatory", "file", "cards"}
    assert edition.observatory._readings == {}
