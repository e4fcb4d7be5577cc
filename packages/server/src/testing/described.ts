/**
 * The description as its readers take it: who reads `/openapi.json` knows no schema of zod's. Answers are held to the document
 * itself, by another implementation of JSON Schema than the one that wrote it.
 */

import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Got } from "./harness.ts";

export interface Description {
  /** What is wrong with an answer to `GET /path`, by the document; `undefined` where nothing is. */
  readonly wrongWith: (what: string, answer: Pick<Got, "status" | "headers" | "body">) => string | undefined;
  /** The schemas with an example that is none, by the schema's own words. */
  readonly wrongExamples: () => readonly string[];
}

/** Served, and described nowhere: the description itself, and the page made of it. */
const undescribed = ["/openapi.json", "/docs"];

export function readDescription(document: object): Description {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  addFormats.default(ajv);
  // What the document has beside its schemas.
  ajv.addVocabulary([...Object.keys(document), "example"]);
  ajv.addSchema(document, "description");
  const at = (...steps: readonly string[]) => {
    const pointer = steps
      .map((step) => `/${encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"))}`)
      .join("");
    return ajv.getSchema(`description#${pointer}`);
  };
  const { paths, components } = asRecord(document);
  const patterns = Object.keys(asRecord(paths));
  const operationAt = (method: string, path: string) => {
    const found = patterns.filter((pattern) => matches(pattern, path)).sort(byFixedWords);
    const pattern = found.find((one) => method.toLowerCase() in asRecord(asRecord(paths)[one]));
    return pattern === undefined ? undefined : ([pattern, method.toLowerCase()] as const);
  };

  const wrongWith: Description["wrongWith"] = (what, { status, headers, body }) => {
    const [method = "", address = ""] = what.split(" ");
    const [path = ""] = address.split("?");
    if (undescribed.includes(path)) return undefined;
    const operation = operationAt(method, path);
    // No operation, no answer of its own: it is told so by a problem.
    if (operation === undefined) return errorsOf(at("components", "schemas", "Problem"), body);
    const [pattern, verb] = operation;
    const { responses } = asRecord(asRecord(asRecord(paths)[pattern])[verb]);
    const name = String(status) in asRecord(responses) ? String(status) : "default";
    const contentType = headers.get("content-type")?.split(";")[0] ?? null;
    const { content } = asRecord(asRecord(responses)[name]);
    if (content === undefined) return contentType === null ? undefined : `${status} has no body there.`;
    if (contentType === null || !(contentType in asRecord(content)))
      return `${name} is described as ${Object.keys(asRecord(content))}, not ${contentType}.`;
    const shown = contentType.endsWith("json") ? body : "";
    return errorsOf(at("paths", pattern, verb, "responses", name, "content", contentType, "schema"), shown);
  };

  const wrongExamples = () =>
    Object.entries(asRecord(asRecord(components).schemas)).flatMap(([name, schema]) => {
      const { example } = asRecord(schema);
      const wrong = example === undefined ? undefined : errorsOf(at("components", "schemas", name), example);
      return wrong === undefined ? [] : [`${name}: ${wrong}`];
    });

  return { wrongWith, wrongExamples };
}

function errorsOf(validate: ReturnType<Ajv2020["getSchema"]>, value: unknown): string | undefined {
  if (validate === undefined) return "It has no schema.";
  if (validate(value) === true) return undefined;
  return (validate.errors ?? [])
    .map(({ instancePath, message }: ErrorObject) => `${instancePath} ${message}`)
    .join("; ");
}

function matches(pattern: string, path: string): boolean {
  const [wanted, steps] = [pattern.split("/"), path.split("/")];
  return steps.length === wanted.length && wanted.every((step, at) => step.startsWith("{") || step === steps[at]);
}

/** A fixed word goes before a parameter. */
function byFixedWords(a: string, b: string): number {
  return a.split("{").length - b.split("{").length;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
