from django.db import migrations

# Without groups by requisition id: one number may stand for several openings.
_COLUMNS = """
    posting.id AS posting_id, site.slug AS site, posting.platform, posting.tenant, posting.company, posting.title,
    posting.url, posting.apply_url, posting.status, posting.locations->0->>'city' AS city,
    posting.locations->0->>'region' AS region, posting.locations->0->>'country' AS country,
    jsonb_array_length(posting.locations) AS places, posting.workplace_type, posting.employment_types,
    (posting.salary->>'min')::double precision AS salary_min, (posting.salary->>'max')::double precision AS salary_max,
    posting.salary->>'currency' AS salary_currency, posting.salary->>'period' AS salary_period, posting.language,
    posting.date_posted, posting.valid_through, posting.first_seen, posting.last_seen, posting.closed_at,
    member.group_id
"""
_TABLES = """
    posting JOIN page ON page.id = posting.page_id JOIN site ON site.id = page.site_id
    LEFT JOIN posting_group_member AS member
        ON member.posting_id = posting.id AND member.split_at IS NULL AND member.rule <> 'requisition'
"""
OPEN = f"CREATE VIEW open_posting AS SELECT {_COLUMNS} FROM {_TABLES} WHERE posting.status = 'open'"
# Of a group: an open one, on a platform that gives ids, seen first.
ONCE = f"""
CREATE VIEW posting_once AS SELECT {_COLUMNS}, (
    SELECT count(*) FROM posting_group_member AS other
    WHERE other.group_id = member.group_id AND other.split_at IS NULL
) AS group_postings
FROM {_TABLES} WHERE member.group_id IS NULL OR posting.id = (
    SELECT best.id FROM posting_group_member AS other JOIN posting AS best ON best.id = other.posting_id
    WHERE other.group_id = member.group_id AND other.split_at IS NULL
    ORDER BY best.status = 'open' DESC, best.platform <> 'web' DESC, best.first_seen, best.id LIMIT 1
)
"""
SALARY = """
CREATE VIEW posting_salary AS
SELECT posting_id, company, title, status, country,
    date_trunc('month', coalesce(date_posted, first_seen) AT TIME ZONE 'UTC')::date AS month,
    salary_currency AS currency, salary_period AS period, salary_min, salary_max,
    salary_min * times AS yearly_min, salary_max * times AS yearly_max
FROM posting_once LEFT JOIN (
    VALUES ('hour', 2080), ('day', 260), ('week', 52), ('month', 12), ('year', 1)
) AS year (period, times) ON year.period = salary_period
WHERE salary_min IS NOT NULL OR salary_max IS NOT NULL
"""
BY_MONTH = """
CREATE VIEW salary_by_month AS
SELECT month, currency, count(*) AS postings, min(coalesce(yearly_min, yearly_max)) AS lowest,
    percentile_cont(0.25) WITHIN GROUP (ORDER BY middle) AS lower_quarter,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY middle) AS median,
    percentile_cont(0.75) WITHIN GROUP (ORDER BY middle) AS upper_quarter,
    max(coalesce(yearly_max, yearly_min)) AS highest
FROM (
    SELECT *, coalesce((yearly_min + yearly_max) / 2, yearly_min, yearly_max) AS middle FROM posting_salary
) AS paid
WHERE middle IS NOT NULL AND currency IS NOT NULL GROUP BY month, currency
"""
SKILL = """
CREATE VIEW posting_skill AS
SELECT posting.id AS posting_id, posting.company, posting.title, posting.status, one->>'name' AS skill,
    one->>'source' AS source, one->>'raw' AS raw, posting.first_seen
FROM posting CROSS JOIN LATERAL jsonb_array_elements(posting.skills) AS one
"""
DROP = "DROP VIEW salary_by_month, posting_salary, posting_skill, posting_once, open_posting"


class Migration(migrations.Migration):
    """Views for analysts. Whoever changes a column of ``posting`` that they name drops them first, and makes them anew."""

    dependencies = [
        ('results', '0007_lifecycle'),
    ]

    operations = [migrations.RunSQL([OPEN, ONCE, SALARY, BY_MONTH, SKILL], DROP)]
