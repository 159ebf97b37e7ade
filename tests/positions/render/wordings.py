"""Texts for a realistic edition: every body and person is invented and named so."""

THEMES = [
    (
        "T1",
        "Drivers of migration",
        "Visababishi vya uhamaji",
        [2],
        [1, 5, 7],
        ["1.5", "8.5", "10.7", "13.1"],
        ["Ministry of Planning (sample)", "Ministry of Environment (sample)"],
    ),
    (
        "T2",
        "Human rights of migrants",
        "Haki za binadamu za wahamaji",
        [4, 7, 13, 15, 16, 17],
        [2, 8, 12],
        ["5.2", "10.2", "10.3", "16.3", "16.9", "16.b"],
        ["Commission on Rights (sample)", "Ministry of Justice (sample)"],
    ),
    (
        "T3",
        "Smuggling of migrants",
        "Usafirishaji haramu wa wahamaji (magendo)",
        [8, 9],
        [4, 10, 11],
        ["10.7", "16.4", "16.a"],
        ["Ministry of Interior (sample)"],
    ),
    (
        "T4",
        "Trafficking in persons",
        "Biashara haramu ya binadamu",
        [10],
        [3, 6, 7],
        ["5.2", "8.7", "16.2"],
        ["Ministry of Interior (sample)", "Ministry of Labour (sample)"],
    ),
    (
        "T5",
        "International cooperation and migration governance",
        "Ushirikiano wa kimataifa na utawala wa uhamaji",
        [1, 3, 11, 12, 14, 21, 23],
        [2, 4, 5],
        ["10.7", "16.3", "17.9", "17.16", "17.18"],
        ["Ministry of Foreign Affairs (sample)", "Ministry of Interior (sample)"],
    ),
    (
        "T6",
        "Labour migration",
        "Uhamaji wa wafanyakazi",
        [5, 6, 18],
        [2, 14, 19],
        ["4.b", "8.5", "8.7", "8.8", "10.7"],
        ["Ministry of Labour (sample)", "Ministry of Education (sample)"],
    ),
    (
        "T7",
        "Contribution of the diaspora to human and national development",
        "Mchango wa Wakenya walio ughaibuni (diaspora) kwa maendeleo",
        [19, 20, 22],
        [1, 14, 18],
        ["1.3", "10.c", "17.3"],
        ["Ministry of Foreign Affairs (sample)", "Ministry of Finance (sample)"],
    ),
]

LABELS = [
    "Data",
    "Drivers",
    "Information",
    "Legal identity",
    "Regular pathways",
    "Fair recruitment",
    "Vulnerabilities",
    "Missing migrants",
    "Smuggling",
    "Trafficking",
    "Borders",
    "Procedures",
    "Detention",
    "Consular protection",
    "Basic services",
    "Inclusion",
    "Non-discrimination",
    "Skills",
    "Diaspora",
    "Remittances",
    "Return",
    "Portability",
    "Cooperation",
]

TITLES = {
    2: "Minimize the adverse drivers and structural factors that compel people to leave their country of origin",
    8: "Save lives and establish coordinated international efforts on missing migrants",
    9: "Strengthen the transnational response to smuggling of migrants",
    10: "Prevent, combat and eradicate trafficking in persons in the context of international migration",
}

GROUPS = {
    "ministry": "Ministries",
    "county_government": "County governments",
    "independent_commission": "Independent commissions",
    "un_agency": "United Nations agencies",
    "civil_society": "Civil society",
    "faith_based": "Faith-based organisations",
    "academia": "Academia and research",
    "employers": "Employers and private sector",
    "diaspora": "Diaspora and migrants",
}

ORGANISATIONS = [
    ("Coast Anti-Trafficking Network (sample)", "civil_society"),
    ("University Migration Centre (sample)", "academia"),
    ("Interfaith Council for Strangers and Neighbours (sample)", "faith_based"),
    ("Diaspora Women’s League (sample)", "diaspora"),
    ("Lake Region County Forum (sample)", "county_government"),
    ("Federation of Recruiters (sample)", "employers"),
    ("Northern Corridor Legal Aid (sample)", "civil_society"),
    ("Office for Rights (sample)", "independent_commission"),
    ("Ministry of Labour (sample)", "ministry"),
    ("Agency for Movement (sample)", "un_agency"),
    ("Institute for Population Studies of the Rift Valley (sample)", "academia"),
    ("Returnees’ Association (sample)", "diaspora"),
    ("Ministry of Health (sample)", "ministry"),
    ("Coastal Fisherfolk Union (sample)", "civil_society"),
]

MINISTRIES = [
    "Ministry of Interior (sample)",
    "Ministry of Foreign Affairs (sample)",
    "Ministry of Labour (sample)",
    "Ministry of Health (sample)",
    "Ministry of Education (sample)",
    "Ministry of Environment (sample)",
    "Ministry of Finance (sample)",
    "Ministry of Planning and Devolution (sample)",
]

PEOPLE = [
    "Wanjirũ Mũthoni",
    "Nyambura wa Gĩthĩnji",
    "Achieng’ Ong’ondo",
    "Mutũa Kĩlonzo",
    "Abdirahman Ḥassan Nuur",
    "ሰላማዊት ተስፋዬ",
    "فاطمة الزهراء بنت إبراهيم",
    "Naserian ole Ntutu",
    "Ng'ang'a Kamau",
    "Lokiru Ekal",
    "Fatuma Bwanahamisi",
    "Chebet arap Koech",
    "Baraka Mwakio",
    "Zainab Sheikh-Mohamed",
    "Kiprono Cheruiyot",
    "Wafula Namunyu",
    "Atieno Odhiambo-Were",
    "Mwende Musyoka",
]
ROLES = [
    "Director",
    "Principal Officer",
    "Programme Lead",
    "Senior Lecturer",
    "Legal Adviser",
    "Deputy Secretary",
    "Chairperson",
]
COUNTIES = ["Nairobi City", "Mombasa", "Turkana", "Kisumu", "Garissa", "Uasin Gishu", "Taita–Taveta", "Nakuru"]

BODY = [
    (
        "Introduction and mandate",
        [
            (
                "notes",
                "notes",
                "Kenya notes that the General Assembly decided, in resolution 71/280, how the global compact for safe, orderly and"
                " regular migration is to be prepared, and that each State is asked to speak for all of its institutions.",
            ),
            (
                "",
                "",
                "This paper is the common position of the bodies that take part in the National Coordination Mechanism on Migration. It binds"
                " none of them beyond its own mandate, and it replaces no law.",
            ),
        ],
    ),
    (
        "The process in Kenya",
        [
            (
                "",
                "",
                "Inputs were invited from ministries, counties, commissions, civil society, faith-based bodies, academia, employers, workers"
                " and the diaspora. Each input was split into the points it makes, and each point was answered in writing; the answers stand in Annex D.",
            ),
            (
                "welcomes",
                "welcomes",
                "Kenya welcomes the part taken by organisations of migrants themselves, whose evidence changed the text of"
                " the sections on smuggling, on detention and on recruitment fees.",
            ),
        ],
    ),
    (
        "Guiding principles",
        [
            (
                "",
                "",
                "The position is guided by the Constitution of Kenya, by the human rights treaties to which Kenya is a party, and by the"
                " principles of sovereignty, shared responsibility, non-discrimination, gender equality and the best interests of the child.",
            ),
            (
                "supports",
                "supports",
                "Kenya supports a compact that is not legally binding, covers the whole cycle of migration, and is read"
                " together with the 2030 Agenda and the frameworks of the African Union, IGAD and the East African Community.",
            ),
        ],
    ),
]

SENTENCES = {
    "notes": "Kenya notes that {a}, and that figures on {b} are collected by five institutions that do not yet share them.",
    "welcomes": "Kenya welcomes the work of neighbouring States on {a}, and the offer of technical support for {b} in the border counties.",
    "supports": "Kenya supports a commitment on {a} that sets out who acts, by when and with which means, and asks that {b} be measured every"
    " two years against the same indicators.",
    "urges": "Kenya urges States of destination to put an end to practices that endanger {a}. Measures on {b} should never deter people from"
    " seeking help, from reporting a crime or from sending a child to school.",
    "calls_for": "Kenya calls for joint arrangements on {a} along the northern and southern routes, with one contact point in each State"
    " that answers within 72 hours, and for {b} to be financed from pooled and predictable resources.",
    "commits_to": "Kenya commits to {a} in every county, in co-operation with county governments, faith-based bodies and civil society, and to"
    " publishing once a year what has been achieved on {b}, what has not, and why.",
    "reserves": "Kenya reserves its position on {a} until a national policy on {b} has been adopted.",
}
SUBJECTS = {
    "T1": [
        "early warning of drought and displacement",
        "decent work for young people in the places they leave",
        "climate adaptation funds",
    ],
    "T2": [
        "access of migrants to health care and education",
        "alternatives to immigration detention",
        "civil registration of births abroad",
    ],
    "T3": [
        "search and rescue on land routes",
        "the protection of smuggled migrants from prosecution",
        "identification of missing migrants",
    ],
    "T4": [
        "shelter and legal aid for every identified victim",
        "supervision of domestic work",
        "joint investigation teams",
    ],
    "T5": [
        "data sharing between border agencies",
        "consular presence in the countries of destination",
        "safe and dignified return",
    ],
    "T6": [
        "recruitment without fees for workers",
        "recognition of skills and qualifications",
        "bilateral labour agreements",
    ],
    "T7": [
        "the cost of remittances below three per cent",
        "portability of social security",
        "diaspora investment in county projects",
    ],
}
STRENGTHS = ["notes", "supports", "urges", "calls_for", "commits_to", "welcomes"]
ASKS = [
    "{a} should be a duty of the State and not a matter of projects: name the office that answers, and give it a budget line.",
    "We see every week that {a} fails at the county level. The paper should ask for one desk per county and a telephone that is answered.",
    "Please record that {a} and {b} can't be separated; a position on one without the other would be rejected by our members.",
    "The draft is silent on {a}. Our survey of 412 households shows that two in three families name it first.",
    "Limit {a} to ninety days, with judicial review.",
    "Ask for {b} to be reported with figures broken down by sex, age, disability and county, and to be published in English and Kiswahili.",
]
REASONS = {
    "accepted": "",
    "accepted_in_part": "The figure is kept out of the text because no institution publishes it; the duty itself is taken up.",
    "merged": "Says the same as an earlier point and is answered with it.",
    "noted": "A matter for county legislation; sent on to the Council of Governors (sample) with a request to report back.",
    "not_accepted": "Goes against section 43 of the Act as it stands; the forum did not wish to pre-empt its review.",
}
CLEARANCE_NOTE = (
    "All eight offices were asked on 25 September 2017 and given ten working days."
    " Silence is recorded as silence, not as agreement."
)
