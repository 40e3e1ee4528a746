# One image for all programs of Ringwall: a phone by default, another one where a command names it.
#
#     docker build -t ringwall .
#     docker build -t ringwall --build-arg BASE_IMAGE=ringwall-base:24 .     no registry: containers/base-image.sh first
ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
# The model changes rarely: made before the programs, it stays in the cache of builds when those change.
COPY services/shared ./services/shared
COPY services/embedder ./services/embedder
RUN node --disable-warning=ExperimentalWarning services/embedder/make-model.ts /model && chmod -R a+rX /model
COPY . .
RUN node --disable-warning=ExperimentalWarning containers/bundle.ts /app && mv /app/node_modules /packages && \
    node --disable-warning=ExperimentalWarning web/build.ts && mv web/dist /app/pages && chmod -R a+rX /app

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Ringwall" \
      org.opencontainers.image.description="A phone of a social network with no server" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
# The weights of the sentence encoder are one file of one layer: all phones of a machine map the same pages.
COPY --from=build /model ./model
COPY --from=build /packages ./node_modules
COPY --from=build /app ./
# A tmpfs that is mounted on it takes its mode, and belongs to root.
RUN mkdir -p cache /data && chown node:node cache /data && chmod 1777 /data
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/cache \
    # Small phones: one arena, and the threshold from which memory goes back to the system stays where it is.
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    RINGWALL_DATA=/data \
    RINGWALL_MODEL=/app/model \
    RINGWALL_PAGES=/app/pages/wall \
    RINGWALL_GATEWAY_CONSOLE=/app/pages/console \
    RINGWALL_API_LISTEN=0.0.0.0:8080 \
    RINGWALL_PEER_LISTEN=0.0.0.0:7400 \
    RINGWALL_GATEWAY_LISTEN=0.0.0.0:8080
USER node
# The compile cache is keyed by the user and the flags of V8: made by the user, and with the flags, of the entry point.
RUN ["node", "--max-semi-space-size=1", "--optimize-for-size", "--v8-pool-size=1", "--disable-warning=ExperimentalWarning", "containers/warm-cache.js", "services/phone-node/main.js", "services/gateway/main.js"]
EXPOSE 7400 8080
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--max-semi-space-size=1", "--optimize-for-size", "--v8-pool-size=1", "--disable-warning=ExperimentalWarning"]
CMD ["services/phone-node/main.js"]
