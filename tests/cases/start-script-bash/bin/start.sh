#!/usr/bin/env bash
set -euo pipefail

# wait for what comes up later
if [[ -n "${WAIT:-}" ]]; then
  sleep "$WAIT"
fi

python manage.py migrate --noinput
gunicorn shop.wsgi:application --bind "0.0.0.0:${PORT:-8080}"
