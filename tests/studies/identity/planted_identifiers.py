"""An invented corpus with 200 planted identifiers, and as many harmless sentences full of traps.

Everything is written by hand, apart from the lists and the patterns of the package: the people, the numbers and the
addresses are invented. Square brackets mark the identifier in its sentence.
"""

import random

import pandas as pd

#: Real names of the (invented) table of pseudonyms.
TABLE = [
    ("Aïcha Benmansour", "Nadège", "personne"),
    ("Jean-Noël Kerbrat", "Octave", "personne"),
    ("Oumou N'Diaye", "Sylvaine", "personne"),
    ("Zdzisław Wójcik", "Armand", "personne"),
    ("Thuy Linh", "Clotilde", "personne"),
    ("Les Mains d'Or", "L'Atelier", "structure"),
    ("Clos des Tamaris", "Grand Pré", "lieu"),
    ("Chez Bébert", "Café du Coin", "structure"),
]

NAMES = [
    # Of the table, in every spelling.
    "Depuis qu'[Aicha Benmansour] est partie, la cage d'escalier est sale.",
    "C'est [AÏCHA BENMANSOUR] qui tient la permanence du mardi.",
    "Tout le monde vous dira d'aller voir [aïcha benmansour], elle connaît tout.",
    "J'y suis allée avec [Ai\u0308cha Ben Mansour] et sa petite dernière.",
    "Sans [Jean Noel Kerbrat], le jardin partagé n'existerait pas.",
    "On a demandé à [jean-noël kerbrat] de garder les clés.",
    "La clé, c'est [Jean–Noël KERBRAT] qui l'a.",
    "Le dimanche, [Oumou N’Diaye] prépare à manger pour tout l'étage.",
    "C'est la fille d'[Oumou Ndiaye] qui a appelé les pompiers.",
    "Mon propriétaire, [Zdzislaw Wojcik], ne répond jamais.",
    "Demandez à [Thuy-Linh], à la loge.",
    "On se retrouvait tous [chez Bebert] après le marché.",
    "L'association [Les mains d’or] nous a prêté la salle.",
    "J'ai grandi au [clos des tamaris], juste derrière.",
    "[Benmansour], c'est elle qui avait lancé la pétition.",
    "Le vieux [Kerbrat] râlait toujours pour les poubelles.",
    # After a title.
    "La gardienne, [Mme Zbikowski], est partie à la retraite.",
    "J'ai vu [M. Ouattara-Lemaître] hier soir au conseil citoyen.",
    "Le [Dr Vandenbrouck] ne prend plus de nouveaux patients.",
    "[madame Sissoko] m'a aidée pour le dossier.",
    "On avait [Monsieur de Rochebrune] comme instituteur.",
    "[Mlle Quach] tenait le pressing en bas.",
    "Le [docteur El Ghozlani] venait à domicile.",
    "[Mr Pereira da Costa] s'est plaint au bailleur.",
    "C'est [maître Taillefer] qui nous a défendus au tribunal.",
    "[mme tchikaya] garde les petits de l'immeuble.",
    # First name and name, or named as someone close.
    "J'ai donné mes papiers à [Fatoumata Sangaré] au guichet.",
    "Mon fils traînait avec [Kevin Rousselot] à l'époque.",
    "C'est [Marie-Claude Pignol] qui anime le café des parents.",
    "[Mohamed Bouzidi] a monté le club de boxe.",
    "L'ancien amicaliste, [Roger Lescaut], a tout gardé.",
    "Sa sœur [Inès Ferhaoui] a eu le même problème.",
    "[Sofiane Q. Belkacemi] a signé pour nous deux.",
    "Ma voisine [Ayélé] descend mes courses.",
    "Mon fils [Tiago] ne veut plus sortir.",
    "Elle s'appelle [Mwamini], elle habite au-dessus.",
    "Il y avait un petit qui s'appelait [Eliott], il ne parlait pas.",
    "Avec [Rachida], on fait le ménage des communs.",
    "C'est [Bogdan Ilievski] qui répare les vélos.",
    "Demandez à [Youssouf] : il y était.",
]

PHONES = [
    "Appelez-moi au [06 12 34 56 78], plutôt le soir.",
    "Mon numéro c'est le [07.98.76.54.32].",
    "Elle m'a laissé le [0145678901] pour la rappeler.",
    "Vous pouvez me joindre au [+33 6 45 12 78 90].",
    "C'est le [+33(0)6 71 82 93 04] ou rien.",
    "Le [0033 7 61 52 43 34], c'est son portable.",
    "Je lui ai donné mon numéro, [06-22-33-44-55].",
    "Notez : [06\u00a044\u00a055\u00a066\u00a077].",
    "Son fixe, [01\u202f46\u202f72\u202f83\u202f94], ne marche plus.",
    "Le [06/11/22/33/44], vous tombez sur ma fille.",
    "Appelle le [0612 345 678] quand tu arrives.",
    "Je vous le dicte : [06 123 456 78].",
    "Ils ont mis [01 23456789] sur l'affiche, c'est chez moi.",
    "C'est le [zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit].",
    "Mon cousin au bled, c'est le [+213 550 12 34 56].",
    "Ma mère au pays : [00 221 77 123 45 67].",
    "Mon portable ([06.55.44.33.22]) est toujours allumé.",
    "Tél. [09 87 65 43 21], demandez le deuxième poste.",
    "Je réponds au [+33612345679] même la nuit.",
    "Le numéro de mon mari, [07 81 92 03 14], je le connais par cœur.",
    "J'ai appelé dix fois le [06 - 12 - 13 - 14 - 15].",
    "Elle a noté [06,77,88,99,00] sur un bout de papier.",
    "Le [+32 475 12 34 56], c'est ma sœur en Belgique.",
    "C'est [zéro un quarante-cinq douze treize vingt], je crois.",
]

MAILS = [
    "Écrivez-moi à [fatou.d@exemple-courriel.fr] si besoin.",
    "Mon adresse c'est [jp_martin94@mail.test].",
    "Je suis [contact.kerbrat+asso@voila.example].",
    "Elle répond sur [L.OUEDRAOGO@FAI.COM] seulement.",
    "C'est [moussa75 @ courriel.fr], tout attaché.",
    "Notez : [amina(at)boite.fr].",
    "Le mail du fils : [k-traore@univ.exemple.org].",
    "C'est [sonia arobase fai point fr], facile à retenir.",
    "On a tout envoyé à [bureau.amicale@tour-b.asso.fr].",
    "Mon mail est [x.y@z.io].",
    "Il m'a dit d'écrire à [pere_et_fils@menuiserie-du-coin.eu].",
    "Répondez à [naïma.b@courrier.fr] svp.",
    "Mon ancien mail, [bibi94200@caramail.test], ne marche plus.",
    "Je consulte [lepetitjardin[at]poste.net] une fois par semaine.",
    "À [o'brien@poste.fr], ils répondent vite.",
    "Envoyez à [Hélène.D@mairie-exemple.fr], c'est moi qui trie.",
]

WEBS = [
    "Vous trouverez mes photos sur [https://www.photos-de-moussa.fr/album/2].",
    "Mon compte c'est [@kenza_du_94], suivez-moi.",
    "Il vend des gâteaux sur [www.gateauxdefatou.com].",
    "Sur Insta je suis [lili.bakes94].",
    "Mon Snap : [momo_ivry].",
    "Allez voir [facebook.com/amicale.tour.b], tout y est.",
    "Elle poste sur TikTok sous le nom [queen_raya22].",
    "J'ai ouvert une boutique, [couture-sylla.fr].",
    "La vidéo est sur [youtube.com/@boxe94club].",
    "Mon blog, [http://mamie-tricote.over-blog.example], marche bien.",
    "Snapchat, c'est [zizou.94400].",
    "Je m'appelle [@Le_Grand_Sam] sur les réseaux.",
]

ADDRESSES = [
    "J'habite au [12 rue des Lilas] depuis 1998.",
    "On était au [3 bis, avenue Marcel-Cachin], avant la démolition.",
    "C'est arrivé devant le [27 bd de la Paix].",
    "Ma mère est au [14, allée des Tilleuls].",
    "Je suis au [bâtiment C], à droite en entrant.",
    "Chez nous, [appartement 42], il n'y a plus d'eau chaude.",
    "C'est l'[appt 112], juste à côté de l'ascenseur.",
    "L'[escalier 7] est toujours dans le noir.",
    "Ma porte c'est au [4e étage, porte gauche].",
    "Il vit au [8 place du Marché], au-dessus de la pharmacie.",
    "Le courrier arrive au [105 quater chemin du Moulin].",
    "Elle est au [numéro 6 de la rue Pasteur].",
    "Mon frère est [rue Voltaire au 31].",
    "J'habite [rue du Puits-Fleuri], c'est calme.",
    "On a déménagé [impasse des Roses].",
    "Au [1 cité Bellevue], plus rien ne marche.",
    "Le [bat. B2] n'a pas été refait.",
    "Je loge au [hall 14], chez ma tante.",
    "C'est au [douze rue de la Fontaine] que ça s'est passé.",
    "Ma cousine, elle, est au [troisième étage à droite].",
    "L'[apt. 305] est inondé tous les hivers.",
    "J'ai vécu au [19 square des Acacias].",
    "Le feu a pris au [44 Quai de la Gare].",
    "Elle reçoit au [5, villa Moderne].",
    "C'est l'[esc. B], pas le nôtre.",
    "Leur boîte est au [2 ter route de Choisy].",
]

TOWNS = [
    "Mon adresse se finit par [94200 Ivry-sur-Seine].",
    "Ma carte dit encore [93200 Saint-Denis].",
    "J'étais avant au [13015 Marseille].",
    "Écrivez à [94400, Vitry].",
    "Sur l'enveloppe : [77000 MELUN].",
    "On vient de [Villejuif (94800)].",
    "Il est resté à [Champigny, 94500].",
    "Mes parents sont au [97133 Gustavia].",
    "Le siège est au [F-75013 Paris].",
    "Ma fille est en fac au [59000 Lille].",
    "Son code postal c'est le [94 310].",
    "Le courrier part à [Bonneuil-sur-Marne 94380].",
]

BIRTHS = [
    "Je suis née le [3 mars 1984] à l'hôpital d'à côté.",
    "Date de naissance : [12/07/1971].",
    "Mon fils est né le [1er septembre 2019].",
    "Sur le papier ils ont mis [05.11.1966] au lieu du 6.",
    "Je suis de [17/02/58], comme ma jumelle.",
    "Ma petite dernière, née le [14/02/2021], n'a pas de place en crèche.",
    "Je suis né en [1952], ici même.",
    "Elle est née en [mai 1990] au Mali.",
    "Le [23-10-1979], c'est ma date.",
    "Mon anniversaire, c'est le [29 février].",
    "Ma grand-mère a [98 ans] et vit seule.",
    "J'ai été maman à [14 ans], on m'a placée.",
    "Naissance le [8 août 1945], je suis du baby-boom.",
    "Je suis du [30 / 06 / 1988].",
    "Le doyen, il a [102 ans], tout le monde le connaît.",
    "Le dossier porte [1983-04-09], c'est moi.",
    "Les jumeaux, nés le [vingt-deux juin 2015], sont dans la même classe.",
    "Née un [2 janvier], j'ai toujours froid.",
    "Elle a été grand-mère à [trente-trois ans].",
    "Mon mari (né le [7.3.49]) ne sort plus.",
]

SOCIALS = [
    "Mon numéro de sécu c'est [2 84 03 94 081 123 45].",
    "J'ai recopié [184039408112345] dix fois.",
    "Sur la carte Vitale : [1 71 07 13 055 042 12].",
    "Ils m'ont demandé le [2 90 05 99 350 117], sans la clé.",
    "Numéro : [1-58-02-2A-004-321-07].",
    "Ma fille a le [2 21 02 94 028 456 clé 33].",
    "C'est marqué [266.11.75.113.208/19] sur l'ordonnance.",
    "J'ai la sécu, le [1 52 08 75 116], le reste je l'ai oublié.",
    "Le guichet a noté [279089402213456].",
    "Mon NIR provisoire, [7 88 04 99 351 220 61], n'est pas reconnu.",
]

FILES = [
    "Mon numéro d'allocataire, c'est le [1234567 A].",
    "À la CAF, je suis le [0 456 789].",
    "Dossier numéro [2023-4567-89], toujours pas de réponse.",
    "Ma demande de logement porte le n° [094 123456789 12345].",
    "Identifiant France Travail : [4578123K].",
    "Le matricule de mon mari, c'est [9 876 543 B].",
    "J'ai un récépissé, le [9912345678], qui expire.",
    "Allocataire [7654321], ça fait trois ans que j'attends.",
    "Mon titre de séjour numéro [7503123456] est périmé.",
    "Le numéro unique : [0940521234567].",
    "Passeport [14AB56789], volé dans le bus.",
    "Pour la MDPH je suis le dossier [94-118-27].",
]

BANKS = [
    "Le loyer part de mon compte [FR76 3000 4000 2812 3456 7890 143].",
    "J'ai donné mon IBAN, [FR1420041010050500013M02606].",
    "Mon RIB : [30004 00028 12345678901 43].",
    "Ils ont débité la carte [4970 1012 3456 7890].",
    "C'est le compte numéro [00028 1234567890].",
    "[BE71 0961 2345 6769], c'est ma banque en Belgique.",
    "Elle a dicté [fr76 1027 8060 0000 0212 3456 789] au téléphone.",
    "La carte [5132-4567-8901-2345] a été copiée.",
]

PLATES = [
    "Ma voiture, [AB-123-CD], a brûlé le 14.",
    "C'était une Clio immatriculée [FG 456 HJ].",
    "Ils ont relevé ma plaque, [EK782LM].",
    "La camionnette [1234 ABC 94] squatte la place.",
    "Plaque [987 QRS 75], garée là depuis six mois.",
    "J'ai noté [gh-321-jk], c'est la sienne.",
    "Le scooter [BX-404-ZT] passe toutes les nuits.",
    "La vieille Renault, [452 BZK 94], est à moi.",
]

TRAITS = [
    "Je suis la [seule femme chauffeur de bus du quartier].",
    "C'est le [seul médecin du quartier], il est fatigué.",
    "Avec mes [triplés], l'ascenseur en panne, c'est l'enfer.",
    "Mon fils a la [mucoviscidose], il lui faut de l'air.",
    "Je suis [thanatopracteur], les voisins ont peur.",
    "Mon mari, [boucher kirghize], a ouvert en bas.",
    "J'ai été [championne de France] de lutte.",
    "On est l'[unique famille tibétaine de la tour].",
    "Elle a la [maladie de Huntington], comme son père.",
    "C'est un [infirmier d'origine érythréenne], très doux.",
    "Je suis [sourde et aveugle], on m'accompagne.",
    "Ma tante est une [rescapée du génocide].",
]

PLANTED = {
    "nom": NAMES,
    "téléphone": PHONES,
    "courriel": MAILS,
    "adresse web": WEBS,
    "adresse": ADDRESSES,
    "code postal et commune": TOWNS,
    "date de naissance": BIRTHS,
    "numéro de sécurité sociale": SOCIALS,
    "numéro d'allocataire": FILES,
    "coordonnées bancaires": BANKS,
    "plaque": PLATES,
    "trait rare": TRAITS,
}

HARMLESS = [
    "Le bus 183 ne passe plus après 21 h 30.",
    "La ligne 7 est fermée depuis 2019.",
    "On paie 650 euros de loyer, sans les charges.",
    "Le pain est passé de 0,95 € à 1,20 €.",
    "Il manque 12 000 logements dans la ville.",
    "Ils ont voté 1 250 000 euros pour la place.",
    "Je suis arrivée en 1998 et rien n'a changé.",
    "En 2024 ils ont refait la façade.",
    "La tour a été construite dans les années 1960.",
    "Le 3e étage est mieux que le rez-de-chaussée.",
    "L'ascenseur s'arrête au 4e étage.",
    "J'ai planté une rose et un olivier.",
    "La rose du jardin a fané.",
    "Une pierre est tombée du balcon.",
    "Rose, c'est la couleur des volets maintenant.",
    "Pierre par pierre, ils ont tout démonté.",
    "On va à Paris pour travailler.",
    "Je prends le métro à Villejuif.",
    "À Vitry, c'est pareil qu'à Ivry.",
    "Saint-Denis, c'est plus loin.",
    "Le Val-de-Marne a beaucoup changé.",
    "Le collège Paul Éluard est bien.",
    "Ma fille est à l'école Jules Ferry.",
    "La station Louis Aragon est propre.",
    "La rue Jean Jaurès est bruyante.",
    "Le stade Gabriel Péri ferme à 20 h.",
    "La médiathèque Nelson Mandela a rouvert.",
    "L'hôpital Henri Mondor est à vingt minutes.",
    "Madame la Maire est venue une fois.",
    "Monsieur le Préfet n'a pas répondu.",
    "M. le maire avait promis une aire de jeux.",
    "Madame, Monsieur, c'est comme ça que commencent leurs lettres.",
    "Le médecin est parti, il n'y en a plus.",
    "Il faut deux mois pour un dentiste.",
    "J'ai 45 ans et trois enfants.",
    "Mon fils a 12 ans, il joue dehors.",
    "À 60 ans, on ne retrouve pas de travail.",
    "La CAF me verse 850 euros par mois.",
    "Pôle emploi m'a radiée deux fois.",
    "La sécu rembourse mal les lunettes.",
    "On est 47 quartiers dans le département.",
    "Le taux est de 36,2 % ici.",
    "La réunion du 12/03/2024 a été annulée.",
    "Le 14 juillet, il y a des pétards partout.",
    "Le 1er mai tout est fermé.",
    "Rendez-vous lundi 3 juin à la maison de quartier.",
    "Les travaux vont du 2 mars au 15 avril.",
    "Il y a trois rues à traverser.",
    "La rue est sale le dimanche.",
    "Deux rues plus loin, c'est propre.",
    "Sur la place, les jeunes se retrouvent.",
    "Il y a 3 places de parking pour tout le bâtiment.",
    "Le bâtiment a été repeint.",
    "Le bâtiment est vieux mais solide.",
    "L'appartement est trop petit pour cinq.",
    "C'est un appartement 3 pièces, 62 m2.",
    "L'escalier sent mauvais.",
    "La porte du hall ne ferme plus.",
    "On a 2 enfants et un F3.",
    "Le gardien passe le matin.",
    "La gardienne est gentille.",
    "Ma voisine garde mes clés.",
    "Ma voisine, elle, ne sort plus.",
    "Mon mari travaille de nuit.",
    "Ma mère vit avec nous.",
    "Il s'appelle comment déjà, le centre ?",
    "Le projet s'appelle Quartier vert.",
    "Le premier étage est inondé.",
    "Il y a une seule boulangerie dans le quartier.",
    "C'est le seul parc du quartier.",
    "Les médecins sont débordés.",
    "La boulangère ferme à midi.",
    "Le chauffeur du bus attend quand on court.",
    "Mes voisins algériens font de bons gâteaux.",
    "On mange libanais le vendredi.",
    "La cuisine malienne, j'adore.",
    "Le QPV est plus grand qu'avant.",
    "Le RSA, c'est 607 euros.",
    "Le T9 met 40 minutes.",
    "Le 393 est toujours plein.",
    "La D920 fait un bruit terrible.",
    "Ils ont coupé 15 arbres en 3 jours.",
    "Le thermomètre est monté à 41 degrés.",
    "La note est de 3,5 sur 5.",
    "Le 15, le 17, le 18, personne ne vient.",
    "On a appelé le 115 tous les soirs.",
    "Le magasin ouvre 7/7.",
    "L'eau coûte 4,20 le mètre cube.",
    "Le chantier a duré 18 mois.",
    "Entre 2015 et 2020, trois gardiens.",
    "La surface fait 1 200 mètres carrés.",
    "On était 150 à la fête.",
    "Sur 100 familles, 20 sont venues.",
    "Le bâtiment a 100 ans.",
    "L'école a été ouverte en 1975.",
    "J'ai marché 3 km avec la poussette.",
    "Mars a été froid, avril aussi.",
    "Le loyer est payé le 5 du mois.",
    "La facture fait 1234,56 euros.",
    "Le jardin partagé fait envie.",
]

#: Frames and what fills them: a hundred more.
FRAMES = [
    ("Depuis {} c'est devenu difficile de se garer.", ["1987", "2003", "2011", "la rentrée", "le Covid"]),
    ("Le ticket coûte {} maintenant.", ["2,15 €", "1,90 euro", "trois euros", "2.50 €", "86,40 € par mois"]),
    (
        "Pour aller à {}, il faut changer deux fois.",
        ["Créteil", "Choisy-le-Roi", "Nancy", "Orly", "La Courneuve"],
    ),
    ("La ligne {} est en panne une fois sur deux.", ["14", "183", "T7", "RER C", "N15"]),
    (
        "Ils ont fermé {} sans prévenir.",
        ["la Poste", "le centre social", "la PMI", "l'antenne de la Mairie", "le lycée Adolphe Chérioux"],
    ),
    (
        "Avec {} par mois, on ne vit pas.",
        ["900 euros", "1 350 €", "12 000 francs à l'époque", "le SMIC", "650 € d'APL"],
    ),
    ("Le {} il y aura une fête.", ["21 juin", "13 mai", "samedi 8", "premier dimanche", "31/12/2025"]),
    (
        "On attend {} au guichet.",
        ["2 heures", "45 min", "toute la matinée", "de 9 h à 12 h", "jusqu'à 17h30"],
    ),
    (
        "Dans {}, les fenêtres ne ferment pas.",
        ["les tours", "notre hall", "la barre", "le bâtiment du fond", "les F4"],
    ),
    (
        "Les jeunes de {} viennent ici.",
        ["Thiais", "l'autre cité", "Villeneuve-Saint-Georges", "17 ans", "la rue d'à côté"],
    ),
    ("Le conseil citoyen a {} membres.", ["12", "une vingtaine de", "40", "trente-deux", "1 sur 3"]),
    ("Ils disent {} pour les travaux.", ["18 mois", "2026", "fin 2025", "1,2 million", "3 phases"]),
    (
        "J'ai mis {} pour avoir un rendez-vous.",
        ["6 mois", "trois semaines", "120 jours", "du temps", "deux ans et demi"],
    ),
    ("La température dépasse {} l'été.", ["30 degrés", "35 °C", "40", "les 38°", "celle de Paris"]),
    ("À {}, les prix sont plus bas.", ["Rungis", "Carrefour", "Lidl", "Marseille", "Saint-Maur"]),
    (
        "C'est {} qui a changé le quartier.",
        ["le tramway", "l'Anru", "la Mairie", "Valophis", "le Grand Paris Express"],
    ),
    ("Je lis {} à la bibliothèque.", ["Le Parisien", "Victor Hugo", "des BD", "Le Monde du 12", "Astérix"]),
    (
        "On a compté {} dans la cour.",
        ["36 voitures", "1 500 mégots", "3 bancs", "deux cents personnes", "12 arbres sur 50"],
    ),
    (
        "Il faut {} pour l'inscription.",
        ["3 photos", "le quotient familial", "un justificatif", "80 euros", "la carte Vitale"],
    ),
    ("Mon bail date de {}.", ["2009", "mars 2017", "vingt ans", "l'an 2000", "la livraison"]),
]


def identifiers():
    """One row per planted identifier: `kind`, `text`, `start`, `end`; the order is mixed with a fixed seed."""
    rows = []
    for kind, sentences in PLANTED.items():
        for sentence in sentences:
            start, end = _marked(sentence)
            rows.append(
                (kind, sentence[:start] + sentence[start + 1 : end] + sentence[end + 1 :], start, end - 1)
            )
    random.Random(9).shuffle(rows)  # noqa: S311
    frame = pd.DataFrame(rows, columns=["kind", "text", "start", "end"])
    return frame.set_axis(frame.index.map("p{:03d}".format))


def _marked(sentence):
    """Where the brackets of an identifier are; the identifier may hold brackets of its own."""
    return sentence.index("["), sentence.rindex("]")


def harmless():
    """Sentences that identify nobody, by id."""
    filled = [frame.format(one) for frame, fillers in FRAMES for one in fillers]
    texts = [*HARMLESS, *filled]
    return pd.Series(texts, [f"h{rank:03d}" for rank in range(len(texts))], "str")
