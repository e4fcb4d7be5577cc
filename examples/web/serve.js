/** The page without a build step at /, and the same rendered by this server at /rendered. Both under a strict policy. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createClient } from "@bannerol/sdk-node";

const here = (path) => new URL(path, import.meta.url);
const { url, key } = JSON.parse(readFileSync(here("public/config.json"), "utf8"));
const { keys } = JSON.parse(readFileSync(here("../../.bannerol/cli.json"), "utf8"));
const flags = createClient({ url, key: keys.production });

const files = new Map([
  ["/bannerol.global.js", new URL("bannerol.global.js", import.meta.resolve("@bannerol/sdk-browser"))],
  ["/page.js", here("plain/page.js")],
  ["/style.css", here("public/style.css")],
]);
const types = { js: "text/javascript", css: "text/css" };
const policy = `default-src 'self'; connect-src ${url} ${url.replace("http", "ws")}; require-trusted-types-for 'script'`;

/** In a page `<` could end the script that the JSON stands in. */
const inPage = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");

function page(context, bootstrap) {
  const isNew = bootstrap?.flags["new-banner"]?.value === true;
  return readFileSync(here("plain/index.html"), "utf8")
    .replace('"OPTIONS"', () => inPage({ url, key, context, bootstrap }))
    .replace('class="old">…', isNew ? 'class="new">The new banner' : 'class="old">The old banner');
}

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const file = files.get(pathname);
  if (file !== undefined) {
    response.setHeader("content-type", types[pathname.split(".").at(-1)]);
    response.end(readFileSync(file));
    return;
  }
  const context = { targetingKey: searchParams.get("user") ?? "u1", plan: "free" };
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.setHeader("content-security-policy", policy);
  if (pathname !== "/rendered") return response.end(page(context));
  await flags.ready();
  response.end(page(context, flags.forContext(context).toJSON()));
}).listen(4500, () => process.stdout.write("http://localhost:4500 and http://localhost:4500/rendered\n"));
