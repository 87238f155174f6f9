# The product as a container: one static binary, no shell, nothing to patch.
#
#   docker build -t plainclothes .
#   docker run --read-only -p 8080:8080 -v plainclothes:/data plainclothes
#
# The root file system may be read-only: only /data is written, temporary files included.

FROM golang:1.26-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -trimpath -ldflags='-s -w' -o /out/plainclothes ./cmd/plainclothes
# A new volume takes over the owner and the mode of the folder that it covers.
RUN install -d -m 0700 -o 65532 -g 65532 /out/data /out/data/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/plainclothes /plainclothes
COPY --from=build --chown=65532:65532 /out/data /data
# 8080 on every interface of the container; the database and the photos below /data.
ENV PLAINCLOTHES_ADDR=:8080 \
    PLAINCLOTHES_DIR=/data \
    TMPDIR=/data/tmp
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/plainclothes", "healthcheck"]
ENTRYPOINT ["/plainclothes"]
CMD ["serve"]
