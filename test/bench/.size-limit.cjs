/**
 * What a page loads, minified and gzipped by one command. Ours first, with the limits that hold; then the others. All of a
 * package counts that its client needs, chunks that are loaded later too, unless the name says otherwise.
 */
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const dist = "../../packages/sdk-browser/dist";

/** What of it is bundled, by default all: as a module, which is what a page loads. */
const whole = (name, path, what, limit, external = []) => ({
  name,
  path,
  import: what,
  gzip: true,
  modifyEsbuildConfig: (config) => ({ ...config, format: "esm", external }),
  ...(limit && { limit }),
});

/** The files that an entry loads late: its own file hands on what stands in another. */
const chunksOf = (path) => {
  const text = readFileSync(join(__dirname, dist, path), "utf8");
  const [, whole] = /from"\.\/([\w.-]+)"/.exec(text);
  const first = readFileSync(join(__dirname, dist, whole), "utf8");
  return [...first.matchAll(/import\("(\.\/[\w.-]+)"\)/g)].map(([, file]) => file);
};

/** What comes in chunks of its own, later or never, left out, but for those named. */
const first = (name, path, limit, but = "none") =>
  whole(
    name,
    `${dist}/${path}`,
    "{ createClient }",
    limit,
    chunksOf(path).filter((file) => !file.includes(but)),
  );

module.exports = [
  first("Bannerol, local evaluation and streaming, loaded at first", "index.js", "13.9 kB"),
  first("Bannerol, remote evaluation, loaded at first", "remote.js", "11.2 kB"),
  first("Bannerol, local, loaded by a page whose counts are told", "index.js", "16.7 kB", "report"),
  first("Bannerol, remote, loaded by a page whose counts are told", "remote.js", "13.2 kB", "report"),
  whole("Bannerol, parallel runs, where they are imported", `${dist}/parallel.js`, "{ parallelRunOf }", "4.2 kB"),
  whole("Bannerol, local, with what is loaded later", `${dist}/index.js`, "{ createClient }", "23.4 kB"),
  whole("Bannerol, remote, with what is loaded later", `${dist}/remote.js`, "{ createClient }", "15.9 kB"),
  whole("Featurevisor", "node_modules/@featurevisor/sdk/dist/index.mjs", "{ createInstance }"),
  whole("OpenFeature web", "node_modules/@openfeature/web-sdk/dist/esm/index.js", "{ OpenFeature }"),
  whole("Unleash proxy client", "node_modules/unleash-proxy-client/build/main.esm.js", "{ UnleashClient }"),
  whole("Flagsmith", "node_modules/flagsmith/index.mjs", "{ createFlagsmithInstance }"),
  whole("GrowthBook", "node_modules/@growthbook/growthbook/dist/esm/index.mjs", "{ GrowthBook }"),
  whole("LaunchDarkly", "node_modules/launchdarkly-js-client-sdk/dist/ldclient.es.js", "{ initialize }"),
];
