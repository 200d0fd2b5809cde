# The binary and nothing else: docker run --rm -v "$PWD:/work" svclint check
FROM rust:1-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY . .
RUN cargo build --locked --profile dist && cp target/dist/svclint /svclint

FROM scratch
COPY --from=build /svclint /svclint
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/svclint"]
CMD ["check"]
