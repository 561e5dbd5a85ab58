#!/bin/sh
# Run once by the database's image: the role the application comes in by, which owns nothing. What
# it may do is granted by `migrate`.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
  --set password="$APP_PASSWORD" <<'SQL'
CREATE ROLE careplan_app LOGIN PASSWORD :'password';
SQL
