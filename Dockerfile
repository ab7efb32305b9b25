# The image of the server: one process, not root, only what is needed to run. Docker and Podman build it.
#
#     docker build --tag vigie .
#     docker run --publish 8080:8080 --publish 8081:8081/udp --volume vigie-data:/data vigie
#
# docker-compose.yml adds the services for access from anywhere.
#
# Build it for yourself, and do not publish it: FFmpeg's binary in it must not be redistributed (docs/licences.md).

FROM node:26.10.0-trixie-slim AS packages
WORKDIR /vigie
COPY package.json package-lock.json .npmrc ./

# The web app. The build tools are not copied further.
FROM packages AS client
# No package's own scripts are needed: node-av's binary comes as a package, and this image brings its node along.
RUN npm ci --ignore-scripts
COPY tsconfig.json LICENSE ./
COPY client client
COPY server/wire server/wire
RUN npx vite build --config client/vite.config.ts

FROM client AS dependencies
RUN npm prune --ignore-scripts --omit=dev

FROM node:26.10.0-trixie-slim
ENV NODE_ENV=production VIGIE_DATA_DIR=/data
WORKDIR /vigie
COPY --from=dependencies /vigie/node_modules node_modules
COPY package.json LICENSE ./
COPY server server
COPY --from=client /vigie/client/dist client/dist
# The licence notice, in its usual place; the app shows the same.
COPY --from=client /vigie/client/dist/licences.txt LICENCES.txt
LABEL org.opencontainers.image.licenses="MIT AND GPL-3.0-or-later AND FDK-AAC"
# A volume mounted here takes over its owner.
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 8080/tcp 8081/udp
# The server stops on it within seconds; besides the codec's, it starts no processes that would need an init.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.VIGIE_HTTP_PORT || 8080) + '/api/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/main.ts"]
