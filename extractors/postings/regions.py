"""States, provinces and other first-level regions of countries, by their names and codes."""

from __future__ import annotations

from functools import cache

from extractors.postings.countries import folded_name
from schemas.codes import COUNTRIES

_TOWNS = frozenset({"Municipality", "Parish", "Town council", "Commune", "Local council"})
_WITHIN = frozenset({"Two-tier county", "Metropolitan department"})
"""Counties and d\u00e9partements, which addresses name as if they were regions."""
_HARDLY = frozenset(
    {"MH", "FM", "PW", "AI", "BV", "CC", "CX", "FK", "NF", "NR", "NU", "PN", "SH", "SJ", "TK", "TV", "WF"}
)
"""Countries so small that their code behind a town is another's."""
_MORE = {
    "MX": ("CDMX", "Ciudad de M\u00e9xico", "Estado de M\u00e9xico", "Edomex"),
    "US": ("Washington DC", "Washington D.C.", "District of Columbia"),
    "CA": ("Québec", "PQ"),
    "DE": ("NRW", "Bavaria", "Saxony", "Hesse", "Lower Saxony", "Thuringia", "North Rhine-Westphalia"),
    "AT": ("Vienna", "Styria", "Tyrol", "Carinthia", "Upper Austria", "Lower Austria"),
    "IT": ("Lombardy", "Tuscany", "Piedmont", "Lombardia", "Lazio", "Veneto"),
    "ES": ("Catalonia", "Andalusia", "Madrid, Comunidad de", "Community of Madrid", "Cataluña", "Andalucía"),
    "BR": ("State of São Paulo", "State of Rio de Janeiro", "State of Minas Gerais"),
    "CH": ("Geneva", "Vaud", "Ticino"),
    "NL": ("North Holland", "South Holland", "North Brabant"),
    "PL": ("Mazowieckie", "Masovian Voivodeship", "Lesser Poland Voivodeship", "Silesian Voivodeship"),
}
# The largest towns of countries, and of their provinces, whose code is a state of the United States as well.
_TOWNS_ELSEWHERE = {
    "AL": "tirana durres vlore shkoder elbasan",
    "AR": "buenos_aires cordoba rosario mendoza la_plata mar_del_plata salta",
    "AZ": "baku ganja sumqayit",
    "CA": "toronto montreal vancouver calgary ottawa edmonton winnipeg mississauga quebec quebec_city hamilton "
    "brampton surrey halifax kitchener waterloo markham laval burnaby regina saskatoon victoria kelowna gatineau",
    "CO": "bogota medellin cali barranquilla cartagena bucaramanga pereira",
    "DE": "berlin hamburg munich munchen koln cologne frankfurt frankfurt_am_main stuttgart dusseldorf leipzig "
    "dortmund essen bremen dresden hannover nuremberg nurnberg karlsruhe mannheim bonn munster augsburg aachen "
    "heidelberg mainz potsdam freiburg ulm kassel kiel erfurt wurzburg darmstadt wolfsburg braunschweig bielefeld "
    "bochum regensburg",
    "GA": "libreville port_gentil",
    "ID": "jakarta surabaya bandung medan denpasar bali yogyakarta semarang batam makassar",
    "IL": "tel_aviv tel_aviv_yafo jerusalem haifa herzliya petah_tikva ramat_gan netanya raanana beer_sheva rehovot",
    "IN": "bangalore bengaluru mumbai delhi new_delhi hyderabad chennai pune kolkata ahmedabad gurgaon gurugram noida "
    "jaipur kochi coimbatore chandigarh indore trivandrum thiruvananthapuram lucknow nagpur mysore vadodara surat",
    "LA": "vientiane",
    "MA": "casablanca rabat marrakech marrakesh tangier fes agadir",
    "MD": "chisinau balti tiraspol",
    "ME": "podgorica niksic budva bar",
    "MN": "ulaanbaatar ulan_bator",
    "MO": "macau macao",
    "MS": "brades plymouth",
    "MT": "valletta sliema birkirkara st_julians saint_julians msida gzira mosta",
    "NC": "noumea",
    "NE": "niamey zinder",
    "PA": "panama panama_city ciudad_de_panama colon david",
    "SC": "victoria mahe",
    "SD": "khartoum omdurman",
    "TN": "tunis sfax sousse",
    "VA": "vatican_city",
    "KY": "george_town grand_cayman",
    "NL": "amsterdam rotterdam utrecht the_hague den_haag eindhoven groningen tilburg almere breda nijmegen arnhem "
    "haarlem delft leiden amersfoort zwolle hilversum maastricht s_hertogenbosch den_bosch hoofddorp schiphol",
    "SK": "bratislava kosice zilina nitra presov trnava banska_bystrica trencin",
    "PE": "lima arequipa trujillo",
    "SA": "riyadh jeddah dammam khobar al_khobar mecca medina",
    "AU-WA": "perth fremantle mandurah bunbury",
    "BR-SP": "sao_paulo campinas guarulhos santos osasco barueri sorocaba ribeirao_preto sao_jose_dos_campos jundiai "
    "santo_andre sao_bernardo_do_campo sao_caetano_do_sul piracicaba bauru cotia itapevi",
    "BR-RJ": "rio_de_janeiro niteroi petropolis macae duque_de_caxias",
    "BR-MG": "belo_horizonte uberlandia contagem juiz_de_fora betim nova_lima",
    "BR-PR": "curitiba londrina maringa cascavel ponta_grossa sao_jose_dos_pinhais",
    "BR-SC": "florianopolis joinville blumenau itajai chapeco criciuma sao_jose",
    "BR-RS": "porto_alegre caxias_do_sul canoas sao_leopoldo novo_hamburgo",
    "BR-PE": "recife olinda caruaru",
    "BR-BA": "salvador feira_de_santana camacari",
    "BR-CE": "fortaleza",
    "BR-GO": "goiania anapolis",
    "BR-DF": "brasilia",
    "BR-ES": "vitoria vila_velha serra",
    "BR-PA": "belem",
    "BR-AM": "manaus",
    "BR-MT": "cuiaba",
    "BR-MS": "campo_grande",
    "BR-RN": "natal",
    "BR-PB": "joao_pessoa campina_grande",
    "BR-MA": "sao_luis",
    "BR-AL": "maceio",
    "BR-SE": "aracaju",
    "BR-PI": "teresina",
    "IN-TN": "chennai coimbatore madurai",
    "IN-MH": "mumbai bombay pune nagpur thane navi_mumbai nashik",
    "IN-KA": "bangalore bengaluru mysore mysuru mangalore",
    "IN-TG": "hyderabad secunderabad",
    "IN-TS": "hyderabad secunderabad",
    "IN-HR": "gurgaon gurugram faridabad",
    "IN-UP": "noida lucknow ghaziabad greater_noida kanpur",
    "IN-DL": "delhi new_delhi",
    "IN-GJ": "ahmedabad surat vadodara gandhinagar rajkot",
    "IN-WB": "kolkata",
    "IN-KL": "kochi trivandrum thiruvananthapuram kozhikode",
    "IN-AP": "visakhapatnam vijayawada",
    "IN-MP": "indore bhopal",
    "IN-RJ": "jaipur",
    "IN-PB": "mohali ludhiana",
    "IN-CH": "chandigarh",
    "IT-MI": "milano milan",
    "IT-RM": "roma rome",
    "IT-TO": "torino turin",
    "IT-BO": "bologna",
    "IT-PD": "padova",
    "IT-VR": "verona",
    "IT-NA": "napoli naples",
    "IT-FI": "firenze florence",
    "IT-GE": "genova genoa",
    "IT-BG": "bergamo",
    "IT-BS": "brescia",
    "IT-MB": "monza",
    "IT-MO": "modena",
    "IT-PR": "parma",
    "IT-VI": "vicenza",
    "IT-TV": "treviso",
    "IT-VE": "venezia mestre",
    "IT-BA": "bari",
    "IT-CA": "cagliari",
    "IT-PA": "palermo",
    "IT-CT": "catania",
    "IT-TN": "trento",
    "IT-AN": "ancona",
    "IT-PI": "pisa",
    "MX-NL": "monterrey san_pedro_garza_garcia",
    "GEORGIA": "tbilisi batumi kutaisi rustavi",
}


@cache
def _tables() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Country to the codes of its regions, and folded name to the countries that have such a region."""
    import pycountry  # noqa: PLC0415 - its tables take a tenth of a second, and most crawls never ask

    codes: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    for region in pycountry.subdivisions:
        whole = region.parent_code is None and region.type not in _TOWNS
        if whole:
            codes.setdefault(region.country_code, set()).add(region.code[3:])
        if whole or region.type in _WITHIN:
            names.setdefault(folded_name(region.name), set()).add(region.country_code)
    for country, more in _MORE.items():
        for name in more:
            names.setdefault(folded_name(name), set()).add(country)
    return _frozen(codes), _frozen(names)


def _frozen(table: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in table.items()}


def is_region(text: str, country: str) -> bool:
    """Whether ``text`` is the name or the code of a region of the country (ISO 3166-1 alpha-2)."""
    codes, names = _tables()
    return text.strip().upper() in codes.get(country, ()) or country in names.get(folded_name(text), ())


def country_of_region(name: str, town: str = "") -> str | None:
    """The one country that has a region of that name; ``Tbilisi, Georgia`` is in none of the United States."""
    if folded_name(name) == "georgia":
        return "GE" if _is_elsewhere("GEORGIA", town) else "US"
    countries = _tables()[1].get(folded_name(name), frozenset())
    return next(iter(countries)) if len(countries) == 1 else None


def country_of_code(code: str, town: str) -> tuple[str | None, bool]:
    """The country of two capitals behind a town, and whether they are those of a region of it.

    ``Durham, NC`` is in the US, ``Toronto, ON`` in Canada, ``Berlin, DE`` in Germany; by the largest towns of each
    country, where a code is a state's as well.
    """
    codes, _ = _tables()
    if code in COUNTRIES and _is_elsewhere(code, town):
        return code, False
    for country in ("AU", "BR", "IN", "IT", "MX"):
        if _is_elsewhere(f"{country}-{code}", town):
            return country, True
    if code in _HARDLY:
        return None, False
    having = next((country for country in ("US", "CA", "AU") if code in codes[country]), None)
    if having is not None:
        return having, True
    return (code, False) if code in COUNTRIES else (None, False)


def _is_elsewhere(code: str, town: str) -> bool:
    towns = _towns_elsewhere().get(code)
    return towns is not None and folded_name(town).replace(" ", "_") in towns


@cache
def _towns_elsewhere() -> dict[str, frozenset[str]]:
    return {code: frozenset(towns.split()) for code, towns in _TOWNS_ELSEWHERE.items()}
