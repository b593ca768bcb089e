"""What walls and errors say, whoever made them: data alone. All in lower case, with single spaces and plain quotes."""

from __future__ import annotations


def _all_of(text: str) -> tuple[str, ...]:
    """The phrases of a text, with ``|`` or a line's end between them."""
    return tuple(filter(None, (phrase.strip() for line in text.splitlines() for phrase in line.split("|"))))


ASKS_FOR_PEOPLE = _all_of("""
    not a robot | are you a robot | are you human | are you a human | you are human | you're human | you are a human
    you're a human | you are a real person | you're a real person | human verification | unusual traffic
    unusual activity | kein roboter | ein mensch sind | pas un robot | êtes humain | no eres un robot | no soy un robot
    não é um robô | non sei un robot | geen robot
""")
"""What a page says whose only purpose is a captcha."""

ASKING_STEMS = (
    b" robot",
    b" human",
    b"human ",
    b" real person",
    b"unusual ",
    b"mensch sind",
    b"humain",
    "robô".encode(),
)
"""One of these stands in the bytes of such a page: a quick look."""

REFUSALS = _all_of("""
    access denied | access to this page has been denied | access to this site has been denied | you have been blocked
    you've been blocked | your access has been | your request has been blocked | request blocked | your ip has been
    your ip address has been | 403 forbidden | unusual traffic | unusual activity | are you a robot | are you human
    robot or human | verify you are human | please verify you are | bot detected | security check | too many requests
    checking your browser | checking if the site connection is secure | pardon our interruption | zugriff verweigert
    zugriff blockiert | accès refusé | acceso denegado | acesso negado | accesso negato | toegang geweigerd
""")
"""What a title or heading is that refuses; a long one is also how it begins."""

REFUSING_WORDS = _all_of("""
    blocked | denied | robot | bots | a bot | automated | unusual | suspicious | captcha | human | your ip | ip address
    permission | security | verify | too many | roboter | verweigert | gesperrt | bloqué | refusé | bloqueado
    denegado | negado | negato | bloccato | geweigerd | geblokkeerd
""")
"""One of these stands in the text of a page that refuses, too."""

TOO_OFTEN = _all_of("too many requests | rate limit | zu viele anfragen | trop de requêtes | demasiadas solicitudes")

_NOT_FOUND = """
    404 | 404 not found | 404 error | error 404 | 404 page not found | page not found | not found | page not found (404)
    404 - page not found | this page could not be found | page does not exist | page unavailable | file not found
    the page you were looking for doesn't exist | oops! page not found | oops! that page can't be found
    that page can't be found | page cannot be found | the page cannot be found | this page can't be found | fehler 404
    seite nicht gefunden | diese seite wurde nicht gefunden | die seite wurde nicht gefunden | seite existiert nicht
    page introuvable | page non trouvée | erreur 404 | cette page n'existe pas | página no encontrada
    error 404: página no encontrada | pagina non trovata | página não encontrada | pagina niet gevonden
    strona nie została znaleziona | nie znaleziono strony | stránka nenalezena | sidan hittades inte
    siden blev ikke fundet | sivua ei löytynyt | страница не найдена | ページが見つかりません | 页面不存在
"""
_FAILED = """
    500 | 502 | 503 | 504 | error | error 500 | 500 error | server error | 500 internal server error
    internal server error | 500 server error | 502 bad gateway | bad gateway | 503 service unavailable
    service unavailable | service temporarily unavailable | 503 service temporarily unavailable | 504 gateway time-out
    504 gateway timeout | gateway timeout | application error | an error occurred | an error has occurred
    something went wrong | oops! something went wrong | database error | error establishing a database connection
    fatal error | runtime error | under maintenance | down for maintenance | site under maintenance
    interner serverfehler
"""
ERROR_TITLES = frozenset(_all_of(_NOT_FOUND + _FAILED))
"""A part of a title that says all of an error, or a whole heading."""

LOGIN_SEGMENTS = frozenset(
    _all_of("""
    login | log-in | log_in | signin | sign-in | sign_in | sso | authwall | auth | authenticate | login.php | login.aspx
    login.jsp | login.html | wp-login.php | logon | oauth | oauth2 | authorize | saml | saml2 | anmelden | anmeldung
    connexion | iniciar-sesion | accedi | entrar
""")
)
"""What stands between two slashes of a URL where people log in."""
LOGIN_HOSTS = _all_of("login. | accounts. | sso. | auth. | signin. | idp. | identity.")
"""How the host begins of such a URL."""
CAPTCHA_SEGMENTS = frozenset(
    _all_of("""
    captcha | recaptcha | validatecaptcha | distil_r_captcha.html | _____tmd_____ | robot-check | are-you-human
    human-verification | cp_challenge | blocked.html
""")
)
"""What stands between two slashes of a URL where a captcha is to be solved."""
CAPTCHA_PATHS = _all_of("/sorry/index | /errors/validatecaptcha | /_sec/cp_challenge")
"""How the path begins of such a URL."""
