"""Every audience may put a job in the queue, in the transaction of its cause; only the app's login works it off.

Jobs carry ids, never people.
"""

from __future__ import annotations

from django.db import migrations

_DEFER = "procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[])"


class Migration(migrations.Migration):
    dependencies = [("scope", "0001_roles"), ("procrastinate", "0041_post_retry_failed_job")]
    operations = [
        migrations.RunSQL(
            [
                f"ALTER FUNCTION {_DEFER} SECURITY DEFINER SET search_path = public, pg_temp",
                "DO $$ DECLARE one record; BEGIN"
                "  FOR one IN SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                "    AND relname LIKE 'procrastinate\\_%' AND relkind IN ('r', 'S') LOOP"
                "    EXECUTE format('GRANT ALL ON %s %I TO collectief_app',"
                "                   CASE one.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, one.relname);"
                "  END LOOP; END $$",
                "GRANT SELECT ON django_migrations TO collectief_app",
            ],
            migrations.RunSQL.noop,
        )
    ]
