"""Words of the invented interviews: who was heard where, the codebook, and what people say.

Nobody said any of this: no person, no address and no telephone number here exists. Numbers are of the ranges
kept for fiction.
"""

from __future__ import annotations

#: Interviews: quartier, day, kind, people heard.
PLAN = (
    ("QN99901M", "2023-05-09", "entretien", 1),
    ("QN99901M", "2023-05-11", "groupe", 6),
    ("QN99901M", "2025-05-13", "entretien", 1),
    ("QN99901M", "2025-05-15", "marche", 8),
    ("QN99902M", "2023-05-16", "entretien", 1),
    ("QN99902M", "2023-05-23", "entretien", 2),
    ("QN99902M", "2025-05-20", "entretien", 1),
    ("QN99902M", "2025-05-22", "groupe", 5),
    ("QN99904M", "2023-05-25", "marche", 7),
    ("QN99904M", "2023-05-30", "entretien", 1),
    ("QN99904M", "2025-05-27", "groupe", 6),
    ("QN99904M", "2025-06-03", "reponse_ouverte", 4),
    ("QN99905M", "2023-06-01", "entretien", 1),
    ("QN99905M", "2023-06-06", "groupe", 5),
    ("QN99905M", "2025-06-05", "entretien", 1),
    ("QN99905M", "2025-06-10", "entretien", 2),
    ("QN99907M", "2023-06-08", "marche", 6),
    ("QN99907M", "2023-06-13", "entretien", 1),
    ("QN99907M", "2025-06-12", "groupe", 5),
    ("QN99908M", "2023-06-15", "entretien", 1),
    ("QN99908M", "2025-06-17", "entretien", 1),
    ("QN99908M", "2025-06-19", "marche", 5),
    ("QN99908M", "2025-06-24", "reponse_ouverte", 3),
    ("QN99912M", "2025-06-26", "entretien", 1),
)
KIND_WORDS = {
    "entretien": "Entretien",
    "groupe": "Groupe",
    "marche": "Marche",
    "reponse_ouverte": "Réponses ouvertes",
}
#: Units of a source, by kind.
UNITS = {"entretien": 4, "groupe": 6, "marche": 5, "reponse_ouverte": 4}
CODERS = ("Codeuse A", "Codeur B")

#: Themes: name, colour.
THEMES = {
    "Santé et services publics": "#0b6e99",
    "Chaleur et arbres": "#3f7f3f",
    "Emploi": "#8a5a00",
    "Logement et cadre de vie": "#7a4e8a",
}
#: Codes: theme, definition, what to exclude, indicator of the catalogue it speaks of.
CODES = {
    "PMI": (
        "Santé et services publics",
        "Suivi des femmes enceintes et des jeunes enfants en PMI : trajet, rendez-vous, accueil.",
        "les autres soins (« Médecins »)",
        "pmi_10_min",
    ),
    "Médecins": (
        "Santé et services publics",
        "Soins hors PMI : trouver un médecin, un dentiste, un spécialiste.",
        "le suivi des jeunes enfants (« PMI »)",
        None,
    ),
    "Accès aux droits": (
        "Santé et services publics",
        "Démarches et accueil dans un espace départemental des solidarités ou un autre service public.",
        "la recherche d'emploi",
        "eds_10_min",
    ),
    "Chaleur en été": (
        "Chaleur et arbres",
        "Chaleur ressentie dehors ou dans le logement pendant les étés.",
        "le froid et le chauffage (« Logement »)",
        "exposition_icu",
    ),
    "Arbres et ombre": (
        "Chaleur et arbres",
        "Arbres, ombre, plantations : leur présence, leur manque, leur entretien.",
        "",
        "surface_arboree",
    ),
    "Recherche d'emploi": (
        "Emploi",
        "Chercher un emploi ou une formation : démarches, trajets, garde d'enfants, réponses.",
        "la forme du contrat (« Contrats courts »)",
        "taux_chomage_15_64",
    ),
    "Contrats courts": (
        "Emploi",
        "Contrats à durée limitée, intérim, horaires morcelés.",
        "",
        "contrats_precaires",
    ),
    "Logement": (
        "Logement et cadre de vie",
        "État du logement, chauffage, charges, relations avec le bailleur.",
        "",
        "locataires_hlm",
    ),
    "Espaces partagés": (
        "Logement et cadre de vie",
        "Halls, places, jeux, jardins partagés, vie de voisinage.",
        "",
        None,
    ),
}
#: What is said of each code.
SAYINGS = {
    "PMI": (
        "La PMI, j'y vais à pied avec la poussette, en passant par la place.",
        "Pour le suivi du bébé, on a eu un rendez-vous en trois semaines.",
        "À la PMI, l'équipe prend le temps d'expliquer, et ça change tout.",
        "Le centre de PMI a changé d'adresse, et tout le monde ne l'a pas su.",
        "La consultation du mercredi matin est complète très vite.",
        "La puéricultrice est venue à la maison, c'était précieux.",
    ),
    "Médecins": (
        "Le médecin de la rue a pris sa retraite et personne n'a repris le cabinet.",
        "Pour un dentiste, il faut compter plusieurs mois.",
        "Le centre de santé nous prend quand c'est pressé.",
        "On fait deux communes pour voir un spécialiste.",
        "Je repousse les soins quand le trajet est trop long.",
    ),
    "Accès aux droits": (
        "À l'espace des solidarités, on m'a aidée à remplir le dossier.",
        "Tout se fait sur internet, et sans imprimante on tourne en rond.",
        "L'accueil sans rendez-vous du lundi, il faudrait le garder.",
        "Je ne savais pas que j'avais droit à cette aide.",
        "L'EDS est loin quand on a du mal à marcher.",
    ),
    "Chaleur en été": (
        "L'été, au dernier étage, on dort mal : il fait encore chaud à minuit.",
        "Sur la dalle, en juillet, on ne peut plus s'asseoir.",
        "Pendant la canicule, on ferme tout dès huit heures du matin.",
        "Le trottoir chauffe, on le sent à travers les chaussures ☀️.",
        "La salle climatisée de la médiathèque, c'est notre refuge.",
    ),
    "Arbres et ombre": (
        "Les arbres du mail font une vraie différence, on s'y retrouve 🌳.",
        "Ils ont planté des jeunes arbres, il faudra les arroser.",
        "Sur la place, il n'y a pas d'ombre avant six heures du soir.",
        "Les tilleuls ont été taillés très court cette année.",
        "On voudrait un verger partagé derrière l'école.",
    ),
    "Recherche d'emploi": (
        "Je cherche depuis l'automne, je réponds à des annonces chaque semaine.",
        "Sans solution de garde, je ne peux pas accepter un poste tôt le matin.",
        "La mission locale m'a proposé une formation qui me plaît.",
        "Le bus ne passe pas assez tôt pour la plateforme logistique.",
        "On m'a rappelée après le forum des métiers.",
    ),
    "Contrats courts": (
        "J'enchaîne les contrats d'un mois, c'est difficile de prévoir.",
        "En intérim, on sait le soir si on travaille le lendemain.",
        "Deux heures le matin, deux heures le soir : la journée est coupée.",
        "On m'a promis un contrat long à la rentrée.",
    ),
    "Logement": (
        "Les charges ont augmenté et on aimerait comprendre le décompte.",
        "Les fenêtres ont été changées, on entend moins la route.",
        "Il y a de l'humidité dans la chambre, le bailleur est passé deux fois.",
        "On attend un appartement plus grand depuis plusieurs années.",
        "Le chauffage collectif est coupé trop tôt au printemps.",
    ),
    "Espaces partagés": (
        "Le jardin partagé, c'est là qu'on a connu les voisins.",
        "Le hall a été refait, on en prend soin.",
        "Les jeux des petits sont bien, il manque des bancs.",
        "La fête de quartier a réuni toutes les générations.",
        "Le passage sous l'immeuble mériterait un éclairage.",
    ),
}
#: What follows a saying, whatever it is about.
ENDS = (
    "On en parle souvent entre voisins.",
    "Je le dis comme je le vis.",
    "C'est mieux qu'il y a quelques années.",
    "Rien n'a bougé depuis l'an dernier.",
    "Il faudrait venir voir à différentes heures.",
    "Les enfants en parlent aussi.",
    "",
    "",
)
#: Codes that meet in one unit: the second one with what joins it.
TOGETHER = {
    "Chaleur en été": ("Arbres et ombre", "Avec un peu plus d'ombre, ce serait vivable."),
    "Recherche d'emploi": ("Contrats courts", "Et ce qu'on propose, ce sont des missions de quelques jours."),
    "PMI": ("Médecins", "Pour le reste, trouver un médecin est une autre affaire."),
    "Logement": ("Chaleur en été", "Et l'été, l'appartement garde la chaleur."),
}
#: What would tell who speaks, or who is spoken of: number of the interview, code, words.
IDENTIFYING = {
    1: (
        "Espaces partagés",
        "Pour les clés du local, c'est Sylvie, au 06 39 98 12 34, elle habite l'escalier C.",
    ),
    14: (
        "Recherche d'emploi",
        "Écrivez-moi à romain.invente@example.org, ou demandez Romain au 12 rue des Tilleuls.",
    ),
}
QUESTIONS = {
    "Santé et services publics": "Et pour la santé, les démarches ?",
    "Chaleur et arbres": "Comment se passent les étés ici ?",
    "Emploi": "Et du côté du travail ?",
    "Logement et cadre de vie": "Que diriez-vous de l'immeuble, des alentours ?",
}
#: Verdicts of the analyst: quartier, indicator, verdict, note.
JUDGED = (
    ("QN99901M", "exposition_icu", "discordance", "Peu exposé d'après le chiffre, et la chaleur est dite."),
    ("QN99901M", "pmi_10_min", "complémentarité", "L'accueil à la PMI, que le temps de marche ne dit pas."),
    ("QN99902M", "contrats_precaires", "convergence", "Missions courtes dites par plusieurs personnes."),
    ("QN99902M", "surface_arboree", "discordance", "Des arbres sont comptés, et l'on demande de l'ombre."),
    ("QN99904M", "pmi_10_min", "convergence", "Loin d'après le chiffre, et le trajet à pied est dit long."),
    ("QN99904M", "locataires_hlm", "complémentarité", "Les fenêtres changées, que le chiffre ne dit pas."),
    ("QN99905M", "taux_chomage_15_64", "complémentarité", "La garde d'enfants revient comme frein."),
    ("QN99907M", "exposition_icu", "convergence", "Relevé pendant la marche, et redit en 2025."),
    ("QN99908M", "eds_10_min", "complémentarité", "Les démarches en ligne, que la distance ne dit pas."),
    ("QN99912M", "pmi_10_min", "silence", "Une seule personne entendue, qui n'en parle pas."),
    ("QN99912M", "exposition_icu", "silence", "Une seule personne entendue, qui n'en parle pas."),
)
