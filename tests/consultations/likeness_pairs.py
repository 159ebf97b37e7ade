"""Pairs of points, labelled by hand as duplicates or not; half of the others are about the same subject.

English, Kiswahili, some across both, and sentences of the sample. Written before the threshold was chosen; wrong
results stay in.
"""

SAME_ENGLISH = [
    ("Abolish recruitment fees charged to migrant workers.", "Recruitment fees must no longer be charged to workers."),
    (
        "The government should negotiate bilateral labour agreements with the Gulf states before workers leave.",
        "Negotiate bilateral agreements on labour with Gulf countries.",
    ),
    ("Make remittances cheaper: no more than 3 per cent.", "Bring the cost of sending remittances below 3 per cent."),
    (
        "Register every private recruitment agency and publish the register.",
        "Keep a public register of licensed recruitment agencies.",
    ),
    (
        "Children must not be detained for reasons of immigration.",
        "End the detention of children for immigration reasons.",
    ),
    (
        "Open a shelter for victims of trafficking in Mombasa.",
        "A shelter for trafficking victims is needed in Mombasa county.",
    ),
    (
        "Train border police to recognise victims of trafficking.",
        "Border officers should be trained to identify trafficking victims.",
    ),
    (
        "Let Kenyans abroad vote in general elections.",
        "Kenyans living abroad should be able to vote in general elections.",
    ),
    (
        "Give herders a seasonal pass to cross the border with their animals.",
        "We ask for a seasonal border pass for herders and their livestock.",
    ),
    (
        "Recognise the diplomas of returning migrants.",
        "Returnees need their foreign qualifications and diplomas recognised.",
    ),
    ("Collect migration data by county and by sex.", "Migration data should be collected for each county and sex."),
    (
        "Offer legal aid to migrants who face removal.",
        "Migrants facing removal should have free legal aid and an interpreter.",
    ),
    (
        "Include migrants in the national health insurance.",
        "National health insurance must cover migrants as well.",
    ),
    (
        "Set up a fund with which the diaspora can invest in county projects.",
        "A diaspora investment fund for projects of the counties should be established.",
    ),
    (
        "Appoint labour attachés in Riyadh, Doha and Abu Dhabi.",
        "Post labour attachés to the embassies in Riyadh and Doha.",
    ),
    (
        "Plan for people displaced by drought and floods.",
        "Climate displacement from droughts and floods needs planning.",
    ),
    (
        "Punish smugglers, not the migrants whom they smuggle.",
        "Smuggled migrants should not be prosecuted; prosecute the smugglers.",
    ),
    (
        "Inform people about safe migration before they depart.",
        "Pre-departure information on safe migration must be given to all who depart.",
    ),
    (
        "Issue birth certificates to children born on the way.",
        "Every child born during the journey should receive a birth certificate.",
    ),
    (
        "Stop confiscating the passports of domestic workers.",
        "Employers who keep the passports of domestic workers must be punished.",
    ),
    ("Schools should admit refugee pupils without papers.", "No child may be turned away from class for a document."),
    ("Cut red tape at the one-stop border posts.", "Crossing at Busia and Malaba takes too long for small traders."),
    ("Pay attention to the mental health of returnees.", "Those who come home need somebody to talk to."),
    ("Hold a meeting of all county migration committees every year.", "Annual meeting of county migration committees."),
]

DIFFERENT_ENGLISH = [
    ("Abolish recruitment fees charged to migrant workers.", "Register every private recruitment agency."),
    ("Make remittances cheaper.", "Tax the remittances of high earners."),
    ("Open a shelter for victims of trafficking in Mombasa.", "Train border police to recognise trafficking."),
    ("Let Kenyans abroad vote in general elections.", "Set up a fund for the diaspora to invest in counties."),
    ("Collect migration data by county.", "Hold a yearly meeting of county migration committees."),
    (
        "Children must not be detained for reasons of immigration.",
        "Immigration officers need better pay and more training.",
    ),
    ("Offer legal aid to migrants who face removal.", "Include migrants in the national health insurance."),
    ("Give herders a seasonal pass to cross the border.", "Build a livestock market at the border."),
    (
        "The government should negotiate bilateral labour agreements with the Gulf states.",
        "The government should post labour attachés to the Gulf states.",
    ),
    ("Punish smugglers, not the migrants.", "Migrants should be told how smugglers work."),
    ("Recognise the diplomas of returning migrants.", "Returning migrants need loans for a business."),
    ("Inform people about safe migration.", "Set up a hotline for people in distress at sea."),
    ("Plan for people displaced by drought.", "Pay compensation for cattle lost to drought."),
    ("Issue birth certificates to children born on the way.", "Reunite children with their families."),
    ("Schools should admit refugee pupils without papers.", "Build more schools in the camps of Turkana."),
    ("Domestic workers need one day of rest a week.", "Domestic workers must keep their own passports."),
    ("Strengthen the national coordination mechanism.", "Strengthen the county governments."),
    ("Ratify the convention on domestic workers.", "Ratify the convention on statelessness."),
    ("Speed up the recognition of refugees.", "Allow recognised refugees to work."),
    ("Employers should pay for the flight home.", "Employers should insure their workers."),
    ("Publish migration statistics every year.", "Publish the names of traffickers who were convicted."),
    ("Protect the data of migrants.", "Share data on migrants with neighbouring states."),
    ("Support families of migrants who died abroad.", "Support migrants who return with a disability."),
    ("Train county officers in human rights.", "Train nurses for work abroad."),
]

SAME_KISWAHILI = [
    (
        "Ada za kuajiri wafanyakazi wahamiaji zifutwe.",
        "Wafanyakazi wahamiaji wasitozwe ada za kuajiriwa.",
    ),
    (
        "Watoto wasizuiliwe kwa sababu za uhamiaji.",
        "Komesheni kuwazuilia watoto kwa sababu ya uhamiaji.",
    ),
    ("Punguza gharama ya kutuma pesa nyumbani.", "Gharama ya kutuma pesa nyumbani ipunguzwe hadi asilimia 3."),
    (
        "Wafugaji wapewe kibali cha msimu cha kuvuka mpaka na mifugo yao.",
        "Tunaomba kibali cha msimu kwa wafugaji wanaovuka mpaka na mifugo.",
    ),
    (
        "Wakenya walio ng'ambo waruhusiwe kupiga kura.",
        "Wakenya wanaoishi ng'ambo wapige kura katika uchaguzi mkuu.",
    ),
    (
        "Fungueni makazi ya waathiriwa wa usafirishaji haramu Mombasa.",
        "Mombasa inahitaji makazi ya waathiriwa wa usafirishaji haramu wa binadamu.",
    ),
    ("Wahamiaji wapate bima ya afya ya taifa.", "Bima ya afya ya taifa iwahudumie wahamiaji pia."),
    (
        "Takwimu za uhamiaji zikusanywe kwa kila kaunti.",
        "Kila kaunti ikusanye takwimu za uhamiaji kila mwaka.",
    ),
    (
        "Serikali iteue maafisa wa kazi katika balozi za Riyadh na Doha.",
        "Maafisa wa kazi wawekwe katika balozi za Doha na Riyadh.",
    ),
    ("Waajiri wasichukue pasipoti za wafanyakazi wa nyumbani.", "Pasipoti za wafanyakazi wa nyumbani zirudishwe kwao."),
    ("Wanaorudi nyumbani wasaidiwe kuanza biashara.", "Mikopo ya biashara itolewe kwa wahamiaji waliorejea."),
    (
        "Polisi wa mpakani wafunzwe kutambua waathiriwa.",
        "Mafunzo ya kutambua waathiriwa yatolewe kwa polisi wa mpakani.",
    ),
]

DIFFERENT_KISWAHILI = [
    ("Ada za kuajiri wafanyakazi wahamiaji zifutwe.", "Wafanyakazi wahamiaji wapate siku ya kupumzika."),
    ("Watoto wasizuiliwe kwa sababu za uhamiaji.", "Watoto wa wahamiaji wapate vyeti vya kuzaliwa."),
    ("Punguza gharama ya kutuma pesa nyumbani.", "Toza kodi pesa zinazotumwa nyumbani na matajiri."),
    ("Wafugaji wapewe kibali cha kuvuka mpaka.", "Soko la mifugo lijengwe mpakani."),
    ("Wakenya walio ng'ambo waruhusiwe kupiga kura.", "Wakenya walio ng'ambo wawekeze katika kaunti."),
    ("Wahamiaji wapate bima ya afya ya taifa.", "Hospitali za taifa ziajiri wauguzi zaidi."),
    ("Takwimu za uhamiaji zikusanywe kwa kila kaunti.", "Kamati za uhamiaji za kaunti zikutane kila mwaka."),
    ("Waajiri walipe nauli ya kurudi nyumbani.", "Waajiri wawape wafanyakazi bima."),
    ("Shule ziwapokee watoto wakimbizi.", "Shule zaidi zijengwe Turkana."),
    ("Serikali iwaadhibu wasafirishaji haramu.", "Serikali iwape waathiriwa fidia."),
    ("Wahamiaji wapate msaada wa kisheria.", "Wahamiaji waelezwe hatari za safari."),
    ("Data za wahamiaji zilindwe.", "Data za wahamiaji zitolewe kwa nchi jirani."),
]

SAME_ACROSS = [
    ("Let Kenyans abroad vote in general elections.", "Wakenya walio ng'ambo waruhusiwe kupiga kura."),
    ("Make remittances cheaper.", "Punguza gharama ya kutuma pesa nyumbani."),
    ("Children must not be detained.", "Watoto wasizuiliwe kwa sababu za uhamiaji."),
]


# Whole sentences of the sample consultation: points that its secretariat merged.
SAME_LONG = [
    (
        "Early warning of drought should reach the public in time and in the languages they understand,"
        " through community radio, chiefs and religious leaders, on both sides of the border. (Translated"
        " from Kiswahili by the secretariat.)",
        "Early warning of drought should reach the people concerned in time and in a language they"
        " understand, and should be shared with the counties and the neighbouring States where they are"
        " likely to go.",
    ),
    (
        "No one should be removed before having been heard, with an interpreter and, where the person asks"
        " for one, a lawyer.",
        "Every person who faces removal should have an interpreter and a real chance to speak to a lawyer"
        " before the decision is taken.",
    ),
    (
        "People found abandoned on the way should first be given water, food, treatment and a place to sleep;"
        " questions about documents should come afterwards, and nobody should be taken to court on the"
        " strength of telling what happened to them. (Translated from Kiswahili by the secretariat.)",
        "People found stranded, at sea or on land, should be rescued and given first aid, food and shelter"
        " before any question of status is asked.",
    ),
    (
        "Workers should not be charged for their recruitment, in any form.",
        "No worker should pay for being recruited: fees and related costs, under whatever name, should be"
        " borne by the employer.",
    ),
    (
        "It should not cost a worker a day’s wage to send money home, and she should know before she pays"
        " what her family will receive.",
        "The price of a transfer, exchange rate included, should be shown before the sender pays, and States"
        " should work towards the level set in target 10.c of the 2030 Agenda by opening the market, linking"
        " mobile money across borders and keeping identity checks in proportion to the sum.",
    ),
    (
        "The cost of sending small sums between the countries of East Africa should come down, and the sender"
        " should be shown the whole cost, exchange rate included, before paying; mobile money services of"
        " neighbouring countries should be joined. (Translated from Kiswahili by the secretariat.)",
        "The price of a transfer, exchange rate included, should be shown before the sender pays, and States"
        " should work towards the level set in target 10.c of the 2030 Agenda by opening the market, linking"
        " mobile money across borders and keeping identity checks in proportion to the sum.",
    ),
]

# And those of its points that are nearest to each other without asking for the same.
DIFFERENT_LONG = [
    (
        "Migrant workers should have the same right as nationals to join a union, to be represented in a"
        " dispute and to bargain together, in the country where they work.",
        "Migrant workers should be able to carry home the pensions and other benefits they have earned, and"
        " their years of work in two countries should be added together.",
    ),
    (
        "Early warning of drought should reach the public in time and in the languages they understand,"
        " through community radio, chiefs and religious leaders, on both sides of the border. (Translated"
        " from Kiswahili by the secretariat.)",
        "Training before departure should be free of charge, be given in every county and in a language that"
        " the worker understands, and explain the worker’s rights, the contract and where to find help."
        " (Translated from Kiswahili by the secretariat.)",
    ),
    (
        "Progress should be reviewed at fixed intervals, on the basis of national reports that are public and"
        " that were written together with counties, unions, universities and migrants themselves.",
        "Migrant workers should have the same right as nationals to join a union, to be represented in a"
        " dispute and to bargain together, in the country where they work.",
    ),
    (
        "Early warning of drought should reach the people concerned in time and in a language they"
        " understand, and should be shared with the counties and the neighbouring States where they are"
        " likely to go.",
        "The Agency for Drought Preparedness (sample) will share its drought bulletins with the border"
        " counties and with the corresponding services of neighbouring States, in a short form that can be"
        " read out on radio, before the long rains of 2018.",
    ),
    (
        "The Pamoja Alliance against Trafficking (sample) will publish the screening checklist that its"
        " members use, free of charge and in English and Kiswahili, by 30 June 2018.",
        "The Population and Statistics Service (sample) will publish, with the mechanism, a list of migration"
        " tables that Kenya can produce and those that it cannot yet produce, by 30 June 2018.",
    ),
]

SAME = [*SAME_ENGLISH, *SAME_KISWAHILI, *SAME_ACROSS, *SAME_LONG]
DIFFERENT = [*DIFFERENT_ENGLISH, *DIFFERENT_KISWAHILI, *DIFFERENT_LONG]
