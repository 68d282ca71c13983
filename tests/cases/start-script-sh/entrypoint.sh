#!/bin/sh
set -e
mkdir -p /tmp/uploads
exec "$@"
