# Debian's Redis in place of the official image: the same entrypoint's steps, under the same rights.
ARG BASE
FROM ${BASE}
RUN apt-get update && apt-get install --yes --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/*
COPY --chmod=755 <<'END' /usr/local/bin/entrypoint
#!/bin/sh
set -eu
if [ "$(id -u)" = 0 ]; then
  find . \! -user redis -exec chown redis '{}' +
  exec setpriv --reuid=redis --regid=redis --init-groups "$0"
fi
exec redis-server --dir /data --protected-mode no
END
VOLUME /data
WORKDIR /data
ENTRYPOINT ["/usr/local/bin/entrypoint"]
