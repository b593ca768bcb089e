"""Names of countries, as pages write them."""

from __future__ import annotations

import re
import unicodedata

from schemas.codes import COUNTRIES

# Code, ISO 3166-1 alpha-3, the English name, then further names: its own, and those of its neighbours.
_NAMES = """
AD AND | Andorra
AE ARE | United Arab Emirates | UAE | U.A.E. | Emirates | الإمارات العربية المتحدة
AF AFG | Afghanistan
AG ATG | Antigua and Barbuda
AI AIA | Anguilla
AL ALB | Albania
AM ARM | Armenia
AO AGO | Angola
AR ARG | Argentina | Argentinien | Argentine
AS ASM | American Samoa
AT AUT | Austria | Österreich | Autriche | Oostenrijk | Østerrig
AU AUS | Australia | Australien | Australie
AW ABW | Aruba
AX ALA | Åland Islands
AZ AZE | Azerbaijan
BA BIH | Bosnia and Herzegovina | Bosnia | Bosna i Hercegovina
BB BRB | Barbados
BD BGD | Bangladesh
BE BEL | Belgium | België | Belgique | Belgien | Bélgica | Belgio
BF BFA | Burkina Faso
BG BGR | Bulgaria | България | Bulgarien | Bulgarie
BH BHR | Bahrain
BI BDI | Burundi
BJ BEN | Benin
BL BLM | Saint Barthélemy
BM BMU | Bermuda
BN BRN | Brunei Darussalam | Brunei
BO BOL | Bolivia
BQ BES | Bonaire
BR BRA | Brazil | Brasil | Brasilien | Brésil
BS BHS | Bahamas | The Bahamas
BT BTN | Bhutan
BW BWA | Botswana
BY BLR | Belarus | Беларусь
BZ BLZ | Belize
CA CAN | Canada | Kanada | Canadá
CC CCK | Cocos Islands
CD COD | Democratic Republic of the Congo | DR Congo | DRC
CF CAF | Central African Republic
CG COG | Congo | Republic of the Congo
CH CHE | Switzerland | Schweiz | Suisse | Svizzera | Suiza | Zwitserland
CI CIV | Côte d'Ivoire | Ivory Coast
CK COK | Cook Islands
CL CHL | Chile | Chili
CM CMR | Cameroon
CN CHN | China | People's Republic of China | PRC | Mainland China | 中国 | 中國 | Chine
CO COL | Colombia
CR CRI | Costa Rica
CU CUB | Cuba
CV CPV | Cabo Verde | Cape Verde
CW CUW | Curaçao | Curacao
CX CXR | Christmas Island
CY CYP | Cyprus | Κύπρος | Zypern
CZ CZE | Czechia | Czech Republic | Česko | Česká republika | Tschechien | Tschechische Republik | Tchéquie |
  Chequia
DE DEU | Germany | Deutschland | Allemagne | Alemania | Germania | Duitsland | Niemcy | Tyskland | Německo |
  Alemanha | Saksa | Германия | Deutschlandweit
DJ DJI | Djibouti
DK DNK | Denmark | Danmark | Dänemark | Danemark | Dinamarca
DM DMA | Dominica
DO DOM | Dominican Republic | República Dominicana
DZ DZA | Algeria | Algérie
EC ECU | Ecuador
EE EST | Estonia | Eesti | Estland
EG EGY | Egypt | مصر | Egypte
EH ESH | Western Sahara
ER ERI | Eritrea
ES ESP | Spain | España | Spanien | Espagne | Spagna | Spanje | Espanha | Espanya
ET ETH | Ethiopia
FI FIN | Finland | Suomi | Finnland | Finlande | Finlandia
FJ FJI | Fiji
FK FLK | Falkland Islands
FM FSM | Micronesia
FO FRO | Faroe Islands
FR FRA | France | Frankreich | Francia | Frankrijk | França | Frankrig
GA GAB | Gabon
GB GBR | United Kingdom | UK | U.K. | Great Britain | England | Scotland | Wales | Northern Ireland | Vereinigtes
  Königreich | Großbritannien | Royaume-Uni | Reino Unido | Regno Unito | Verenigd Koninkrijk | United Kingdom of
  Great Britain and Northern Ireland
GD GRD | Grenada
GE GEO | Georgia | საქართველო
GF GUF | French Guiana
GG GGY | Guernsey
GH GHA | Ghana
GI GIB | Gibraltar
GL GRL | Greenland
GM GMB | Gambia | The Gambia
GN GIN | Guinea
GP GLP | Guadeloupe
GQ GNQ | Equatorial Guinea
GR GRC | Greece | Hellas | Ελλάδα | Griechenland | Grèce | Grecia
GT GTM | Guatemala
GU GUM | Guam
GW GNB | Guinea-Bissau
GY GUY | Guyana
HK HKG | Hong Kong | Hong Kong SAR | Hong Kong SAR China | 香港
HN HND | Honduras
HR HRV | Croatia | Hrvatska | Kroatien | Croatie
HT HTI | Haiti
HU HUN | Hungary | Magyarország | Ungarn | Hongrie
ID IDN | Indonesia | Indonesien
IE IRL | Ireland | Éire | Republic of Ireland | Irland | Irlande | Irlanda | Ierland
IL ISR | Israel | ישראל
IM IMN | Isle of Man
IN IND | India | Bharat | Indien | Inde
IQ IRQ | Iraq
IR IRN | Iran
IS ISL | Iceland | Ísland
IT ITA | Italy | Italia | Italien | Italie | Itália | Italië
JE JEY | Jersey
JM JAM | Jamaica
JO JOR | Jordan
JP JPN | Japan | 日本 | Nippon | Japón | Japon
KE KEN | Kenya
KG KGZ | Kyrgyzstan
KH KHM | Cambodia
KI KIR | Kiribati
KM COM | Comoros
KN KNA | Saint Kitts and Nevis
KP PRK | North Korea
KR KOR | South Korea | Korea | Republic of Korea | Korea, Republic of | 대한민국 | 한국
KW KWT | Kuwait
KY CYM | Cayman Islands
KZ KAZ | Kazakhstan | Казахстан
LA LAO | Laos | Lao PDR
LB LBN | Lebanon
LC LCA | Saint Lucia
LI LIE | Liechtenstein
LK LKA | Sri Lanka
LR LBR | Liberia
LS LSO | Lesotho
LT LTU | Lithuania | Lietuva | Litauen
LU LUX | Luxembourg | Luxemburg
LV LVA | Latvia | Latvija | Lettland
LY LBY | Libya
MA MAR | Morocco | Maroc | Marruecos
MC MCO | Monaco
MD MDA | Moldova | Republic of Moldova
ME MNE | Montenegro
MF MAF | Saint Martin
MG MDG | Madagascar
MH MHL | Marshall Islands
MK MKD | North Macedonia | Macedonia
ML MLI | Mali
MM MMR | Myanmar | Burma
MN MNG | Mongolia
MO MAC | Macao | Macau
MP MNP | Northern Mariana Islands
MQ MTQ | Martinique
MR MRT | Mauritania
MS MSR | Montserrat
MT MLT | Malta | Malte
MU MUS | Mauritius
MV MDV | Maldives
MW MWI | Malawi
MX MEX | Mexico | México | Mexiko | Mexique
MY MYS | Malaysia
MZ MOZ | Mozambique
NA NAM | Namibia
NC NCL | New Caledonia
NE NER | Niger
NF NFK | Norfolk Island
NG NGA | Nigeria
NI NIC | Nicaragua
NL NLD | Netherlands | The Netherlands | Nederland | Niederlande | Holland | Pays-Bas | Países Bajos | Paesi Bassi
NO NOR | Norway | Norge | Norwegen | Norvège | Noruega
NP NPL | Nepal
NR NRU | Nauru
NU NIU | Niue
NZ NZL | New Zealand | Aotearoa | Neuseeland
OM OMN | Oman
PA PAN | Panama | Panamá
PE PER | Peru | Perú
PF PYF | French Polynesia
PG PNG | Papua New Guinea
PH PHL | Philippines | The Philippines | Philippinen
PK PAK | Pakistan
PL POL | Poland | Polska | Polen | Pologne | Polonia
PM SPM | Saint Pierre and Miquelon
PN PCN | Pitcairn
PR PRI | Puerto Rico
PS PSE | Palestine | State of Palestine
PT PRT | Portugal | Portugalia
PW PLW | Palau
PY PRY | Paraguay
QA QAT | Qatar
RE REU | Réunion
RO ROU | Romania | România | Rumänien | Roumanie
RS SRB | Serbia | Srbija | Serbien
RU RUS | Russian Federation | Russia | Россия | Russland | Rusia
RW RWA | Rwanda
SA SAU | Saudi Arabia | KSA | Kingdom of Saudi Arabia | السعودية
SB SLB | Solomon Islands
SC SYC | Seychelles
SD SDN | Sudan
SE SWE | Sweden | Sverige | Schweden | Suède | Suecia
SG SGP | Singapore | 新加坡
SH SHN | Saint Helena
SI SVN | Slovenia | Slovenija | Slowenien
SJ SJM | Svalbard and Jan Mayen
SK SVK | Slovakia | Slovak Republic | Slovensko | Slowakei
SL SLE | Sierra Leone
SM SMR | San Marino
SN SEN | Senegal
SO SOM | Somalia
SR SUR | Suriname
SS SSD | South Sudan
ST STP | Sao Tome and Principe
SV SLV | El Salvador
SX SXM | Sint Maarten
SY SYR | Syria
SZ SWZ | Eswatini | Swaziland
TC TCA | Turks and Caicos Islands
TD TCD | Chad
TG TGO | Togo
TH THA | Thailand | ประเทศไทย | Thailande
TJ TJK | Tajikistan
TK TKL | Tokelau
TL TLS | Timor-Leste | East Timor
TM TKM | Turkmenistan
TN TUN | Tunisia | Tunisie
TO TON | Tonga
TR TUR | Türkiye | Turkey | Türkei | Turquie | Turquía | Turquia
TT TTO | Trinidad and Tobago
TV TUV | Tuvalu
TW TWN | Taiwan | 台灣 | 台湾
TZ TZA | Tanzania
UA UKR | Ukraine | Україна | Ukraina | Украина
UG UGA | Uganda
US USA | United States | United States of America | U.S.A. | U.S. | The United States | Vereinigte Staaten | USA -
  United States | États-Unis | Estados Unidos | Stati Uniti | EUA | EE.UU. | Соединенные Штаты
UY URY | Uruguay
UZ UZB | Uzbekistan
VA VAT | Vatican City | Holy See
VC VCT | Saint Vincent and the Grenadines
VE VEN | Venezuela
VG VGB | British Virgin Islands
VI VIR | US Virgin Islands | Virgin Islands
VN VNM | Vietnam | Viet Nam | Việt Nam
VU VUT | Vanuatu
WF WLF | Wallis and Futuna
WS WSM | Samoa
YE YEM | Yemen
YT MYT | Mayotte
ZA ZAF | South Africa | Südafrika | Afrique du Sud | RSA
ZM ZMB | Zambia
ZW ZWE | Zimbabwe
"""

# Also states and towns of other countries: no country where only the text around them says so.
_AMBIGUOUS = frozenset({"georgia", "jersey", "lebanon", "jordan", "peru", "cuba", "mali", "guinea"})
_NOISE = re.compile(r"[^\w]+")


def folded_name(name: str) -> str:
    """Without capitals, accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return _NOISE.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


def _by_name() -> dict[str, str]:
    """Folded name to code."""
    codes: dict[str, str] = {}
    for entry in re.split(r"\n(?=[A-Z]{2} )", _NAMES.strip()):
        code, _, names = " ".join(entry.split()).partition(" ")
        for name in names.split(" | "):
            codes.setdefault(folded_name(name), code)
    return codes


_CODES = _by_name()


def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of what a page gives as a country: a code or a name, or None."""
    code = text.strip().upper()
    if code in COUNTRIES:
        return code
    return _CODES.get(folded_name(text))


def country_in_address(text: str) -> str | None:
    """The code of a name that may also be something else: ``CA`` and ``Georgia`` are states of another country."""
    folded = folded_name(text)
    return None if folded in _AMBIGUOUS else _CODES.get(folded)
