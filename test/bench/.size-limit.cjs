/**
 * What a page loads, minified and gzipped by one command. Ours first, with the limits that hold; then the others. All of a
 * package counts that its client needs, chunks that are loaded later too, unless the name says otherwise.
 */
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const dist = "../../packages/sdk-browser/dist";

const whole = (name, path, what, limit) => ({
  name,
  path,
  import: what,
  gzip: true,
  ...(limit && { limit }),
});

/** The files that an entry loads late. */
const chunksOf = (path) =>
  [...readFileSync(join(__dirname, dist, path), "utf8").matchAll(/import\("(\.\/[\w.-]+)"\)/g)].map(([, file]) => file);

/** What comes in chunks of its own, later or never, left out. */
const first = (name, path, limit) => ({
  ...whole(name, `${dist}/${path}`, "{ createClient }", limit),
  modifyEsbuildConfig: (config) => ({ ...config, external: chunksOf(path) }),
});

module.exports = [
  first("Bannerol, local evaluation and streaming, loaded at first", "index.js", "14.2 kB"),
  first("Bannerol, remote evaluation, loaded at first", "remote.js", "11.3 kB"),
  whole("Bannerol, local, with what is loaded later", `${dist}/index.js`, "{ createClient }", "22.8 kB"),
  whole("Bannerol, remote, with what is loaded later", `${dist}/remote.js`, "{ createClient }", "15.5 kB"),
  whole("Featurevisor", "node_modules/@featurevisor/sdk/dist/index.mjs", "{ createInstance }"),
  whole("OpenFeature web", "node_modules/@openfeature/web-sdk/dist/esm/index.js", "{ OpenFeature }"),
  whole("Unleash proxy client", "node_modules/unleash-proxy-client/build/main.esm.js", "{ UnleashClient }"),
  whole("Flagsmith", "node_modules/flagsmith/index.mjs", "{ createFlagsmithInstance }"),
  whole("GrowthBook", "node_modules/@growthbook/growthbook/dist/esm/index.mjs", "{ GrowthBook }"),
  whole("LaunchDarkly", "node_modules/launchdarkly-js-client-sdk/dist/ldclient.es.js", "{ initialize }"),
];
