import assert from "node:assert/strict";
import { plainCredentials } from "../../../mesh/install/plainCredentials";

const pathsOf = (values: object) => plainCredentials(values).map(({ path }) => path);

describe("Helm values that look like credentials", () => {
  for (const key of [
    ...["accessToken", "access_token", "ACCESS_TOKEN", "token", "authtoken", "bearer-token"],
    ...["password", "registryPassword", "adminpassword", "passwd", "passphrase", "DB_PWD", "passwords"],
    ...["apiKey", "APIKey", "api_key", "secretKey", "AWS_SECRET_ACCESS_KEY", "privateKey", "signing_key", "accountKey"],
    ...["clientSecret", "client_secret", "sharedSecret", "credential", "credentials"],
  ])
    it(`${key} is one, at any depth`, () => {
      assert.deepEqual(pathsOf({ [key]: "hunter2" }), [`.${key}`]);
      assert.deepEqual(pathsOf({ a: [{ b: { [key]: "hunter2" } }] }), [`.a[0].b.${key}`]);
    });

  it("a number is one too, and so is an item of a list", () => {
    assert.deepEqual(pathsOf({ password: 12345678, passwords: ["hunter2"] }), [".password", ".passwords[0]"]);
  });

  it("an environment variable is judged by its name", () => {
    assert.deepEqual(pathsOf({ custom_envs: [{ name: "LIGHTSTEP_TOKEN", value: "abc" }] }), [".custom_envs[0].value"]);
    assert.deepEqual(pathsOf({ env: [{ name: "LOG_LEVEL", value: "debug" }] }), []);
  });

  it("a secret that cannot be the name of a Secret is one", () => {
    assert.deepEqual(pathsOf({ secret: "S3cr3t!", oauth: { secret: "AbC" } }), [".secret", ".oauth.secret"]);
  });

  for (const [name, value, what] of [
    ["user and password", "https://ann:hunter2@tracing.example.com", "holds a URL with credentials in clear"],
    ["a user alone", "https://0123abc@sentry.example.com/7", "holds a URL with credentials in clear"],
    ["a token in the query", "https://tracing.example.com/?token=hunter2", "holds a URL with credentials in clear"],
    ["a text with such a URL", "a: 1\nb: redis://:hunter2@cache:6379\n", "holds a URL with credentials in clear"],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "holds a private key in clear"],
  ] as const)
    it(`under any key: ${name}`, () => {
      assert.deepEqual(plainCredentials({ address: value }), [{ path: ".address", what }]);
    });

  it("a header with credentials is one", () => {
    assert.deepEqual(pathsOf({ headers: { Authorization: "Bearer hunter2" } }), [".headers.Authorization"]);
  });

  for (const values of [
    { global: { imagePullSecrets: ["registry"] } },
    { imagePullSecrets: [{ name: "registry" }], image_pull_secrets: ["registry"] },
    { secretName: "kiali", secret_name: "kiali", credentialName: "web-tls", passwordSecretName: "db" },
    { tlsSecret: "web-tls", existingSecret: "web.tls", secret: "web-tls" },
    { custom_secrets: [{ name: "kiali", mount: "/kiali-override-secrets/login-token-signing-key" }] },
    { login_token: { signing_key: "secret:kiali:value.txt" }, auth: { password: "secret:grafana:password" } },
    { tokenReview: true, tokenAudience: "istio-ca", jwtPolicy: "third-party-jwt", tokenExpirationSeconds: 43200 },
    { global: { sds: { token: { aud: "istio-ca" } } } },
    { automountServiceAccountToken: "false", env: { REQUIRE_3P_TOKEN: "true", USE_TOKEN: 1, TOKEN_AUDIENCES: "a" } },
    { usernameKey: "username", passphraseKey: "passphrase", brokenPodLabelKey: "cni.istio.io/uninitialized" },
    { env: { GOOGLE_APPLICATION_CREDENTIALS: "/var/run/secrets/google/key.json", CREDENTIAL_FETCHER_TYPE: "x" } },
    { tlsSettings: { privateKey: "/etc/istio/als/key.pem", caCertificates: "/etc/istio/als/ca.pem" } },
    { private_key_file: "/kiali-cert/key.pem", tokenPath: "/var/run/secrets/token" },
    { secretKeyRef: { name: "db", key: "password" }, valueFrom: { secretKeyRef: { name: "db", key: "token" } } },
    { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
    { topologyKey: "kubernetes.io/hostname", key: "istio.io/dataplane-mode", password: "", accessToken: null },
    { password: "$(DB_PASSWORD)", token: "${TOKEN}" },
    { prometheusAddr: "http://prometheus:9090", mail: "ops@example.com", address: "zipkin.istio-system:9411" },
    { url: "https://tracing.example.com/users/ann@example.com", webhook: "https://a.example.com/?q=token" },
    { authorizationPolicy: "deny-all", authorization: "istio", basic: "Basic auth" },
    { hub: "registry.example.com:5000/istio", tag: "1.30.3", image: "a@sha256:0123" },
  ])
    it(`none is in ${JSON.stringify(values)}`, () => {
      assert.deepEqual(pathsOf(values), []);
    });
});
