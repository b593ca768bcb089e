"""Pages of careers sites in many shapes and languages, as builders make them, and pages that look like them."""

# ruff: noqa: E501, RUF001 - markup in long lines, and signs of other scripts, as pages have them

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from extractors.postings import postings
from extractors.postings.document import Document
from schemas.posting import Posting


class Shown(NamedTuple):
    """A page, and what a reader sees of its posting: title, employer, town, country, kinds, workplace."""

    url: str
    head: str
    body: str
    expected: tuple[str, str | None, str | None, str | None, list[str], str | None]


NAV = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/about'>About us</a></li><li>Careers</li></ul></nav>"
EN = "You will plan the week, keep the tools in order and speak with the people who come in every day. " * 3
DE = "Sie planen die Woche, halten die Werkzeuge in Ordnung und sprechen mit den Menschen, die täglich kommen. " * 3
FR = "Vous organisez la semaine, entretenez les outils et accueillez les personnes qui viennent chaque jour. " * 3
ES = "Planificarás la semana, cuidarás las herramientas y hablarás con las personas que vienen cada día. " * 3

WORDPRESS = Shown(
    "https://www.northmill.example/careers/maintenance-technician/",
    "<title>Maintenance Technician - North Mill</title><meta property='og:site_name' content='North Mill'>",
    f"""<header class='site-header'>{NAV}</header><main><article class='type-job_listing'><header class='entry-header'>
    <h1 class='entry-title'>Maintenance Technician</h1></header><ul class='job-listing-meta'>
    <li class='job-type full-time'>Full Time</li><li class='location'>Leeds, United Kingdom</li></ul>
    <div class='job_description'><p>{EN}</p><h3>Key Responsibilities</h3><ul><li>Grease the mill</li></ul>
    <h3>Person Specification</h3><ul><li>A driving licence</li></ul></div><a class='button'>Apply for job</a></article>
    </main><footer class='site-footer'>© 2024 North Mill Ltd</footer>""",
    ("Maintenance Technician", "North Mill", "Leeds", "GB", ["FULL_TIME"], None),
)
WEBFLOW = Shown(
    "https://orbitlab.example/open-roles/thermal-engineer",
    "<title>Thermal Engineer | Orbit Lab</title>",
    f"""<div class='navbar w-nav'><a>Company</a><a>Careers</a></div><section class='hero'><a>All roles</a>
    <h1 class='heading-2'>Thermal Engineer</h1><div class='flex'><div>Denver, CO</div><div>Full-time</div><div>On-site</div></div>
    </section><section><div class='w-richtext'><p>{EN}</p><p><strong>What You'll Do</strong></p><ul><li>Model heat</li></ul>
    <p><strong>Nice to have:</strong></p><ul><li>Rockets</li></ul></div><a href='mailto:jobs@orbitlab.example'>Apply</a>
    </section><div class='footer'>© Orbit Lab, Inc. 2025</div>""",
    ("Thermal Engineer", "Orbit Lab", "Denver", "US", ["FULL_TIME"], "onsite"),
)
WIX = Shown(
    "https://www.greenfield.example/job/head-gardener",
    "<title>Head Gardener | Greenfield Estate</title>",
    f"""<header>{NAV}</header><div id='SITE_PAGES'><div><h2><span>Head Gardener</span></h2><p><span>Location: Bath, UK</span></p>
    <p><span>Job type: Part-time</span></p><p><span>Salary: £14 - £16 per hour</span></p><p>{EN}</p><p>Requirements</p>
    <ul><li>Five years of experience in a garden</li></ul><p>To apply, send your CV to office@greenfield.example</p></div></div>
    <footer>©2023 by Greenfield Estate</footer>""",
    ("Head Gardener", "Greenfield Estate", "Bath", "GB", ["PART_TIME"], None),
)
GERMAN_TABLE = Shown(
    "https://www.metallbau-huber.example/karriere/schlosser",
    "<title>Schlosser (m/w/d) – Metallbau Huber GmbH</title>",
    f"""{NAV}<div id='content'><h1>Schlosser (m/w/d)</h1><table><tr><th>Arbeitsort</th><td>86150 Augsburg, Deutschland</td></tr>
    <tr><th>Beschäftigungsart</th><td>Vollzeit</td></tr><tr><th>Bewerbungsfrist</th><td>31.12.2031</td></tr></table>
    <p>{DE}</p><h2>Ihre Aufgaben</h2><ul><li>Schweißen</li></ul><h2>Ihr Profil</h2><ul><li>Abgeschlossene Ausbildung</li></ul>
    <h2>Wir bieten</h2><ul><li>30 Tage Urlaub</li></ul><p>Senden Sie Ihre Bewerbung an bewerbung@metallbau-huber.example</p></div>
    <footer>© 2024 Metallbau Huber GmbH | Impressum</footer>""",
    ("Schlosser (m/w/d)", "Metallbau Huber GmbH", "Augsburg", "DE", ["FULL_TIME"], None),
)
FRENCH = Shown(
    "https://www.lumieres.example/recrutement/technicien-son",
    "<title>Technicien son H/F - Atelier Lumières</title>",
    f"""{NAV}<main><h1>Technicien son H/F</h1><dl><dt>Lieu</dt><dd>Lyon, France</dd><dt>Type de contrat</dt>
    <dd>CDD - Temps plein</dd><dt>Salaire</dt><dd>2 200 € brut par mois</dd></dl><h2>Vos missions</h2><p>{FR}</p>
    <h2>Profil recherché</h2><p>Vous avez une première expérience.</p><a href='#f'>Postuler</a></main>
    <footer>© Atelier Lumières</footer>""",
    ("Technicien son H/F", "Atelier Lumières", "Lyon", "FR", ["TEMPORARY", "FULL_TIME"], None),
)
SPANISH = Shown(
    "https://www.panaderia.example/trabaja-con-nosotros/dependiente",
    "<title>Dependiente/a de tienda | Panadería Sol</title>",
    f"""{NAV}<main><h1>Dependiente/a de tienda</h1><p><b>Ubicación:</b> Sevilla, España</p><p><b>Jornada:</b> Jornada completa</p>
    <p>{ES}</p><h3>Requisitos</h3><ul><li>Buscamos a alguien con alegría</li></ul><h3>Ofrecemos</h3><ul><li>Pan</li></ul>
    <button>Inscribirme</button></main><footer>© Panadería Sol</footer>""",
    ("Dependiente/a de tienda", "Panadería Sol", "Sevilla", "ES", ["FULL_TIME"], None),
)
JAPANESE = Shown(
    "https://recruit.hoshi.example/jobs/123",
    "<title>Webエンジニア｜株式会社ほし 採用情報</title>",
    """<nav><a>ホーム</a></nav><main><h1>Webエンジニア</h1><table><tr><th>仕事内容</th><td>自社サービスの設計、開発、運用を担当していただきます。
    小さなチームで企画から関わり、利用者の声を聞きながら改善を続けていきます。新しい技術の導入も歓迎します。</td></tr>
    <tr><th>応募資格</th><td>Webアプリケーションの開発経験が三年以上ある方</td></tr><tr><th>勤務地</th><td>東京都渋谷区</td></tr>
    <tr><th>雇用形態</th><td>正社員</td></tr><tr><th>給与</th><td>年収500万円～800万円</td></tr></table><a>応募する</a></main>""",
    ("Webエンジニア", "株式会社ほし", "渋谷区", "JP", ["FULL_TIME"], None),
)
DUTCH = Shown(
    "https://www.fietsen.example/werken-bij/fietsenmaker",
    "<title>Monteur fietsen | Werken bij Fietsen van Dam</title>",
    f"""{NAV}<h1>Monteur fietsen</h1><div class='kenmerken'><span>Utrecht, Nederland</span> | <span>Fulltime</span></div>
    <h2>Wat ga je doen?</h2><p>Je repareert fietsen van alle merken en helpt klanten met vragen over onderhoud en banden. {"Je werkt in een klein team met korte lijnen. " * 6}</p>
    <h2>Wie ben jij?</h2><p>Je hebt ervaring met fietsen.</p><h2>Wat bieden wij?</h2><p>Een goed salaris.</p><a>Solliciteer direct</a>""",
    ("Monteur fietsen", "Fietsen van Dam", "Utrecht", "NL", ["FULL_TIME"], None),
)
POLISH = Shown(
    "https://stolarnia.example/praca/stolarz",
    "<title>Kierowca kat. C - Stolarnia Dąb</title>",
    f"""<h1>Kierowca kat. C</h1><p>Miejsce pracy: Poznań, Polska</p><p>Wymiar etatu: pełny etat</p><h2>Obowiązki</h2>
    <ul><li>{"Przewóz mebli do klientów w całym regionie i dbanie o samochód. " * 6}</li></ul><h2>Wymagania</h2><ul><li>Prawo jazdy</li></ul>
    <h2>Oferujemy</h2><ul><li>Stabilne zatrudnienie</li></ul><p>Aplikuj</p><p>© Stolarnia Dąb</p>""",
    ("Kierowca kat. C", "Stolarnia Dąb", "Poznań", "PL", ["FULL_TIME"], None),
)
SWEDISH = Shown(
    "https://www.skogen.example/lediga-jobb/skogstekniker",
    "<title>Skogstekniker till Skogen AB</title><meta property='og:site_name' content='Skogen AB'>",
    f"""<main><h1>Skogstekniker</h1><p>Ort: Umeå, Sverige</p><p>Omfattning: Heltid</p><p>Vi söker dig som trivs ute.
    {"Du arbetar i skogen med planering och uppföljning tillsammans med våra entreprenörer. " * 5}</p><h2>Om tjänsten</h2>
    <p>Du planerar.</p><h2>Vi erbjuder</h2><p>Frisk luft.</p><a>Ansök nu</a></main>""",
    ("Skogstekniker", "Skogen AB", "Umeå", "SE", ["FULL_TIME"], None),
)
NOTHING_BUT_DIVS = Shown(
    "https://board.example/vacancy?id=9",
    "<title>Night Porter at Grand Hotel</title>",
    f"""<div class='top'>Menu</div><div class='job'><div class='job-title'>Night Porter</div><div class='company-name'>Grand Hotel</div>
    <div>Galway, Ireland</div><div>Full-time</div><div>{EN}</div><div>Requirements:</div><div>- Polite</div><div>Apply now</div></div>
    <div>Similar jobs</div><div>Day Porter</div><div>Cork, Ireland</div>""",
    ("Night Porter", "Grand Hotel", "Galway", "IE", ["FULL_TIME"], None),
)
REMOTE = Shown(
    "https://cloudfold.example/careers/platform-engineer",
    "<title>Platform Engineer - Cloudfold</title>",
    f"""{NAV}<h1>Platform Engineer</h1><p>Remote (Germany) · Full-time · Engineering</p><p>{EN}</p><h2>What we're looking for</h2>
    <ul><li>Five years of experience with servers</li></ul><h2>Benefits</h2><p>Time.</p><a href='/apply'>Apply for this role</a>""",
    ("Platform Engineer", "Cloudfold", None, "DE", ["FULL_TIME"], "remote"),
)
ASP_FORM = Shown(
    "https://jobs.citycouncil.example/details.aspx?id=4",
    "<title>Job Details</title>",
    f"""<form id='aspnetForm' action='details.aspx'><input type='hidden' name='__VIEWSTATE'><div>Job Details</div><table>
    <tr><td>Job Title:</td><td>Library Assistant</td></tr><tr><td>Employer:</td><td>City Council</td></tr>
    <tr><td>Location:</td><td>Dublin, Ireland</td></tr><tr><td>Hours:</td><td>Part time</td></tr>
    <tr><td>Closing Date:</td><td>30 June 2031</td></tr><tr><td>Reference:</td><td>LIB-44</td></tr></table>
    <div>Job Description</div><div>{EN}</div><div>Requirements</div><div>Love of books</div><input type='submit' value='Apply'></form>""",
    ("Library Assistant", "City Council", "Dublin", "IE", ["PART_TIME"], None),
)

ALL = {name.lower(): one for name, one in list(globals().items()) if isinstance(one, Shown)}


def read(url: str, head: str, body: str) -> list[dict[str, Any]]:
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    found = postings(Document.read(url, page.encode(), "text/html; charset=utf-8"))
    return [Posting.model_validate(one).model_dump(mode="json") for one in found]


@pytest.mark.parametrize("shown", ALL.values(), ids=ALL)
def test_what_a_reader_sees_is_read(shown: Shown) -> None:
    (found,) = read(shown.url, shown.head, shown.body)

    place = next(iter(found["locations"]), {"city": None, "country": None})
    assert (
        found["title"],
        found["company"],
        place["city"],
        place["country"],
        found["employment_types"],
        found["workplace_type"],
    ) == shown.expected
    assert len(found["description_text"]) > 120
    assert "Home" not in found["description_text"].splitlines()


MORE = {
    "it": (
        "https://x.example/lavora-con-noi/contabile",
        "<title>Contabile - Rossi S.r.l.</title>",
        "<h1>Contabile</h1><p>Sede di lavoro: Torino, Italia</p><p>Contratto: Tempo indeterminato, full time</p><p>Siamo alla ricerca di una persona precisa che segua la contabilità ordinaria e i rapporti con le banche. Siamo alla ricerca di una persona precisa che segua la contabilità ordinaria e i rapporti con le banche. Siamo alla ricerca di una persona precisa che segua la contabilità ordinaria e i rapporti con le banche. Siamo alla ricerca di una persona precisa che segua la contabilità ordinaria e i rapporti con le banche. </p><h2>Requisiti</h2><ul><li>Diploma</li></ul><h2>Offriamo</h2><p>Mensa</p><a>Candidati ora</a>",
        ("Contabile", "Rossi S.r.l.", "Torino"),
    ),
    "pt": (
        "https://x.example/vagas/analista-financeiro",
        "<title>Analista Financeiro | Vagas na Acme</title>",
        "<h1>Analista Financeiro</h1><div>São Paulo, SP, Brasil</div><div>CLT</div><div>Híbrido</div><p>Buscamos uma pessoa organizada para cuidar do fluxo de caixa e dos relatórios da empresa. Buscamos uma pessoa organizada para cuidar do fluxo de caixa e dos relatórios da empresa. Buscamos uma pessoa organizada para cuidar do fluxo de caixa e dos relatórios da empresa. Buscamos uma pessoa organizada para cuidar do fluxo de caixa e dos relatórios da empresa. </p><h2>Requisitos</h2><ul><li>Excel</li></ul><h2>Benefícios</h2><p>Vale</p><a>Candidatar-se</a>",
        ("Analista Financeiro", "Acme", "São Paulo"),
    ),
    "da": (
        "https://x.example/karriere/saelger",
        "<title>Sælger til butik - Møbler ApS</title>",
        "<h1>Sælger til butik</h1><p>Arbejdssted: Aarhus, Danmark</p><p>Vi søger en kollega, som trives med kunder og har blik for detaljer i udstillingen. Vi søger en kollega, som trives med kunder og har blik for detaljer i udstillingen. Vi søger en kollega, som trives med kunder og har blik for detaljer i udstillingen. Vi søger en kollega, som trives med kunder og har blik for detaljer i udstillingen. Vi søger en kollega, som trives med kunder og har blik for detaljer i udstillingen. </p><h2>Dine opgaver</h2><ul><li>Salg</li></ul><h2>Vi tilbyder</h2><p>God løn</p><p>Send din ansøgning til job@mobler.example</p>",
        ("Sælger til butik", "Møbler ApS", "Aarhus"),
    ),
    "fi": (
        "https://x.example/tyopaikat/sairaanhoitaja",
        "<title>Sairaanhoitaja, Oulu | Terveys Oy</title>",
        "<h1>Sairaanhoitaja</h1><p>Sijainti: Oulu, Suomi</p><p>Työsuhde: Kokoaikainen</p><p>Etsimme sairaanhoitajaa tiimiimme hoitamaan asiakkaita päivystyksessä ja osastolla. Etsimme sairaanhoitajaa tiimiimme hoitamaan asiakkaita päivystyksessä ja osastolla. Etsimme sairaanhoitajaa tiimiimme hoitamaan asiakkaita päivystyksessä ja osastolla. Etsimme sairaanhoitajaa tiimiimme hoitamaan asiakkaita päivystyksessä ja osastolla. Etsimme sairaanhoitajaa tiimiimme hoitamaan asiakkaita päivystyksessä ja osastolla. </p><h2>Odotamme sinulta</h2><p>Kokemusta</p><h2>Tarjoamme</h2><p>Palkan</p><a>Hae paikkaa</a>",
        ("Sairaanhoitaja", "Terveys Oy", "Oulu"),
    ),
    "cs": (
        "https://x.example/kariera/ucetni",
        "<title>Účetní | Pivovar Doubek</title>",
        "<h1>Účetní</h1><p>Místo výkonu práce: Brno, Česko</p><p>Typ úvazku: plný úvazek</p><p>Hledáme kolegyni nebo kolegu do účtárny, kdo bude zpracovávat faktury a mzdy. Hledáme kolegyni nebo kolegu do účtárny, kdo bude zpracovávat faktury a mzdy. Hledáme kolegyni nebo kolegu do účtárny, kdo bude zpracovávat faktury a mzdy. Hledáme kolegyni nebo kolegu do účtárny, kdo bude zpracovávat faktury a mzdy. Hledáme kolegyni nebo kolegu do účtárny, kdo bude zpracovávat faktury a mzdy. </p><h2>Požadujeme</h2><ul><li>Praxi</li></ul><h2>Nabízíme</h2><ul><li>Pivo</li></ul><a>Odpovědět</a>",
        ("Účetní", "Pivovar Doubek", "Brno"),
    ),
    "ru": (
        "https://x.example/vacancies/buhgalter",
        "<title>Бухгалтер - ООО Ромашка</title>",
        "<h1>Бухгалтер</h1><p>Город: Казань</p><p>Занятость: полная занятость</p><p>Мы ищем внимательного человека, который будет вести учёт и готовить отчёты для руководства. Мы ищем внимательного человека, который будет вести учёт и готовить отчёты для руководства. Мы ищем внимательного человека, который будет вести учёт и готовить отчёты для руководства. Мы ищем внимательного человека, который будет вести учёт и готовить отчёты для руководства. Мы ищем внимательного человека, который будет вести учёт и готовить отчёты для руководства. </p><h2>Обязанности</h2><ul><li>Учёт</li></ul><h2>Требования</h2><ul><li>Опыт</li></ul><a>Откликнуться</a>",
        ("Бухгалтер", "ООО Ромашка", "Казань"),
    ),
    "zh": (
        "https://x.example/careers/123",
        "<title>前端工程师 - 招聘 - 某某科技</title>",
        "<h1>前端工程师</h1><p>工作地点：上海</p><p>工作性质：全职</p><h2>岗位职责</h2><ul><li>负责公司产品前端页面的设计与开发，持续优化性能和用户体验，与后端团队紧密合作完成需求。</li><li>参与技术方案评审，编写清晰的文档，推动团队工程化建设。</li></ul><h2>任职要求</h2><ul><li>三年以上前端开发经验，熟悉主流框架</li></ul><a>立即申请</a>",
        ("前端工程师", "某某科技", "上海"),
    ),
    "ko": (
        "https://x.example/recruit/55",
        "<title>백엔드 개발자 채용 | 주식회사 하늘</title>",
        "<h1>백엔드 개발자</h1><p>근무지: 서울</p><p>고용형태: 정규직</p><h2>주요업무</h2><ul><li>서비스 서버를 설계하고 개발하며 안정적으로 운영합니다. 팀과 함께 새로운 기능을 만들고 개선합니다.</li></ul><h2>자격요건</h2><ul><li>경력 3년 이상의 서버 개발 경험이 있는 분을 찾습니다.</li></ul><h2>우대사항</h2><ul><li>클라우드</li></ul><a>지원하기</a>",
        ("백엔드 개발자", "주식회사 하늘", "서울"),
    ),
    "hu": (
        "https://x.example/karrier/konyvelo",
        "<title>Könyvelő - Kft Pék</title>",
        "<h1>Könyvelő</h1><p>Munkavégzés helye: Győr, Magyarország</p><p>Csapatunkba keresünk precíz munkatársat, aki a számlákat és a béreket kezeli. Csapatunkba keresünk precíz munkatársat, aki a számlákat és a béreket kezeli. Csapatunkba keresünk precíz munkatársat, aki a számlákat és a béreket kezeli. Csapatunkba keresünk precíz munkatársat, aki a számlákat és a béreket kezeli. Csapatunkba keresünk precíz munkatársat, aki a számlákat és a béreket kezeli. </p><h2>Feladatok</h2><ul><li>Könyvelés</li></ul><h2>Elvárások</h2><ul><li>Tapasztalat</li></ul><h2>Amit kínálunk</h2><p>Kenyér</p><a>Jelentkezem</a>",
        ("Könyvelő", "Kft Pék", "Győr"),
    ),
    "ro": (
        "https://x.example/cariere/contabil",
        "<title>Contabil | Firma Pâine SRL</title>",
        "<h1>Contabil</h1><p>Locație: Cluj-Napoca, România</p><p>Tip job: Full-time</p><p>Căutăm o persoană atentă care să țină evidența facturilor și a salariilor firmei noastre. Căutăm o persoană atentă care să țină evidența facturilor și a salariilor firmei noastre. Căutăm o persoană atentă care să țină evidența facturilor și a salariilor firmei noastre. Căutăm o persoană atentă care să țină evidența facturilor și a salariilor firmei noastre. Căutăm o persoană atentă care să țină evidența facturilor și a salariilor firmei noastre. </p><h2>Responsabilități</h2><ul><li>Facturi</li></ul><h2>Cerințe</h2><ul><li>Experiență</li></ul><a>Aplică acum</a>",
        ("Contabil", "Firma Pâine SRL", "Cluj-Napoca"),
    ),
    "tr": (
        "https://x.example/kariyer/muhasebe-uzmani",
        "<title>Muhasebe Uzmanı - Ekmek A.Ş.</title>",
        "<h1>Muhasebe Uzmanı</h1><p>Şehir: İzmir, Türkiye</p><p>Çalışma şekli: Tam zamanlı</p><p>Ekibimize katılacak, faturaları ve maaşları takip edecek dikkatli bir çalışma arkadaşı arıyoruz. Ekibimize katılacak, faturaları ve maaşları takip edecek dikkatli bir çalışma arkadaşı arıyoruz. Ekibimize katılacak, faturaları ve maaşları takip edecek dikkatli bir çalışma arkadaşı arıyoruz. Ekibimize katılacak, faturaları ve maaşları takip edecek dikkatli bir çalışma arkadaşı arıyoruz. Ekibimize katılacak, faturaları ve maaşları takip edecek dikkatli bir çalışma arkadaşı arıyoruz. </p><h2>Aranan nitelikler</h2><ul><li>Deneyim</li></ul><a>Başvur</a>",
        ("Muhasebe Uzmanı", "Ekmek A.Ş.", "İzmir"),
    ),
    "squarespace": (
        "https://x.example/careers/barista",
        "<title>Barista — Bean House</title><meta property='og:site_name' content='Bean House'>",
        "<header><nav><a>Shop</a></nav></header><main><div class='sqs-block-content'><h1>Barista</h1><p>Portland, Oregon</p><p>You will make coffee for regulars and visitors and keep our counter in shape every day. You will make coffee for regulars and visitors and keep our counter in shape every day. You will make coffee for regulars and visitors and keep our counter in shape every day. You will make coffee for regulars and visitors and keep our counter in shape every day. You will make coffee for regulars and visitors and keep our counter in shape every day. </p><h3>What we're looking for:</h3><ul><li>Early bird</li></ul><h3>Compensation</h3><p>$18 per hour plus tips</p><p>Email your resume to hello@beanhouse.example</p></div></main>",
        ("Barista", "Bean House", "Portland"),
    ),
    "framer": (
        "https://x.example/jobs/founding-designer",
        "<title>Founding Designer</title>",
        "<div data-framer-name='Nav'><a>Home</a><a>Jobs</a></div><div><h1>Founding Designer</h1><div><p>Location</p><p>Berlin / Remote</p></div><div><p>Type</p><p>Full-time</p></div><div><p>Salary</p><p>€80k – €110k</p></div></div><div><h3>About Lumo</h3><p>Lumo builds quiet tools for people who write every day and want to keep their notes. Lumo builds quiet tools for people who write every day and want to keep their notes. Lumo builds quiet tools for people who write every day and want to keep their notes. Lumo builds quiet tools for people who write every day and want to keep their notes. </p><h3>What you'll do</h3><p>Own design.</p><h3>Who you are</h3><p>Careful.</p><a>Apply</a></div><p>© 2025 Lumo GmbH</p>",
        ("Founding Designer", "Lumo GmbH", "Berlin"),
    ),
    "drupal": (
        "https://uni.example/en/about/jobs/postdoc-physics",
        "<title>Postdoctoral Researcher in Quantum Optics | University of Nord</title>",
        "<nav>menu</nav><article class='node node--type-job'><h1><span class='field--name-title'>Postdoctoral Researcher in Quantum Optics</span></h1><div class='field'><div class='field__label'>Application deadline</div><div class='field__item'>15 March 2031</div></div><div class='field'><div class='field__label'>Reference number</div><div class='field__item'>2031-77</div></div><div class='field'><div class='field__label'>Location</div><div class='field__item'>Trondheim, Norway</div></div><p>The successful candidate will work on squeezed light in the laboratory of our department. The successful candidate will work on squeezed light in the laboratory of our department. The successful candidate will work on squeezed light in the laboratory of our department. The successful candidate will work on squeezed light in the laboratory of our department. The successful candidate will work on squeezed light in the laboratory of our department. </p><h2>Qualifications</h2><ul><li>PhD</li></ul><h2>We offer</h2><ul><li>Fjords</li></ul></article>",
        ("Postdoctoral Researcher in Quantum Optics", "University of Nord", "Trondheim"),
    ),
    "de_nohead": (
        "https://x.example/stellenangebote/erzieher",
        "<title>Erzieher/in gesucht</title>",
        "<div id='main'><h2>Erzieher/in (m/w/d) in Teilzeit</h2><p><strong>Ab sofort</strong></p><p>Für unsere Kita in Potsdam suchen wir zum nächstmöglichen Zeitpunkt Verstärkung für die Krippe. Für unsere Kita in Potsdam suchen wir zum nächstmöglichen Zeitpunkt Verstärkung für die Krippe. Für unsere Kita in Potsdam suchen wir zum nächstmöglichen Zeitpunkt Verstärkung für die Krippe. Für unsere Kita in Potsdam suchen wir zum nächstmöglichen Zeitpunkt Verstärkung für die Krippe. </p><p><strong>Ihre Aufgaben:</strong></p><ul><li>Betreuung</li></ul><p><strong>Wir bieten:</strong></p><ul><li>Urlaub</li></ul><p>Bewerbungen bitte an kita@x.example</p></div><footer>© Kita Sonnenschein e.V.</footer>",
        ("Erzieher/in (m/w/d) in Teilzeit", "Kita Sonnenschein e.V.", None),
    ),
}


@pytest.mark.parametrize("page", MORE.values(), ids=MORE)
def test_in_many_languages(page: tuple[str, str, str, tuple[str, str, str | None]]) -> None:
    (found,) = read(*page[:3])

    place = next(iter(found["locations"]), {"city": None})
    assert (found["title"], found["company"], place["city"]) == page[3]


NO_POSTINGS = {
    "how to hire": (
        "https://blog.example/hiring/how-to-hire-a-baker",
        "<title>How to hire a baker</title>",
        f"<article><h1>How to hire a baker</h1><p>{EN}</p><h2>Responsibilities</h2><p>{EN}</p><h2>Requirements</h2></article>",
    ),
    "a template": (
        "https://hr.example/job-descriptions/baker",
        "<title>Baker job description template</title>",
        f"<h1>Baker Job Description Template</h1><h2>Job brief</h2><p>We are looking for a baker. {EN}</p>"
        "<h2>Responsibilities</h2><ul><li>Bake</li></ul><h2>Requirements</h2><ul><li>Oven</li></ul><a>Post this job</a>",
    ),
    "a salary guide": (
        "https://pay.example/salaries/software-engineer",
        "<title>Software Engineer Salary in Germany</title>",
        f"<h1>Software Engineer Salary in Germany</h1><p>{EN}</p><h2>Skills</h2><p>{EN}</p><a>See jobs</a>",
    ),
    "questions": (
        "https://hr.example/careers/interview-questions/nurse",
        "<title>Nurse interview questions</title>",
        f"<h1>Nurse Interview Questions</h1><p>{EN}</p><h2>Experience</h2><p>{EN}</p><h2>Skills</h2><p>{EN}</p>",
    ),
    "a list": (
        "https://north.example/careers",
        "<title>Careers - North</title>",
        f"<h1>Join our team</h1><p>{EN}</p><h2>Benefits</h2><p>{EN}</p><h2>Open positions</h2>"
        + "".join(
            f"<div><h3><a href='/careers/{n}'>{n} Engineer</a></h3>Bonn, Germany <a>Apply</a></div>" for n in "abcde"
        ),
    ),
    "a product": (
        "https://shop.example/products/job-box",
        "<title>Site box - Shop</title>",
        f"<h1>Site box</h1><p>£49</p><button>Add to cart</button><h2>Description</h2><p>{EN}</p><h2>Requirements</h2>",
    ),
    "a course": (
        "https://uni.example/courses/nursing",
        "<title>BSc Nursing - Uni</title>",
        f"<h1>Nursing degree</h1><p>Location: Leeds, UK</p><p>Duration: 3 years</p><p>{EN}</p><h2>Requirements</h2><p>A levels</p>"
        "<h2>Careers</h2><p>Nurse</p><a>Apply now</a>",
    ),
    "an event": (
        "https://fair.example/events/careers-fair",
        "<title>Careers fair | Fair</title>",
        f"<h1>Careers fair for engineers</h1><p>Date: 4 May 2031</p><p>Location: Bonn, Germany</p><p>{EN}</p><a>Register</a>",
    ),
    "the team": (
        "https://firm.example/team/jane-doe",
        "<title>Jane Doe - Firm</title>",
        f"<h1>Jane Doe</h1><p>Senior Engineer</p><p>Bonn, Germany</p><p>{EN}</p><h2>Education</h2><p>Physics</p>",
    ),
    "news": (
        "https://firm.example/news/new-director",
        "<title>Firm appoints a new director</title>",
        f"<article><h1>Firm appoints new managing director</h1><p>4 May 2024</p><p>{EN}</p><p>{EN}</p></article>",
    ),
    "a form": (
        "https://firm.example/jobs/baker/apply",
        "<title>Apply: Baker - Firm</title>",
        "<h1>Baker</h1><p>Bonn, Germany</p><form><label>First name</label><input><label>Last name</label><input>"
        "<label>E-mail</label><input><label>Phone</label><input><label>Resume</label><input type='file'>"
        f"<button>Submit application</button></form><p>{EN}</p>",
    ),
    "thanks": (
        "https://firm.example/jobs/thank-you",
        "<title>Thank you</title>",
        f"<h1>Thank you for your application</h1><p>{EN}</p><p>{EN}</p>",
    ),
    "a trade": (
        "https://beruf.example/berufe/baecker",
        "<title>Was macht ein Bäcker?</title>",
        f"<h1>Was macht ein Bäcker?</h1><p>{DE}</p><h2>Aufgaben</h2><p>{DE}</p><h2>Gehalt</h2><p>2.000 Euro</p>",
    ),
    "benefits": (
        "https://firm.example/careers/benefits",
        "<title>Benefits | Careers at Firm</title>",
        f"<h1>Our benefits</h1><p>{EN}</p><h2>What we offer</h2><p>{EN}</p><h2>Perks</h2><p>{EN}</p><a>See open roles</a>",
    ),
    "how they hire": (
        "https://firm.example/careers/hiring-process",
        "<title>Hiring process - Firm</title>",
        f"<h1>How we hire</h1><p>{EN}</p><h2>Application process</h2><p>{EN}</p><a>Apply now</a>",
    ),
    "privacy for applicants": (
        "https://firm.example/careers/privacy",
        "<title>Applicant privacy notice - Firm</title>",
        f"<h1>Privacy notice for job applicants</h1><p>{EN}</p><p>When you submit your application we keep it. {EN}</p>",
    ),
}


@pytest.mark.parametrize("page", NO_POSTINGS.values(), ids=NO_POSTINGS)
def test_what_only_looks_like_a_posting_is_none(page: tuple[str, str, str]) -> None:
    assert read(*page) == []
