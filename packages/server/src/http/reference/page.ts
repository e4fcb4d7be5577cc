/**
 * The API's description as a page to read: one document, with nothing to fetch and nothing to run. What it says comes from
 * the same rows as `/openapi.json`; every text is escaped by `html`.
 */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { listOf, recordOf, shapeOf, textOf } from "./shape.ts";
import { STYLE } from "./style.ts";

type Json = { readonly [name: string]: unknown };
type Fragment = ReturnType<typeof html>;

/** The whole page. `description` is an OpenAPI document. */
export async function referencePage(description: object): Promise<string> {
  const { info, paths, components } = recordOf(description);
  const operations = operationsIn(recordOf(paths));
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const schemas = Object.entries(recordOf(recordOf(components).schemas));
  const version = textOf(recordOf(info).version);
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Bannerol API</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<nav aria-label="Topics">${tags.map((tag) => html`<a href="#${tag}">${tag}</a> `)}<a href="#schemas">schemas</a></nav>
<main>
<h1>Bannerol API <small>${version}</small></h1>
<p>JSON over HTTP. The admin API (<code>/api/v1</code>) takes a token, the data plane (<code>/sdk/v1</code>) an SDK key, each
in <code>Authorization: Bearer …</code>. Whatever goes wrong is told by a problem document (RFC 9457) with a stable
<code>code</code>. The same description for programs: <a href="/openapi.json">/openapi.json</a>.</p>
${tags.map((tag) =>
  topic(
    tag,
    operations.filter((operation) => operation.tag === tag),
  ),
)}
<h2 id="schemas">schemas</h2>
${schemas.map(([name, schema]) => schemaSection(name, schema))}
</main>
</body>
</html>`;
  return String(page);
}

/** What the page may do: show itself, in its own style. */
export const REFERENCE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

interface Operation {
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly fields: Json;
}

function operationsIn(paths: Json): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(recordOf(methods)).map(([method, operation]) => {
      const fields = recordOf(operation);
      return { tag: textOf(listOf(fields.tags)[0]), method: method.toUpperCase(), path, fields };
    }),
  );
}

function topic(tag: string, operations: readonly Operation[]): Fragment {
  return html`<h2 id="${tag}">${tag}</h2>
${operations.map(operationSection)}`;
}

function operationSection({ method, path, fields }: Operation): Fragment {
  const parameters = listOf(fields.parameters).map(recordOf);
  const body = schemaIn(fields.requestBody);
  const [[status, answer] = ["", undefined]] = Object.entries(recordOf(fields.responses));
  return html`<section>
<h3><b>${method}</b> <code>${path}</code></h3>
<p>${textOf(fields.summary)}. <small>Needs <code>${textOf(fields["x-permission"])}</code>.</small></p>
<dl>
${parameters.map((each) => parameterLine(each))}
${body === undefined ? "" : html`<dt>body</dt><dd>${shapeOf(body)}</dd>`}
<dt>answer ${status}</dt><dd>${shapeOf(schemaIn(answer) ?? {})}</dd>
</dl>
</section>
`;
}

function parameterLine({ name, in: place, required, description, schema }: Json): Fragment {
  const told = textOf(description) || textOf(recordOf(schema).description);
  return html`<dt><code>${textOf(name)}</code> <small>${textOf(place)}${required === true ? "" : ", optional"}</small></dt>
<dd>${told || shapeOf(schema)}</dd>
`;
}

function schemaSection(name: string, schema: unknown): Fragment {
  const { description, example } = recordOf(schema);
  return html`<section id="schema-${name}">
<h3>${name}</h3>
${description === undefined ? "" : html`<p>${textOf(description)}</p>`}
${shapeOf(schema)}
${example === undefined ? "" : html`<p>For example <code>${JSON.stringify(example)}</code></p>`}
</section>
`;
}

/** The schema of the one kind of content. */
function schemaIn(holder: unknown): unknown {
  const [content] = Object.values(recordOf(recordOf(holder).content));
  return content === undefined ? undefined : recordOf(content).schema;
}
