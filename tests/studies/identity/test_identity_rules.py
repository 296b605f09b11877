"""Each rule of the search, by sentences written by hand; what it finds is said beside each."""

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.studies.identity import KINDS, NOTICE, TRACE_COLUMNS, Pseudonyms, traces_of
from oqhs.studies.identity.lists import read_lists

TABLE = Pseudonyms(
    pd.DataFrame(
        {
            "name": ["Aïcha Belhadj", "Jean-Noël", "Le Grand Chêne"],
            "pseudonym": ["Nadège", "Octave", "La Prairie"],
            "nature": ["personne", "personne", "lieu"],
        }
    )
)


def found(text, *args, **kwargs):
    return list(
        traces_of(pd.Series({"s": text}), *args, **kwargs)[["kind", "found"]].itertuples(
            index=False, name=None
        )
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Vu avec Aïcha Belhadj.", "Aïcha Belhadj"),
        ("Vu avec AICHA BELHADJ.", "AICHA BELHADJ"),
        ("Vu avec aïcha  belhadj.", "aïcha  belhadj"),
        ("Le sac d’Aïcha-Belhadj.", "Aïcha-Belhadj"),
        (
            "Vu avec Ai\u0308cha Belhadj.",
            "Ai\u0308cha Belhadj",
        ),  # the mark of the letter is its own character
        ("Dossier aicha_belhadj.", "aicha_belhadj"),
        ("Vu avec A\u00adïcha Belhadj.", "A\u00adïcha Belhadj"),  # a soft hyphen, which nobody sees
        ("Et jean noel ?", "jean noel"),
        ("Et JeanNoël ?", "JeanNoël"),
        ("Au grand chêne, ou au Le Grand Chêne ?", "Le Grand Chêne"),
        ("Ou Belhadj.", "Belhadj"),  # a word of the name of a person
    ],
)
def test_a_real_name_of_the_table_is_found_however_it_is_written(text, name):
    assert ("nom", name) in found(text, TABLE)


@pytest.mark.parametrize(
    "text", ["Une belhadjienne.", "Jean seul.", "Le chêne est grand.", "Nadège parle à Octave."]
)
def test_other_words_and_pseudonyms_are_no_names_of_the_table(text):
    reasons = traces_of(pd.Series([text]), TABLE)["reason"]
    assert not reasons.str.contains("table").any()


def test_a_pseudonym_of_the_table_may_stand_after_a_title_or_alone():
    assert found("Mme Nadège et mon fils Octave.", TABLE) == []
    assert found("Mme Nadège et mon fils Octave.") != []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Vu M. Zbigniewski hier.", "Zbigniewski"),
        ("Vu M.Zbigniewski hier.", "Zbigniewski"),
        ("Vu Mme Le Bozec hier.", "Le Bozec"),
        ("Vu Mme N'Guessan hier.", "N'Guessan"),
        ("Vu Mme O’Reilly hier.", "O’Reilly"),
        ("Vu le Dr El Amrani hier.", "El Amrani"),
        ("Vu madame de Kersauson hier.", "de Kersauson"),
        ("Vu Monsieur TCHOUPO hier.", "TCHOUPO"),
        ("Vu mme tchoupo hier.", "tchoupo"),
    ],
)
def test_a_name_after_a_title_is_found(text, name):
    assert ("nom", name) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Madame la Maire.",
        "M. le Préfet.",
        "Monsieur le maire.",
        "Madame, Monsieur,",
        "Mme B. le sait.",
        "Me voilà.",
    ],
)
def test_a_function_or_an_initial_after_a_title_is_no_name(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("J'ai vu Fatou Zemmourane.", "Fatou Zemmourane"),
        ("J'ai vu Marie-Laure Quéménédal.", "Marie-Laure Quéménédal"),
        ("J'ai vu Rose Zemmourane.", "Rose Zemmourane"),
        ("J'ai vu Karim.", "Karim"),
        ("Au collège Karim s'ennuyait.", "Karim"),
        ("Ma voisine Xochitl est là.", "Xochitl"),
        ("Mon voisin du dessous, Xolani, crie.", "Xolani"),
        ("Il s'appelle Xolani.", "Xolani"),
    ],
)
def test_a_first_name_or_the_name_of_somebody_close_is_found(text, name):
    assert found(text) == [("nom", name)]


@pytest.mark.parametrize(
    "text",
    [
        "Une rose, une pierre, un victor.",
        "Rose était la façade.",
        "Nancy est loin.",
        "Le collège Paul Langevin.",
        "L'École Maternelle Jules Ferry.",
        "L'avenue Jean Jaurès.",
        "À Saint-Denis.",
        "Ma mère algérienne.",
        "Le projet s'appelle Quartier vert.",
    ],
)
def test_common_nouns_towns_and_places_named_after_somebody_are_no_names(text):
    assert found(text) == []


def test_speakers_that_may_stand_do_not_hide_the_name_that_follows():
    assert found("Nadia est venue.", allowed=["Nadia"]) == []
    assert found("Nadia Zemmourane est venue.", allowed=["Nadia"]) == [("nom", "Nadia Zemmourane")]


@pytest.mark.parametrize(
    ("kind", "text", "trace"),
    [
        ("téléphone", "au 06 12 34 56 78.", "06 12 34 56 78"),
        ("téléphone", "au 06\u00a012\u202f34 56 78.", "06\u00a012\u202f34 56 78"),
        ("téléphone", "au 06.12.34.56.78.", "06.12.34.56.78"),
        ("téléphone", "au +33 (0)6 12 34 56 78.", "+33 (0)6 12 34 56 78"),
        ("téléphone", "au 0033612345678.", "0033612345678"),
        ("téléphone", "au 0612 345 678.", "0612 345 678"),
        ("téléphone", "au +49 30 1234 5678.", "+49 30 1234 5678"),
        ("téléphone", "au zéro six douze treize quinze vingt.", "zéro six douze treize quinze vingt"),
        ("courriel", "à a.b-c+d@e-f.fr.", "a.b-c+d@e-f.fr"),
        ("courriel", "à a (at) b.fr.", "a (at) b.fr"),
        ("courriel", "à momo arobase fai point fr.", "momo arobase fai point fr"),
        ("adresse web", "sur https://a.example/b?c=d voilà", "https://a.example/b?c=d"),
        ("adresse web", "sur www.exemple.test voilà", "www.exemple.test"),
        ("adresse web", "sur exemple-asso.org/page voilà", "exemple-asso.org/page"),
        ("adresse web", "sur page.ee/lamomo voilà", "page.ee/lamomo"),
        ("adresse web", "suivez @momo_94 là", "@momo_94"),
        ("adresse web", "sur insta c'est momo.94 là", "momo.94"),
        ("adresse web", "Snap : lamomo là", "lamomo"),
        ("adresse", "au 12 bis, rue Haute.", "12 bis, rue Haute"),
        ("adresse", "au 4 place de la Gare.", "4 place de la Gare"),
        ("adresse", "au douze rue Haute.", "douze rue Haute"),
        ("adresse", "rue Haute au 12.", "rue Haute au 12"),
        ("adresse", "j'habite toujours rue Haute.", "rue Haute"),
        ("adresse", "le bâtiment B3 est à eux.", "bâtiment B3"),
        ("adresse", "l'appartement n° 12 est à eux.", "appartement n° 12"),
        ("adresse", "au 4e étage, porte gauche.", "4e étage, porte"),
        ("code postal et commune", "à 94200 Ivry.", "94200 Ivry"),
        ("code postal et commune", "à Ivry (94200).", "Ivry (94200"),
        ("code postal et commune", "code postal : 94 200.", "94 200"),
        ("date de naissance", "le 12/03/1984.", "12/03/1984"),
        ("date de naissance", "le 12.03.84.", "12.03.84"),
        ("date de naissance", "le 1984-03-12.", "1984-03-12"),
        ("date de naissance", "le 12 mars 1984.", "12 mars 1984"),
        ("date de naissance", "né le 3 mars 2019.", "3 mars 2019"),
        ("date de naissance", "née en 2001.", "2001"),
        ("date de naissance", "je suis de mai 1982.", "mai 1982"),
        ("date de naissance", "ma grand-mère a 97 ans.", "97 ans"),
        ("date de naissance", "enceinte à 14 ans.", "14 ans"),
        ("date de naissance", "veuve à 23 ans.", "23 ans"),
        ("numéro de sécurité sociale", "le 1 84 03 94 081 123 45.", "1 84 03 94 081 123 45"),
        ("numéro de sécurité sociale", "le 284032A081123.", "284032A081123"),
        ("numéro de sécurité sociale", "ma sécu, c'est 1 84 03 94.", "1 84 03 94"),
        ("numéro d'allocataire", "allocataire n° 1234567 B.", "1234567 B"),
        ("numéro d'allocataire", "mon titre de séjour, le 9912345678.", "9912345678"),
        ("numéro d'allocataire", "passeport 12CD34567.", "12CD34567"),
        (
            "coordonnées bancaires",
            "FR76 3000 4000 2812 3456 7890 143 est à moi.",
            "FR76 3000 4000 2812 3456 7890 143",
        ),
        ("coordonnées bancaires", "30004 00028 12345678901 43 est à moi.", "30004 00028 12345678901 43"),
        ("coordonnées bancaires", "4970 1012 3456 7890 est à moi.", "4970 1012 3456 7890"),
        ("coordonnées bancaires", "mon compte est le 00028 1234567.", "00028 1234567"),
        ("plaque", "la AB-123-CD.", "AB-123-CD"),
        ("plaque", "la ab-123-cd.", "ab-123-cd"),
        ("plaque", "la 123 ABC 94.", "123 ABC 94"),
        ("plaque", "plaque ab 123 cd.", "ab 123 cd"),
        ("trait rare", "ses triplés.", "triplés"),
        ("trait rare", "un boulanger ouzbek.", "boulanger ouzbek"),
        ("trait rare", "le seul médecin du quartier.", "seul médecin du quartier"),
    ],
)
def test_a_trace_is_found_where_it_stands(kind, text, trace):
    told = traces_of(pd.Series({"s": text}))
    told = told[told["kind"] == kind]
    assert told["found"].tolist() == [trace]
    start, end = told[["start", "end"]].iloc[0]
    assert text[start:end] == trace


@pytest.mark.parametrize(
    "text",
    [
        "Le bus 183, puis le 393.",
        "En 2024, 12 000 logements et 1 250 000 euros.",
        "La réunion du 12/03/2024.",
        "Le 14 juillet.",
        "Le 3e étage.",
        "Un appartement 3 pièces.",
        "Le bâtiment a vieilli.",
        "La CAF verse 850 euros.",
        "47 QPV 94 fois.",
        "Trois places libres.",
        "Le cours de français.",
        "J'ai 45 ans.",
        "Le bâtiment a 100 ans.",
        "La seule boulangerie du quartier.",
    ],
)
def test_years_prices_lines_and_floors_are_no_traces(text):
    assert found(text) == []


def test_traces_come_by_text_then_place_with_stable_columns_and_the_notice():
    texts = pd.Series({"b": "Mme Xyz, 06 12 34 56 78", "a": None, "c": "Mme Xyz"})
    told = traces_of(texts)
    assert told.columns.tolist() == TRACE_COLUMNS
    assert told["id"].tolist() == ["b", "b", "c"]
    assert told.attrs["notice"] == NOTICE == "Ce contrôle aide une personne à relire ; il ne la remplace pas."
    assert set(told["kind"]) <= set(KINDS)
    assert traces_of(texts.iloc[:0]).empty


def test_a_trace_never_goes_over_two_texts():
    told = traces_of(pd.Series(["J'ai vu Mme", "Xyz", "au 06 12 34", "56 78"]))
    assert told.empty


def test_the_lists_hold_no_word_twice():
    lists = read_lists()
    for name, words in lists:
        if name != "birth_years":
            assert len(words) == len(set(words)), name
    assert not set(lists.first_names) & set(lists.ambiguous)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=60), st.text(max_size=60))
def test_what_stands_around_a_phone_does_not_hide_it(before, after):
    text = f"{before} | 06 12 34 56 78 | {after}"
    told = traces_of(pd.Series([text]))
    assert any("06 12 34 56 78" in one for one in told["found"])
    for start, end, trace in told[["start", "end", "found"]].itertuples(index=False):
        assert text[start:end] == trace


@pytest.mark.parametrize(
    "unit", ["a", "a.", "a@", "0 ", "Aa ", "M. de ", "né le ", "caf a ", "seul femme ", "quatre-"]
)
def test_texts_made_to_slow_the_patterns_are_searched_in_bounded_time(unit):
    short, long = (pd.Series([(unit * size)[:size]]) for size in (10_000, 80_000))
    began = time.perf_counter()
    traces_of(short)
    between = time.perf_counter()
    traces_of(long)
    ended = time.perf_counter()
    # Eight times the text: a time that grows as the square of the text would be 64 times as long.
    assert ended - between < 32 * max(between - began, 0.05)


def test_a_megabyte_of_speech_is_searched_in_seconds():
    sentence = "On attend le bus 183 depuis 20 minutes, et Mme Xyz du 12 rue Haute ne vient plus. "
    text = (sentence * 13_000)[:1_000_000]
    began = time.perf_counter()
    told = traces_of(pd.Series([text]))
    assert time.perf_counter() - began < 60
    assert len(told) > 20_000
