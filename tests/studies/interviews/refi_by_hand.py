"""A project of the REFI-QDA format written by hand, element by element, in the order of its schema."""

CODES = {
    "theme": "11111111-0000-4000-8000-000000000001",
    "pmi": "11111111-0000-4000-8000-000000000002",
    "chaleur": "11111111-0000-4000-8000-000000000003",
    "autre": "11111111-0000-4000-8000-000000000004",
}
ANNE, BORIS = "22222222-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
QUARTIER, DAY = "33333333-0000-4000-8000-000000000001", "33333333-0000-4000-8000-000000000002"
SOURCE, SECOND = "44444444-0000-4000-8000-000000000001", "44444444-0000-4000-8000-000000000002"
CASE, NOTE = "55555555-0000-4000-8000-000000000001", "66666666-0000-4000-8000-000000000001"

#: Accents (composed), combining marks (é as two code points), an astral emoji, a ZWJ sequence, both ends of lines.
TEXT = "Corpus inventé\r\nÀ la PMI, l'e\u0301te\u0301 🌳 dure.\r\n👩\u200d👧 « Œuvre » \u2014 fin\n"


def selection(number, start, end, *codings, described="", user=None):
    """Write a selection: what is coded is (code GUID, user GUID)."""
    key = f"77777777-0000-4000-8000-{number:012d}"
    inside = f"<Description>{described}</Description>" if described else ""
    for i, (code, coder) in enumerate(codings):
        by = f' creatingUser="{coder}"' if coder else ""
        inside += f'<Coding guid="88888888-0000-4000-8{number:03d}-{i:012d}"{by}><CodeRef targetGUID="{code}"/></Coding>'
    by = f' creatingUser="{user}"' if user else ""
    return f'<PlainTextSelection guid="{key}" startPosition="{start}" endPosition="{end}"{by}>{inside}</PlainTextSelection>'


def key_of(number):
    return f"77777777-0000-4000-8000-{number:012d}"


CODEBOOK = (
    f'<CodeBook><Codes><Code guid="{CODES["theme"]}" name="Santé" isCodable="false" color="#0B6E99">'
    f'<Code guid="{{{CODES["pmi"].upper()}}}" name="PMI" isCodable="true"><Description>Suivi des enfants\n'
    "Inclure : rendez-vous\nExclure : l'hôpital</Description></Code>"
    f'<Code guid="{CODES["autre"]}" name="Autre &amp; divers" isCodable="true"/></Code>'
    f'<Code guid="{CODES["chaleur"]}" name="Chaleur" isCodable="true"/></Codes></CodeBook>'
)
USERS = f'<Users><User guid="{ANNE}" name="Anne"/><User guid="{BORIS}" name="Boris"/></Users>'
VARIABLES = (
    f'<Variables><Variable guid="{QUARTIER}" name="Quartier" typeOfVariable="Text"/>'
    f'<Variable guid="{DAY}" name="Date de l\'entretien" typeOfVariable="Date"/></Variables>'
)
VALUES = (
    f'<VariableValue><VariableRef targetGUID="{QUARTIER}"/><TextValue>qn99901m</TextValue></VariableValue>'
    f'<VariableValue><VariableRef targetGUID="{DAY}"/><DateValue>2023-05-12</DateValue></VariableValue>'
)


def source(*selections, values=VALUES, text=None, path=f"internal://{SOURCE}.txt", name="Entretien 1"):
    """Write a source of text, with its text inside or beside."""
    where = f' plainTextPath="{path}"' if text is None else ""
    content = "" if text is None else f"<PlainTextContent>{text}</PlainTextContent>"
    inside = content + "".join(selections) + values
    return f'<TextSource guid="{SOURCE}" name="{name}"{where}>{inside}</TextSource>'


def project(*sources, cases="", notes="", codebook=CODEBOOK, variables=VARIABLES):
    """Write a project."""
    cases = f"<Cases>{cases}</Cases>" if cases else ""
    notes = f"<Notes>{notes}</Notes>" if notes else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<Project xmlns="urn:QDA-XML:project:1.0" name="Étude inventée" origin="à la main">'
        f"{USERS}{codebook}{variables}{cases}<Sources>{''.join(sources)}</Sources>{notes}</Project>"
    )


def files(*selections, text=TEXT, **others):
    """Give the files of a project of one source."""
    return {"project.qde": project(source(*selections), **others), f"Sources/{SOURCE}.txt": text.encode()}
