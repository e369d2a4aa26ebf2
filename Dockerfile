# syntax=docker/dockerfile:1
FROM swift:6.3-bookworm AS build
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        libcurl4-openssl-dev liblmdb-dev libre2-dev libsimdjson-dev libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY Package.swift ./
RUN swift package resolve
# The admin port serves its own description, which is compiled in.
COPY docs/api docs/api
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product tollgate --static-swift-stdlib \
    && install -D "$(swift build -c release --static-swift-stdlib --show-bin-path)/tollgate" /out/bin/tollgate
COPY config/prices.json /out/share/tollgate/prices.json
COPY --chmod=755 scripts/container-start /out/bin/tollgate-start

FROM debian:bookworm-slim
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        ca-certificates libcurl4 liblmdb0 libre2-9 libsimdjson14 libssl3 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --home-dir /var/lib/tollgate tollgate \
    && install -d -m 0700 -o tollgate -g tollgate /var/lib/tollgate
COPY --from=build /out /usr/local
# Containers are killed ten seconds after they are told to stop; a larger grace takes `docker stop --time`.
ENV TOLLGATE_DRAIN_GRACE_MS=8000 \
    TOLLGATE_DATA=/var/lib/tollgate \
    TOLLGATE_GATEWAY_HOST=0.0.0.0 \
    TOLLGATE_ADMIN_HOST=0.0.0.0
USER tollgate
WORKDIR /var/lib/tollgate
VOLUME /var/lib/tollgate
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["tollgate", "healthcheck"]
ENTRYPOINT ["tollgate-start"]
CMD ["serve"]
