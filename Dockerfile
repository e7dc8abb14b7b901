# Junjo Server with its page, as one image. `scripts/container-build.sh` runs the same steps without an engine.

FROM node:22-bookworm-slim AS page
WORKDIR /src
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc frontend/
RUN npm --prefix frontend ci --no-audit --no-fund
COPY scripts scripts
RUN scripts/release.sh library /opt/junjo
COPY frontend frontend
RUN scripts/release.sh page

FROM rust:1.95-bookworm AS source
WORKDIR /src
COPY --from=page /opt/junjo /opt/junjo
COPY . .

# docker-compose.dev.yml stops here and mounts the clone over /src
FROM source AS dev
ENV DUCKDB_LIB_DIR=/opt/junjo LD_LIBRARY_PATH=/opt/junjo CARGO_TARGET_DIR=/target
CMD ["cargo", "run", "--locked", "-p", "junjo-server"]

FROM source AS server
COPY --from=page /src/frontend/dist frontend/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    scripts/release.sh server /opt/junjo

FROM debian:bookworm-slim
RUN groupadd --system --gid 10001 junjo \
    && useradd --system --uid 10001 --gid junjo --home-dir /data --shell /usr/sbin/nologin junjo \
    && install -d -o junjo -g junjo -m 750 /data
COPY --from=server /opt/junjo /opt/junjo
ENV PATH=/opt/junjo:$PATH \
    JUNJO_DATA_DIR=/data \
    JUNJO_HTTP_ADDR=0.0.0.0:1324 \
    JUNJO_OTLP_GRPC_ADDR=0.0.0.0:50051,0.0.0.0:26155 \
    JUNJO_OTLP_HTTP_ADDR=0.0.0.0:4318
USER junjo
WORKDIR /data
VOLUME /data
EXPOSE 1324 50051 26155 4318
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["junjo-server", "health"]
CMD ["junjo-server"]
